// Whether the amounts are true: tenths of the people by forecast, what was forecast of each and what happened.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import type { Decile, ModelRow } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, ratio } from "../../format";

interface Tenth extends Decile {
  place: number;
}

function chartOf(rows: Tenth[]) {
  return (tokens: Tokens): EChartsCoreOption => ({
    grid: { left: 4, right: 12, top: 30, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: tokens.soft }, itemWidth: 14, itemHeight: 10 },
    xAxis: {
      type: "category",
      data: rows.map((row) => `${row.place}`),
      axisLabel: { color: tokens.soft, fontSize: 11.5 },
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: tokens.soft, fontSize: 11.5 },
      splitLine: { lineStyle: { color: tokens.line } },
    },
    tooltip: {
      trigger: "axis",
      formatter: (raw: unknown) => {
        const row = rows[(raw as { dataIndex?: number }[])[0]?.dataIndex ?? 0];
        if (!row) return "";
        return tip(`tenth ${row.place}, ${count(row.n_people)} people`, [
          ["forecast of each", ratio(row.forecast)],
          ["came", ratio(row.actual)],
        ]);
      },
    },
    series: [
      {
        name: "forecast",
        type: "bar",
        data: rows.map((row) => row.forecast),
        itemStyle: { color: tokens["apa-fill"] },
      },
      {
        name: "what happened",
        type: "bar",
        data: rows.map((row) => row.actual),
        itemStyle: { color: tokens["accent-fill"] },
      },
    ],
  });
}

const COLUMNS: Column<Tenth>[] = [
  { title: "Tenth", value: (row) => row.place, isHead: true },
  { title: "People", value: (row) => row.n_people, show: (row) => count(row.n_people), isNumber: true },
  { title: "Forecast of each", value: (row) => row.forecast, show: (row) => ratio(row.forecast), isNumber: true },
  { title: "Came", value: (row) => row.actual, show: (row) => ratio(row.actual), isNumber: true },
];

export function CalibrationPart({ model }: { model: ModelRow }) {
  const rows = useMemo(() => model.plain.deciles.map((tenth, i) => ({ ...tenth, place: i + 1 })), [model]);
  const option = useMemo(() => chartOf(rows), [rows]);
  const title = `Forecast and what happened, by tenths of the people: ${model.title}`;
  return (
    <ChartPart title={title} name="calibration" columns={COLUMNS} rows={rows} rowKey={(row) => row.place}>
      <p className="finding">
        Everybody, from the tenth of whom least was expected to the tenth of whom most was. People of whom the same is
        expected stay together, so there may be fewer than ten.
      </p>
      {rows.length === 0 ? null : (
        <Chart label={`${title}; the table shows the numbers`} height={230} option={option} />
      )}
    </ChartPart>
  );
}
