// The raw ids that make one person, and the links between them, as a drawing and as tables. A link can be undone, forced,
// and either taken back; it asks once.
import type { IdRow, LinkRow } from "../../api/types";
import { LinkChanges } from "../../components/link-change";
import { May } from "../../components/may";
import { Part } from "../../components/part";
import { Words } from "../../components/states";
import { counted, dayOf, dayShort } from "../../format";
import { spaced } from "../../words";
import { IdGraph } from "./id-graph";

const STATE_WORDS = { active: "joined", undone: "parted again", refused: "refused" };

function LinkLine({ link }: { link: LinkRow }) {
  return (
    <tr>
      <td>
        {link.a_name} = {link.b_name}
        <small className="fine block">
          {link.is_forced ? "joined by force" : (STATE_WORDS[link.state] ?? link.state)}, {dayShort(dayOf(link.at))}, by{" "}
          {link.source}
          {link.reason ? ": " : ""}
          <Words text={link.reason ?? ""} />
        </small>
      </td>
      <td className="n">
        <May right="analyse" isWhole>
          <LinkChanges link={link} />
        </May>
      </td>
    </tr>
  );
}

export function Ids({ ids, links }: { ids: IdRow[]; links: LinkRow[] }) {
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
                <LinkLine key={`${link.a} ${link.b} ${link.at}`} link={link} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Part>
  );
}
