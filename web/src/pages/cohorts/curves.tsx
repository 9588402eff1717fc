// The curves: one line for each cohort, the younger the stronger; with every number as a table and as CSV.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import type { Cohort, CohortCell, Cohorts } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { LineKeys, lineAxes, type Stroke, stroked } from "../../components/lines";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, percent, periodText, roundMoney } from "../../format";
import { cellText, heightOf } from "./cells";

interface Point {
  cohort: Cohort;
  age: number;
  cell: CohortCell;
}

/** Lines that can be told apart; of more cohorts the youngest are drawn. */
const MAX_LINES = 6;

const TITLES: Record<Cohorts["counted"], string> = {
  active: "How many of each cohort still come",
  engaged: "How many of each cohort are engaged",
  value: "What each cohort brings as it ages",
};

const DASHES: Stroke["dash"][] = ["solid", [6, 3], [2, 3]];

/** How a cohort is drawn: the youngest strongest, neighbours dashed differently. */
function strokeOf(at: number, n: number): Stroke {
  return { width: 1.8, opacity: 0.4 + 0.6 * ((at + 1) / n), dash: DASHES[(n - 1 - at) % DASHES.length] ?? "solid" };
}

function curvesChart(data: Cohorts, rows: Cohort[]) {
  return (tokens: Tokens): EChartsCoreOption => {
    const nAges = Math.max(1, ...rows.map((row) => row.cells.length - 1));
    const isMoney = data.counted === "value";
    return {
      ...lineAxes(tokens, {
        name: `${data.by}s after`,
        x: {
          type: "category",
          boundaryGap: false,
          data: Array.from({ length: nAges }, (_, at) => String(at + 1)),
        },
        height: (value) => (isMoney ? roundMoney(value, data.currency) : percent(value)),
      }),
      tooltip: {
        trigger: "axis",
        axisPointer: { lineStyle: { color: tokens.edge } },
        formatter: (hover: unknown) => {
          const first = (Array.isArray(hover) ? hover[0] : hover) as { dataIndex?: number } | undefined;
          const age = (first?.dataIndex ?? 0) + 1;
          const lines = rows.flatMap((row): [string, string][] => {
            const cell = row.cells[age];
            return cell ? [[periodText(row.period), cellText(cell, data)]] : [];
          });
          return tip(`${age} ${data.by}${age === 1 ? "" : "s"} after`, lines);
        },
      },
      series: rows.map((row, at) => ({
        name: periodText(row.period),
        type: "line",
        data: row.cells.slice(1).map((cell) => heightOf(cell, data.counted)),
        symbol: row.cells.length === 2 ? "circle" : "none",
        ...stroked(tokens, strokeOf(at, rows.length)),
      })),
    };
  };
}

export function Curves({ data, rows }: { data: Cohorts; rows: Cohort[] }) {
  const drawn = useMemo(() => rows.filter((row) => row.cells.length > 1).slice(-MAX_LINES), [rows]);
  const option = useMemo(() => curvesChart(data, drawn), [data, drawn]);
  const points = useMemo(
    () => rows.flatMap((cohort) => cohort.cells.map((cell, age): Point => ({ cohort, age, cell }))),
    [rows],
  );
  const columns = useMemo((): Column<Point>[] => {
    const isMoney = data.counted === "value";
    return [
      { title: "Cohort", value: (p) => p.cohort.period, show: (p) => periodText(p.cohort.period), isHead: true },
      { title: `${data.by}s after`, value: (p) => p.age, isNumber: true },
      { title: "In", value: (p) => p.cell.period, show: (p) => periodText(p.cell.period) },
      {
        title: isMoney ? "Brought" : "People",
        value: (p) => p.cell.value,
        show: (p) => (isMoney ? roundMoney(p.cell.value, data.currency) : count(p.cell.value)),
        isNumber: true,
      },
      ...(isMoney
        ? []
        : [
            {
              title: "Share",
              value: (p: Point) => p.cell.share,
              show: (p: Point) => cellText(p.cell, data),
              isNumber: true,
            },
          ]),
    ];
  }, [data]);
  const title = TITLES[data.counted];
  return (
    <ChartPart
      title={title}
      name="view"
      columns={columns}
      rows={points}
      rowKey={(point) => `${point.cohort.period} ${point.age}`}
    >
      {drawn.length === 0 ? (
        <p className="hush">The cohorts are too young to be followed: not one {data.by} has passed since.</p>
      ) : (
        <>
          <Chart label={`${title}, by ${data.by}; the table shows the numbers`} height={270} option={option} />
          <LineKeys
            lines={drawn.map((row, at) => ({ name: periodText(row.period), stroke: strokeOf(at, drawn.length) }))}
          />
          <p className="fine">
            The younger the cohort, the stronger its line.
            {drawn.length < rows.length ? ` The ${drawn.length} youngest are drawn; the table has all.` : ""} The first{" "}
            {data.by} itself is left out of the drawing{data.counted === "active" ? ": then it is all of them" : ""}.
          </p>
        </>
      )}
    </ChartPart>
  );
}
