// Where a mailbox is and as whom it is read.
import { Checkbox, NativeSelect, NumberInput, PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { MailboxChange, SourceMailbox } from "../../../api/types";

export interface MailboxDraft {
  host: string;
  port: number | string;
  tls: string;
  ca: string;
  user: string;
  password: string;
  folder: string;
  address: string;
  isFromStart: boolean;
}

const WAYS = [
  { value: "tls", label: "TLS from the first byte, port 993" },
  { value: "starttls", label: "STARTTLS, port 143" },
  { value: "none", label: "none, on this machine alone" },
];

export function draftOf(mailbox: SourceMailbox | null): MailboxDraft {
  return {
    host: mailbox?.host ?? "",
    port: mailbox?.port ?? "",
    tls: mailbox?.tls ?? "tls",
    ca: mailbox?.ca ?? "",
    user: mailbox?.user ?? "",
    password: "",
    folder: mailbox?.folder ?? "INBOX",
    address: mailbox?.address ?? "",
    isFromStart: mailbox?.is_from_start ?? false,
  };
}

/** What is sent of a draft; a password that was not typed stays as it is. */
export function changeOf(draft: MailboxDraft): MailboxChange {
  return {
    host: draft.host.trim(),
    port: draft.port === "" ? null : Number(draft.port),
    tls: draft.tls,
    ca: draft.ca,
    user: draft.user.trim(),
    password: draft.password === "" ? null : draft.password,
    folder: draft.folder.trim(),
    address: draft.address.trim(),
    is_from_start: draft.isFromStart,
  };
}

interface MailboxFieldsProps {
  draft: MailboxDraft;
  isNew: boolean;
  onChange: (draft: MailboxDraft) => void;
}

export function MailboxFields({ draft, isNew, onChange }: MailboxFieldsProps) {
  const set = (part: Partial<MailboxDraft>) => onChange({ ...draft, ...part });
  return (
    <>
      <TextInput
        label="Mail server"
        description="The name of the server for IMAP."
        placeholder="imap.example.com"
        value={draft.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
        autoComplete="off"
      />
      <NativeSelect
        label="Secrecy"
        value={draft.tls}
        onChange={(event) => set({ tls: event.currentTarget.value, port: "" })}
        data={WAYS}
      />
      <NumberInput
        label="Port"
        description="Empty: the usual one."
        placeholder={draft.tls === "tls" ? "993" : "143"}
        min={1}
        max={65_535}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        value={draft.port}
        onChange={(port) => set({ port })}
      />
      <TextInput
        label="User"
        placeholder="help@example.com"
        value={draft.user}
        onChange={(event) => set({ user: event.currentTarget.value })}
        autoComplete="off"
      />
      <PasswordInput
        label="Password"
        description={
          isNew
            ? "Kept, sent to this server, and shown to nobody."
            : "Empty: as it was. It is asked for again where server, port or user change."
        }
        value={draft.password}
        onChange={(event) => set({ password: event.currentTarget.value })}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
      />
      <TextInput
        label="Folder"
        value={draft.folder}
        onChange={(event) => set({ folder: event.currentTarget.value })}
        autoComplete="off"
      />
      <TextInput
        label="Answers come from"
        description="Empty: the address under [mail] in parlour.toml."
        placeholder="Acme Help <help@example.com>"
        value={draft.address}
        onChange={(event) => set({ address: event.currentTarget.value })}
        autoComplete="off"
      />
      <Checkbox
        label="Take what lies there already, too"
        description="Without this, only mail that comes from now on. What was answered elsewhere would look unanswered here."
        checked={draft.isFromStart}
        onChange={(event) => set({ isFromStart: event.currentTarget.checked })}
      />
      {draft.tls === "none" ? null : (
        <Textarea
          label="Own certificate authority"
          description="Only for a server whose certificate browsers do not know: the authority’s certificate, as PEM."
          placeholder="-----BEGIN CERTIFICATE-----"
          minRows={2}
          autosize
          maxRows={8}
          value={draft.ca}
          onChange={(event) => set({ ca: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
    </>
  );
}
