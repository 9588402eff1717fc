// The people of the Desk: who there is, inviting, what each may do and see, keeping out.
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useInvite, useStaff, useStaffMember } from "../../../api/staff";
import type { Invitation, StaffChange, StaffList, StaffRow } from "../../../api/types";
import { AskOnce } from "../../../components/ask-once";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Answer, Problem } from "../../../components/states";
import { type Column, Table } from "../../../components/table";
import { counted, instantText } from "../../../format";
import { ProfileFields } from "./form";
import { handleOf, ROLES } from "./words";

export function PeopleSection() {
  const staff = useStaff();
  return (
    <Answer query={staff} what="The people of the Desk could not be read." height={300}>
      {(data) => <Body data={data} />}
    </Answer>
  );
}

function Body({ data }: { data: StaffList }) {
  const [isInviting, setInviting] = useState(false);
  const [made, setMade] = useState<Invitation | null>(null);
  const [edited, setEdited] = useState<StaffRow | null>(null);
  const nInvited = data.rows.filter((row) => row.state === "invited").length;
  const nActive = data.rows.filter((row) => row.state === "active").length;
  const columns: Column<StaffRow>[] = [
    {
      title: "Name",
      isHead: true,
      value: (row) => row.name,
      show: (row) => (
        <>
          {row.name} <small className="fine">{row.handle}</small>
        </>
      ),
    },
    { title: "Role", value: (row) => ROLES[row.role]?.name ?? row.role },
    { title: "Sees", value: (row) => row.brands?.join(", ") ?? "all brands" },
    { title: "Signs in with", value: (row) => waysOf(row) },
    { title: "Last here", value: (row) => (row.last_used_at ? instantText(row.last_used_at) : "") },
    { title: "State", value: (row) => STATES[row.state] ?? row.state },
    {
      title: "",
      value: () => "",
      show: (row) => (
        <Button size="compact-sm" variant="default" onClick={() => setEdited(row)} aria-label={`Change ${row.name}`}>
          Change
        </Button>
      ),
    },
  ];
  return (
    <>
      <h1>
        {counted(nActive, "person works", "people work")} at this Desk
        {nInvited === 0 ? "." : `, and ${counted(nInvited, "is", "are")} invited.`}
      </h1>
      <Part title="People" does={<InviteButton onClick={() => setInviting(true)} />}>
        <Table caption="People of the Desk" columns={columns} rows={data.rows} rowKey={(row) => row.handle} isCards />
      </Part>
      <InviteModal
        key={isInviting ? "open" : "closed"}
        isOpen={isInviting}
        canMail={data.can_mail}
        onClose={() => setInviting(false)}
        onMade={(invitation) => {
          setInviting(false);
          setMade(invitation);
        }}
      />
      {edited ? (
        <ChangeModal
          key={edited.handle}
          row={edited}
          onClose={() => setEdited(null)}
          onMade={(invitation) => {
            setEdited(null);
            setMade(invitation);
          }}
        />
      ) : null}
      <LinkModal made={made} onClose={() => setMade(null)} />
    </>
  );
}

const STATES: Record<string, string> = { active: "active", invited: "invited", disabled: "kept out" };

function waysOf(row: StaffRow): string {
  const keys = row.n_passkeys === 0 ? [] : [row.n_passkeys === 1 ? "a passkey" : `${row.n_passkeys} passkeys`];
  const ways = [...(row.has_password ? ["a password"] : []), ...keys];
  return ways.length === 0 ? "links" : ways.join(", ");
}

function InviteButton({ onClick }: { onClick: () => void }) {
  return (
    <Button size="compact-sm" onClick={onClick}>
      Invite somebody
    </Button>
  );
}

interface InviteProps {
  isOpen: boolean;
  canMail: boolean;
  onClose: () => void;
  onMade: (invitation: Invitation) => void;
}

function InviteModal({ isOpen, canMail, onClose, onMade }: InviteProps) {
  const invite = useInvite();
  const [profile, setProfile] = useState<StaffChange>({ name: "", mail: null, role: "agent", brands: null });
  const [handle, setHandle] = useState<string | null>(null);
  const named = handle ?? handleOf(profile.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ ...profile, handle: named }, { onSuccess: onMade });
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Invite somebody" closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className="sheet">
        <ProfileFields value={profile} onChange={setProfile} />
        <TextInput
          label="Handle"
          description="What asks and the audit log know them by; it stays for ever."
          value={named}
          onChange={(event) => setHandle(event.currentTarget.value)}
          autoComplete="off"
          required
        />
        {invite.error ? <Problem error={invite.error} /> : null}
        <div>
          <Button type="submit" loading={invite.isPending}>
            {canMail && profile.mail ? "Send the invitation" : "Make the link"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function LinkModal({ made, onClose }: { made: Invitation | null; onClose: () => void }) {
  return (
    <Modal
      opened={made !== null}
      onClose={onClose}
      title="The invitation is ready"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {made ? (
        <>
          <p className="sub">
            {made.is_mailed ? "It was sent by mail. You can hand it over yourself too: t" : "T"}his link is for{" "}
            <b>{made.handle}</b> alone, works once, until {instantText(made.expires_at)}, and is not shown again.
          </p>
          {made.mail_error ? <p className="fine">The mail could not be sent: {made.mail_error}</p> : null}
          <Copyable text={`${location.origin}${made.path}`} label="the invitation" />
        </>
      ) : null}
    </Modal>
  );
}

interface ChangeProps {
  row: StaffRow;
  onClose: () => void;
  onMade: (invitation: Invitation) => void;
}

function ChangeModal({ row, onClose, onMade }: ChangeProps) {
  const { change, again, keepOut, letIn } = useStaffMember(row.handle);
  const [profile, setProfile] = useState<StaffChange>({
    name: row.name,
    mail: row.mail,
    role: row.role,
    brands: row.brands,
  });
  const [isAsking, setAsking] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(profile, { onSuccess: onClose });
  };
  const error = change.error ?? again.error ?? keepOut.error ?? letIn.error;
  return (
    <Modal opened onClose={onClose} title={row.handle} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className="sheet">
        <ProfileFields value={profile} onChange={setProfile} />
        {error ? <Problem error={error} /> : null}
        <div className="row">
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
          {row.state === "invited" ? (
            <Button
              variant="default"
              loading={again.isPending}
              onClick={() => again.mutate(undefined, { onSuccess: onMade })}
            >
              Make another link
            </Button>
          ) : null}
          {row.state === "disabled" ? (
            <Button
              variant="default"
              loading={letIn.isPending}
              onClick={() => letIn.mutate(undefined, { onSuccess: onClose })}
            >
              Let in again
            </Button>
          ) : (
            <Button variant="default" onClick={() => setAsking(true)}>
              Keep out
            </Button>
          )}
        </div>
      </form>
      <AskOnce
        isOpen={isAsking}
        title={`Keep ${row.name} out?`}
        yes="Keep out"
        isBusy={keepOut.isPending}
        onYes={() => keepOut.mutate(undefined, { onSuccess: onClose, onError: () => setAsking(false) })}
        onNo={() => setAsking(false)}
      >
        <p>All their sessions end at once. What they did stays theirs, and you can let them in again.</p>
      </AskOnce>
    </Modal>
  );
}
