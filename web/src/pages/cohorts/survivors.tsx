// Who is still there: by a window of 12, 24 or 36 months of silence, and by the model, side by side.

import { useMemo } from "react";
import { Link } from "react-router";
import type { Cohorts, Survivors } from "../../api/types";
import { useWorkspace } from "../../api/workspace";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { type Column, csvOf, Table } from "../../components/table";
import { downloadCsv } from "../../csv";
import { count, counted, monthsFrom, percent, periodText } from "../../format";
import { useScope } from "../../scope";
import { type Slice, sliced } from "../../slice";

const TITLE = "How many are still there: seen within 12, 24 and 36 months, and by the model";
const MONTHS = [12, 24, 36];

function columnsOf(to: (path: string, list?: string) => string, slice: Slice): Column<Survivors>[] {
  const windows = MONTHS.map((months): Column<Survivors> => {
    const found = (row: Survivors) => row.within.find((window) => window.months === months);
    return {
      title: `${months} months`,
      value: (row) => found(row)?.n,
      show: (row) => {
        const window = found(row);
        if (!window) return "";
        return (
          <>
            {window.list ? (
              <Link to={to("/people", sliced(window.list, slice))} data-list="">
                {count(window.n)}
              </Link>
            ) : (
              count(window.n)
            )}{" "}
            <small className="fine">{percent(window.n / row.n)}</small>
          </>
        );
      },
      isNumber: true,
    };
  });
  return [
    {
      title: "Came",
      value: (row) => row.period ?? "before",
      show: (row) => (row.period ? periodText(row.period) : "before all of these"),
      isHead: true,
    },
    { title: "People", value: (row) => row.n, show: (row) => count(row.n), isNumber: true },
    ...windows,
    {
      title: "By the model",
      value: (row) => row.alive,
      show: (row) =>
        row.n_modelled === 0 ? (
          <span className="fine">no say</span>
        ) : (
          <>
            {count(row.alive)} <small className="fine">{percent(row.alive / row.n_modelled)}</small>
          </>
        ),
      isNumber: true,
    },
  ];
}

/** What the windows say of so short a past, if anything must be said. */
export function windowNote(firstDay: string | null | undefined, on: string): string | null {
  if (!firstDay) return null;
  const early = MONTHS.filter((months) => monthsFrom(on, -months) < firstDay);
  const shortest = early[0];
  if (shortest === undefined) return null;
  return `Activity is known for less than ${counted(shortest, "month", "months")}, so ${
    early.length === 1 ? `the window of ${shortest}` : `the windows of ${early.join(" and ")}`
  } cannot yet lose anybody.`;
}

export function SurvivorsPart({ data, slice }: { data: Cohorts; slice: Slice }) {
  const { to } = useScope();
  const { data: workspace } = useWorkspace();
  const columns = useMemo(() => columnsOf(to, slice), [to, slice]);
  const rows = data.survivors.filter((row) => row.n > 0);
  const save = () => {
    const csv = csvOf(columns, rows);
    downloadCsv(TITLE, csv.head, csv.rows);
  };
  const note = windowNote(workspace?.first_day, data.on);
  return (
    <Part title={TITLE} does={<CsvButton of={TITLE} onSave={save} />}>
      {rows.length === 0 ? (
        <p className="hush">Nobody is here yet.</p>
      ) : (
        <Table caption={TITLE} columns={columns} rows={rows} rowKey={(row) => row.period ?? "before"} isTight isCards />
      )}
      <p className="fine" style={{ maxWidth: 760, marginTop: 8 }}>
        The same people, counted in different ways. A window calls everybody a customer who was seen within it, whatever
        their habit; the model adds up each person’s own chance to be still there
        {data.basis === "activity" ? ", by their days of activity" : ""}. {note}
      </p>
    </Part>
  );
}
