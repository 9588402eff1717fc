// What each author's definition says of this person, and why; asked for when it comes into sight.

import { useInViewport } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { usePersonDefinitions } from "../../api/definitions";
import type { PersonDefinition, PersonDefinitions } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { Sentence } from "../../components/sentence";
import { Answer, Words } from "../../components/states";
import { type Column, csvOf, Table } from "../../components/table";
import { downloadCsv } from "../../csv";
import { NONE } from "../../format";
import { useScope } from "../../scope";
import { rankText, scoreText } from "../../scores";

const TITLE = "What each definition says";

export function PersonDefinitionsPart({ person, object, on }: { person: string; object: string; on: string }) {
  const { to } = useScope();
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (inViewport) setSeen(true);
  }, [inViewport]);
  const said = usePersonDefinitions(person, { object, on }, isSeen);
  const save = () => {
    if (!said.data) return;
    const csv = csvOf(columnsOf(said.data.currency), said.data.rows);
    downloadCsv(`definitions of ${person} ${on}`, csv.head, csv.rows);
  };
  const does = (
    <>
      <Link to={to("/definitions")}>all people</Link>
      <CsvButton of={TITLE} onSave={save} isDisabled={!said.data} />
    </>
  );
  return (
    <div ref={ref} data-definitions="">
      <Part title={TITLE} does={does}>
        {isSeen ? (
          <Answer query={said} what="The definitions could not be read." height={320}>
            {(data) => <Body data={data} />}
          </Answer>
        ) : (
          <div style={{ height: 320 }} />
        )}
      </Part>
    </div>
  );
}

function Body({ data }: { data: PersonDefinitions }) {
  return (
    <>
      <p className="sub">
        <Sentence pieces={data.sentence} />
      </p>
      <Table caption={TITLE} columns={columnsOf(data.currency)} rows={data.rows} rowKey={(row) => row.id} isCards />
    </>
  );
}

function engagedText(row: PersonDefinition): string {
  if (row.is_engaged === null) return NONE;
  return row.is_engaged ? "✓ yes" : "✗ no";
}

function columnsOf(currency: string): Column<PersonDefinition>[] {
  return [
    {
      title: "Definition",
      value: (row) => row.name,
      isHead: true,
      show: (row) => (
        <>
          {row.name} <small className="about-author">{[row.author, row.year].filter(Boolean).join(", ")}</small>
        </>
      ),
    },
    {
      title: "Score",
      value: (row) => row.score,
      isNumber: true,
      show: (row) => scoreText(row.score, row.unit, currency),
    },
    {
      title: "Above, % of people",
      value: (row) => row.rank,
      isNumber: true,
      show: (row) => rankText(row.rank),
    },
    { title: "Engaged", value: (row) => engagedText(row) },
    {
      title: "Why",
      value: (row) => row.missing ?? row.parts.map((part) => `${part.label}: ${part.value}`).join("; "),
      isWhole: true,
      show: (row) => <Because row={row} />,
    },
  ];
}

function Because({ row }: { row: PersonDefinition }) {
  if (row.missing !== null)
    return (
      <span className="fine">
        cannot judge: <Words text={row.missing} />
      </span>
    );
  return (
    <details className="fine">
      <summary aria-label={`Why: ${row.name}`}>{row.class ?? "why"}</summary>
      <dl className="lens">
        {row.parts.map((part) => (
          <div key={part.label} style={{ display: "contents" }}>
            <dt>{part.label}</dt>
            <dd>{part.value}</dd>
          </div>
        ))}
        <dt>engaged</dt>
        <dd>
          <Words text={row.line} />
        </dd>
      </dl>
    </details>
  );
}
