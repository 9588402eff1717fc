// The answer to a question: as a table, as a line or bars of chosen columns, as CSV.

import { Button } from "@mantine/core";
import type { EChartsCoreOption } from "echarts/core";
import { useMemo, useState } from "react";
import type { SqlResult, SqlValue } from "../../api/types";
import { Chart, type Tokens } from "../../components/chart";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { ScrollBox } from "../../components/scroll-box";
import { downloadCsv } from "../../csv";
import { count, counted, decimal, NONE } from "../../format";

/** Rows put on the page at once; more only when asked. */
const SHOWN_ROWS = 300;
type View = "table" | "line" | "bar";

/** Columns that hold only numbers (and nulls), by place. */
export function numberColumns(result: SqlResult): number[] {
  return result.columns.flatMap((_name, at) => {
    const values = result.rows.map((row) => row[at]).filter((value) => value !== null && value !== undefined);
    return values.length > 0 && values.every((value) => typeof value === "number") ? [at] : [];
  });
}

export function Result({ result }: { result: SqlResult }) {
  const [view, setView] = useState<View>("table");
  const numbers = useMemo(() => numberColumns(result), [result]);
  const title = `${counted(result.rows.length, "row", "rows")}${result.is_cut ? ", cut at the limit" : ""}`;
  const does = (
    <>
      <span>{count(result.ms)} ms</span>
      {(["table", "line", "bar"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={view === name}
          disabled={name !== "table" && (numbers.length === 0 || result.rows.length === 0)}
          onClick={() => setView(name)}
        >
          {name}
        </button>
      ))}
      <CsvButton of="The answer" onSave={() => downloadCsv("question", result.columns, result.rows)} />
    </>
  );
  return (
    <Part title={title} does={does}>
      {view === "table" ? <ResultTable result={result} numbers={numbers} /> : null}
      {view === "table" ? null : <ResultChart result={result} numbers={numbers} kind={view} />}
    </Part>
  );
}

function shown(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return NONE;
  return typeof value === "number" ? String(value) : value;
}

function ResultTable({ result, numbers }: { result: SqlResult; numbers: number[] }) {
  const [isWhole, setWhole] = useState(false);
  const rows = isWhole ? result.rows : result.rows.slice(0, SHOWN_ROWS);
  const isNumber = new Set(numbers);
  return (
    <>
      <ScrollBox label="The answer" isCapped>
        <table className="tight">
          <thead>
            <tr>
              {result.columns.map((name, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns of an answer may have the same name
                <th key={at} scope="col" className={isNumber.has(at) ? "n" : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of an answer have no other name than their place
              <tr key={at}>
                {row.map((value, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={column} className={isNumber.has(column) ? "n" : undefined}>
                    {shown(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {result.rows.length > rows.length ? (
        <p className="fine">
          The first {count(rows.length)} are shown.{" "}
          <Button size="compact-xs" variant="default" onClick={() => setWhole(true)}>
            Show all {count(result.rows.length)}
          </Button>
        </p>
      ) : null}
    </>
  );
}

interface ResultChartProps {
  result: SqlResult;
  numbers: number[];
  kind: "line" | "bar";
}

function drawn(result: SqlResult, x: number, y: number, kind: "line" | "bar") {
  return (tokens: Tokens): EChartsCoreOption => ({
    grid: { left: 4, right: 14, top: 14, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: result.rows.map((row) => shown(row[x])),
      axisLine: { lineStyle: { color: tokens.edge } },
      axisTick: { show: false },
      axisLabel: { color: tokens.soft, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: tokens.soft, formatter: (value: number) => decimal(value) },
      splitLine: { lineStyle: { color: tokens.line } },
    },
    tooltip: { trigger: "axis", renderMode: "richText" },
    series: [
      {
        name: result.columns[y],
        type: kind,
        data: result.rows.map((row) => row[y]),
        symbol: "none",
        itemStyle: { color: tokens["accent-fill"] },
        lineStyle: { color: tokens["accent-fill"], width: 2 },
      },
    ],
  });
}

function ResultChart({ result, numbers, kind }: ResultChartProps) {
  const firstOther = result.columns.findIndex((_name, at) => !numbers.includes(at));
  const [x, setX] = useState(firstOther < 0 ? 0 : firstOther);
  const [y, setY] = useState(numbers.find((at) => at !== x) ?? numbers[0] ?? 0);
  const option = useMemo(() => drawn(result, x, y, kind), [result, x, y, kind]);
  const choices = (places: number[]) =>
    places.map((at) => (
      <option key={at} value={at}>
        {result.columns[at]}
      </option>
    ));
  return (
    <>
      <div className="filters">
        <label>
          across
          <select value={x} onChange={(event) => setX(Number(event.target.value))}>
            {choices(result.columns.map((_name, at) => at))}
          </select>
        </label>
        <label>
          up
          <select value={y} onChange={(event) => setY(Number(event.target.value))}>
            {choices(numbers)}
          </select>
        </label>
      </div>
      <Chart
        label={`${result.columns[y]} by ${result.columns[x]}; the table shows the numbers`}
        height={320}
        option={option}
      />
    </>
  );
}
