// Merges: which ids were not made one person, or perhaps should not be, why, and what can be done about it.

import { Link } from "react-router";
import { useMerges } from "../../api/links";
import type { LinkRow, MergeState } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { LinkChanges } from "../../components/link-change";
import { Part } from "../../components/part";
import { personPath } from "../../components/person-lines";
import { Answer, Words } from "../../components/states";
import { downloadCsv } from "../../csv";
import { count, counted, instantText } from "../../format";
import { useScope, useUrl } from "../../scope";

const STATES: { state: MergeState; word: string; none: string }[] = [
  { state: "refused", word: "held back", none: "No safeguard held a link back." },
  { state: "suspicious", word: "worth a look", none: "No person has several ids of the kind that names people best." },
  { state: "undone", word: "undone", none: "Nobody undid a link." },
  { state: "forced", word: "forced", none: "Nobody forced a link." },
  { state: "all", word: "all", none: "No event has carried two ids yet." },
];

const STATE_MARKS: Record<LinkRow["state"], { mark: string; word: string }> = {
  active: { mark: "✓", word: "joined" },
  undone: { mark: "○", word: "undone" },
  refused: { mark: "×", word: "held back" },
};

export function MergesSection() {
  const { params } = useUrl();
  const asked = params.get("state");
  const chosen = STATES.find(({ state }) => state === asked) ?? STATES[0];
  if (!chosen) return null;
  return (
    <>
      <Headline />
      <p className="sub">
        Two ids become one person when an event carries both. Safeguards hold a link back where that would make one
        person of many; what they hold back is listed here, and can be forced if it was right. Nothing is lost either
        way: events stay under the id they came with.
      </p>
      <List chosen={chosen} />
    </>
  );
}

function Headline() {
  const { to } = useScope();
  const refused = useMerges("refused").data?.n_total;
  const suspicious = useMerges("suspicious").data?.n_total;
  if (refused === undefined || suspicious === undefined) return <h1>Who is who.</h1>;
  if (refused === 0 && suspicious === 0) return <h1>Every link between ids was taken, and none looks odd.</h1>;
  const number = (n: number, state: MergeState) => (
    <Link to={to("/settings", `tab=merges&state=${state}`)}>{count(n)}</Link>
  );
  return (
    <h1>
      {refused === 0 ? (
        "Safeguards held no link between ids back"
      ) : (
        <>
          Safeguards held {number(refused, "refused")} {refused === 1 ? "link" : "links"} between ids back
        </>
      )}
      {suspicious === 0 ? (
        "; none of those that hold looks odd."
      ) : (
        <>
          ; {number(suspicious, "suspicious")} of those that hold {suspicious === 1 ? "is" : "are"} worth a look.
        </>
      )}
    </h1>
  );
}

function List({ chosen }: { chosen: (typeof STATES)[number] }) {
  const { set } = useUrl();
  const merges = useMerges(chosen.state);
  const rows = merges.data?.rows ?? [];
  const save = () =>
    downloadCsv(
      `merges ${chosen.word}`,
      ["a", "b", "state", "is_forced", "reason", "at", "source"],
      rows.map((row) => [row.a_name, row.b_name, row.state, String(row.is_forced), row.reason, row.at, row.source]),
    );
  const does = (
    <>
      {STATES.map(({ state, word }) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === chosen.state}
          onClick={() => set({ state: state === "refused" ? null : state })}
        >
          {word}
        </button>
      ))}
      <CsvButton of="The links shown," onSave={save} />
    </>
  );
  return (
    <Part title={`Links: ${chosen.word}`} does={does}>
      <Answer query={merges} what="The links could not be read." height={240}>
        {(data) =>
          data.rows.length === 0 ? (
            <p className="hush">{chosen.none}</p>
          ) : (
            <>
              <ul className="merges">
                {data.rows.map((row) => (
                  <MergeLine key={`${row.a} ${row.b}`} row={row} />
                ))}
              </ul>
              {data.rows.length < data.n_total ? (
                <p className="fine">
                  The newest {count(data.rows.length)} of {counted(data.n_total, "link", "links")}.
                </p>
              ) : null}
            </>
          )
        }
      </Answer>
    </Part>
  );
}

function MergeLine({ row }: { row: LinkRow }) {
  const { to } = useScope();
  const { mark, word } = STATE_MARKS[row.state];
  const end = (name: string, isWalked: boolean) => (
    <Link to={to(personPath(name))} className="link" data-walk={isWalked ? "" : undefined}>
      {name}
    </Link>
  );
  return (
    <li data-link={`${row.a_name} ${row.b_name}`}>
      <span className={row.state === "active" ? "pos" : row.state === "refused" ? "neg" : "apa"} aria-hidden="true">
        {mark}
      </span>
      <span>
        {end(row.a_name, true)} and {end(row.b_name, false)}
        <small>
          {row.is_forced ? "joined by force" : word}, {instantText(row.at)}, said by {row.source || "an event"}
          {row.reason ? ": " : ""}
          <Words text={row.reason ?? ""} />
        </small>
      </span>
      <span className="row">
        <LinkChanges link={row} />
      </span>
    </li>
  );
}
