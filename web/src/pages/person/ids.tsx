// The raw ids that make one person, and the links between them. A link can be undone and done again; it asks once.
import { useState } from "react";
import { useChangeLink } from "../../api/links";
import type { IdRow, LinkRow } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { Part } from "../../components/part";
import { Problem } from "../../components/states";
import { counted, dayOf, dayShort } from "../../format";
import { spaced } from "../../words";
import { IdGraph } from "./id-graph";

const STATE_WORDS = { active: "joined", undone: "parted again", refused: "refused" };

function LinkLine({ link, onAsk }: { link: LinkRow; onAsk: () => void }) {
  return (
    <tr>
      <td>
        {link.a_name} = {link.b_name}
        <small className="fine" style={{ display: "block" }}>
          {STATE_WORDS[link.state] ?? link.state} {dayShort(dayOf(link.at))}, by {link.source}
          {link.reason ? `: ${link.reason}` : ""}
        </small>
      </td>
      <td className="n">
        {link.state === "refused" ? null : (
          <button type="button" className="why" onClick={onAsk}>
            {link.state === "active" ? "undo" : "redo"}
          </button>
        )}
      </td>
    </tr>
  );
}

export function Ids({ ids, links }: { ids: IdRow[]; links: LinkRow[] }) {
  const [asked, setAsked] = useState<LinkRow | null>(null);
  const changeLink = useChangeLink();
  const isUndo = asked?.state === "active";
  const change = () =>
    asked && changeLink.mutate({ link: asked, change: isUndo ? "undo" : "redo" }, { onSuccess: () => setAsked(null) });
  return (
    <Part title="Ids in this person" does={counted(ids.length, "id", "ids")}>
      <IdGraph ids={ids} links={links} />
      <table className="tight ids">
        <caption className="unseen">Raw ids</caption>
        <tbody>
          {ids.map((id) => (
            <tr key={id.key}>
              <td className="fine">{spaced(id.kind)}</td>
              <td>{id.value}</td>
              <td className="n fine">since {dayShort(dayOf(id.first_seen_at))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {links.length === 0 ? null : (
        <>
          <h3>How they were joined</h3>
          <table className="tight">
            <caption className="unseen">Links between ids</caption>
            <tbody>
              {links.map((link) => (
                <LinkLine key={`${link.a} ${link.b} ${link.at}`} link={link} onAsk={() => setAsked(link)} />
              ))}
            </tbody>
          </table>
        </>
      )}
      <AskOnce
        isOpen={asked !== null}
        title={isUndo ? "Part these two?" : "Join these two again?"}
        yes={isUndo ? "Part them" : "Join them"}
        isBusy={changeLink.isPending}
        onYes={change}
        onNo={() => setAsked(null)}
      >
        <p>
          <b>{asked?.a_name}</b> and <b>{asked?.b_name}</b>{" "}
          {isUndo
            ? "become two people. Each keeps its own events, and every count changes with them; no event is lost, and it can be done again."
            : "become one person. Their events are counted together, in the past too; it can be undone."}
        </p>
        {changeLink.error ? <Problem error={changeLink.error} /> : null}
      </AskOnce>
    </Part>
  );
}
