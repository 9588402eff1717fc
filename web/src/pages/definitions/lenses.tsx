// Every definition: whose it is, what it measures, whom it can judge, whom it calls engaged, and where it was read.
import { Link } from "react-router";
import type { Definition, Definitions } from "../../api/types";
import { TablePart } from "../../components/part";
import { personPath } from "../../components/person-lines";
import { Words } from "../../components/states";
import type { Column } from "../../components/table";
import { count, NONE, percent } from "../../format";
import { useScope } from "../../scope";
import { scoreText } from "../../scores";

export function Lenses({ data }: { data: Definitions }) {
  return (
    <TablePart
      title="What each of them says"
      file={`definitions ${data.on}`}
      columns={useColumns(data)}
      rows={data.definitions}
      rowKey={(row) => row.id}
      isCards
    />
  );
}

function useColumns(data: Definitions): Column<Definition>[] {
  const { to } = useScope();
  return [
    {
      title: "Definition",
      value: (row) => row.name,
      isHead: true,
      show: (row) => (
        <>
          {row.name} <small className="about-author">{[row.author, row.year].filter(Boolean).join(", ")}</small>
          <Detail row={row} currency={data.currency} />
        </>
      ),
    },
    { title: "Author", value: (row) => row.author, isCsvOnly: true },
    { title: "Year", value: (row) => row.year, isCsvOnly: true },
    { title: "What it measures", value: (row) => row.measures, isWhole: true },
    { title: "People judged", value: (row) => row.n_judged, isNumber: true, show: (row) => count(row.n_judged) },
    {
      title: "Mean",
      value: (row) => row.mean,
      isNumber: true,
      show: (row) => scoreText(row.mean, row.unit, data.currency),
    },
    {
      title: "Engaged",
      value: (row) => (row.n_with_line > 0 ? row.n_engaged : null),
      isNumber: true,
      show: (row) =>
        row.n_with_line === 0 ? (
          NONE
        ) : (
          <>
            <Link to={to("/people", row.list)} data-list="">
              {count(row.n_engaged)}
            </Link>
            <small className="fine share">{percent(row.n_engaged / row.n_with_line)}</small>
          </>
        ),
    },
    { title: "Source", value: (row) => row.source, isCsvOnly: true },
  ];
}

/** What there is to say of one definition beyond its numbers, opened on demand. */
function Detail({ row, currency }: { row: Definition; currency: string }) {
  const { to } = useScope();
  const why = row.missing[0];
  return (
    <>
      {row.n_judged === 0 && why ? (
        <p className="fine">
          Judges nobody: <Words text={`${why.reason}.`} />
        </p>
      ) : null}
      {row.summary ? <p className="fine">{row.summary}</p> : null}
      <details className="fine">
        <summary aria-label={`Source and formula of ${row.name}`}>source and formula</summary>
        <dl className="lens">
          <dt>Read in</dt>
          <dd>{row.source}</dd>
          <dt>Computed as</dt>
          <dd>
            <Words text={row.formula} />
          </dd>
          <dt>Engaged</dt>
          <dd>
            <Words text={row.line} />
          </dd>
          <dt>Needs</dt>
          <dd>
            <Words text={row.needs} />
          </dd>
          <dt>Does not see</dt>
          <dd>{row.blind}</dd>
          {row.missing.map(({ reason, n }) => (
            <Pair key={reason} term={`${count(n)} not judged`} text={reason} />
          ))}
          {row.classes.length > 0 ? (
            <Pair term="Classes" text={row.classes.map((of) => `${of.class}: ${count(of.n)}`).join(", ")} />
          ) : null}
          {row.top.length > 0 ? (
            <>
              <dt>Most engaged</dt>
              <dd>
                {row.top.map(({ person, name, score }, at) => (
                  <span key={person}>
                    {at > 0 ? ", " : ""}
                    <Link to={to(personPath(person))} className="link">
                      {name}
                    </Link>{" "}
                    ({scoreText(score, row.unit, currency)})
                  </span>
                ))}
              </dd>
            </>
          ) : null}
        </dl>
      </details>
    </>
  );
}

function Pair({ term, text }: { term: string; text: string }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>
        <Words text={text} />
      </dd>
    </>
  );
}
