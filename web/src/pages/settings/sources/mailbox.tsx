import { type FormEvent, useState } from "react";
import { useUpdateSource } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Part } from "../../../components/part";
import { FirstEvent } from "./connect";
import { KeepChange } from "./keep-change";
import { LinkState } from "./link-state";
import { changeOf, draftOf, MailboxFields } from "./mailbox-fields";

/** How it stands with the mailbox, and the check mark when its first mail is here. */
export function MailboxLink({ source, isHeard }: { source: Source; isHeard: boolean }) {
  return (
    <Part title="Connection">
      <LinkState link={source.mailbox?.link ?? null} />
      <FirstEvent source={source} freshKey={undefined} isHeard={isHeard} />
    </Part>
  );
}

export function MailboxPart({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const [draft, setDraft] = useState(draftOf(source.mailbox));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ mailbox: changeOf(draft) }, { onSuccess: (kept) => setDraft(draftOf(kept.mailbox)) });
  };
  return (
    <Part title="Mailbox">
      <p className="sub">Mail is read, never marked, moved or deleted.</p>
      <form onSubmit={submit} className="sheet">
        <MailboxFields draft={draft} isNew={false} onChange={setDraft} />
        <KeepChange update={update} />
      </form>
    </Part>
  );
}
