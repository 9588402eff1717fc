// Who moved from which cell to which, as a flow and as a table; every number opens its people.

import { useMemo } from "react";
import { Link } from "react-router";
import type { Cell, Matrix, MigrationFrom, MigrationRow, MigrationTo } from "../../api/types";
import { Chart } from "../../components/chart";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { ScrollBox } from "../../components/scroll-box";
import { downloadCsv } from "../../csv";
import { count, dayBeside, dayText } from "../../format";
import { useScope, useUrl } from "../../scope";
import { CELLS, cellWords } from "../../words";
import { sankeyChart } from "./sankey";

const FROMS: MigrationFrom[] = [...CELLS, "newcomer", "returned"];
const TOS: MigrationTo[] = [...CELLS, "gone"];

export function Migration({ data }: { data: Matrix }) {
  const { params, set } = useUrl();
  const isTable = params.get("view") === "table";
  const option = useMemo(() => sankeyChart(data.migration), [data.migration]);
  const title = `Who moved, from ${dayBeside(data.since, data.on)} to ${dayText(data.on)}`;
  const save = () =>
    downloadCsv(
      `migration ${data.since} to ${data.on}`,
      ["from", "to", "people"],
      data.migration.map((row) => [row.from, row.to, row.n]),
    );
  const choices = (
    <>
      <button type="button" aria-pressed={!isTable} onClick={() => set({ view: null })}>
        chart
      </button>
      <button type="button" aria-pressed={isTable} onClick={() => set({ view: "table" })}>
        table
      </button>
      <CsvButton of="The migration" onSave={save} />
    </>
  );
  const hasAny = data.migration.some((row) => row.n > 0);
  return (
    <Part title={title} does={choices}>
      {isTable ? <MigrationTable rows={data.migration} title={title} /> : null}
      {!isTable && hasAny ? (
        <Chart label={`${title}; the table shows the numbers`} height={430} option={option} />
      ) : null}
      {!isTable && !hasAny ? <p className="hush">Nobody was here on either day.</p> : null}
    </Part>
  );
}

function MigrationTable({ rows, title }: { rows: MigrationRow[]; title: string }) {
  const { to } = useScope();
  const found = new Map(rows.map((row) => [`${row.from} ${row.to}`, row]));
  return (
    <ScrollBox label={title}>
      <table>
        <caption className="fine" style={{ textAlign: "left", paddingBottom: 6 }}>
          From the row to the column.
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {TOS.map((name) => (
              <th key={name} scope="col" className="n" title={cellWords(name)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FROMS.map((from) => (
            <tr key={from}>
              <th scope="row">
                {from} <small className="fine wide">{CELLS.includes(from as Cell) ? cellWords(from) : ""}</small>
              </th>
              {TOS.map((name) => {
                const row = found.get(`${from} ${name}`);
                return (
                  <td key={name} className={from === name ? "n same" : "n"}>
                    {row && row.n > 0 ? (
                      <Link to={to("/people", row.list)} data-list="">
                        {count(row.n)}
                      </Link>
                    ) : (
                      <span className="fine">·</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
