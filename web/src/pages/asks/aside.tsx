// The person beside a thread: how they stand with the brand, and what they asked before.
import { Link } from "react-router";
import { usePerson } from "../../api/person";
import type { AskLine, Thread } from "../../api/types";
import { CellChip, DirectionMark, KindMark } from "../../components/marks";
import { Part } from "../../components/part";
import { personPath } from "../../components/person-lines";
import { roundMoney, times } from "../../format";
import { useScope } from "../../scope";
import { useThreadLink } from "./thread-link";
import { shortened, stateOf } from "./words";

export function Aside({ data }: { data: Thread }) {
  return (
    <>
      {data.person ? <WhoTheyAre person={data.person} object={data.object} /> : null}
      <Before rows={data.history} />
    </>
  );
}

function WhoTheyAre({ person, object }: { person: string; object: string | null }) {
  const { to } = useScope();
  const found = usePerson(person, {});
  const standing = found.data?.standings.find((one) => one.object === object) ?? found.data?.standings[0];
  return (
    <Part title="Who asks" does={<Link to={to(personPath(person))}>{found.data?.name ?? person}</Link>}>
      {standing ? (
        <dl className="facts">
          <dt>Cell</dt>
          <dd>
            <CellChip cell={standing.cell} />
          </dd>
          <dt>Degree</dt>
          <dd>{times(standing.degree)}</dd>
          <dt>Kind</dt>
          <dd>
            <KindMark kind={standing.kind} />
          </dd>
          <dt>Direction</dt>
          <dd>
            <DirectionMark direction={standing.direction} />
          </dd>
          <dt>Value</dt>
          <dd>{roundMoney(standing.value_minor, standing.currency)}</dd>
        </dl>
      ) : (
        <p className="hush">No relation is known yet.</p>
      )}
    </Part>
  );
}

function Before({ rows }: { rows: AskLine[] }) {
  const to = useThreadLink();
  return (
    <Part title="Asked before" does={rows.length === 0 ? "nothing" : undefined}>
      <ul className="lines">
        {rows.map((ask) => (
          <li key={ask.key}>
            <span>
              <Link to={to(ask.thread)} preventScrollReset>
                {shortened(ask.title ?? ask.text, 70) || ask.class}
              </Link>
              <small>
                {ask.class}, {stateOf(ask).words}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
