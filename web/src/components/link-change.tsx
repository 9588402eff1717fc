// Changing a link between two ids: what can be done with it as it is, and the one question before it is done.
import { useState } from "react";
import { type LinkChange, useChangeLink } from "../api/links";
import type { LinkRow } from "../api/types";
import { AskOnce } from "./ask-once";
import { Problem } from "./states";

/** What can be done with a link as it is. */
export function changesOf(link: Pick<LinkRow, "state" | "is_forced">): LinkChange[] {
  if (link.state === "undone") return ["redo"];
  if (link.is_forced) return ["unforce", "undo"];
  return link.state === "refused" ? ["force"] : ["undo"];
}

const WORDS: Record<LinkChange, { act: string; title: string; yes: string; becomes: string }> = {
  undo: {
    act: "undo",
    title: "Part these two?",
    yes: "Part them",
    becomes:
      "become two people. Each keeps its own events, and every count changes with them, in the past too; no event is lost, and it can be done again.",
  },
  redo: {
    act: "redo",
    title: "Join these two again?",
    yes: "Join them",
    becomes: "become one person. Their events are counted together, in the past too; it can be undone.",
  },
  force: {
    act: "force",
    title: "Join these two all the same?",
    yes: "Join them",
    becomes:
      "become one person although a safeguard held them apart. Their events are counted together, in the past too; it can be taken back.",
  },
  unforce: {
    act: "leave it to the safeguards",
    title: "Let the safeguards judge these two again?",
    yes: "Let them judge",
    becomes:
      "stay one person only if no safeguard holds them apart. Every count follows, in the past too; it can be forced again.",
  },
};

/** A button for each thing that can be done, and the question that comes before it. */
export function LinkChanges({ link }: { link: LinkRow }) {
  const [asked, setAsked] = useState<LinkChange | null>(null);
  const changeLink = useChangeLink();
  const words = asked ? WORDS[asked] : null;
  return (
    <>
      {changesOf(link).map((change) => (
        <button
          key={change}
          type="button"
          className="why"
          onClick={() => setAsked(change)}
          aria-label={`${WORDS[change].act}: ${link.a_name} and ${link.b_name}`}
        >
          {WORDS[change].act}
        </button>
      ))}
      <AskOnce
        isOpen={asked !== null}
        title={words?.title ?? ""}
        yes={words?.yes ?? ""}
        isBusy={changeLink.isPending}
        onYes={() => asked && changeLink.mutate({ link, change: asked }, { onSuccess: () => setAsked(null) })}
        onNo={() => setAsked(null)}
      >
        <p>
          <b>{link.a_name}</b> and <b>{link.b_name}</b> {words?.becomes}
        </p>
        {changeLink.error ? <Problem error={changeLink.error} /> : null}
      </AskOnce>
    </>
  );
}
