// Degree over time with one object; above the dashed line is engaged.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import type { PersonStanding, SparkPoint } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { dayShort, dayText, decimal, times } from "../../format";

const columns: Column<SparkPoint>[] = [
  { title: "Day", value: (row) => row.day, show: (row) => dayShort(row.day), isHead: true },
  { title: "Degree", value: (row) => row.degree, show: (row) => times(row.degree), isNumber: true },
  { title: "Involvement", value: (row) => row.involvement, show: (row) => decimal(row.involvement), isNumber: true },
];

function degreeLine(points: SparkPoint[]) {
  return (tokens: Tokens): EChartsCoreOption => ({
    grid: { left: 4, right: 12, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: points.map((point) => dayShort(point.day)),
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: {
        color: tokens.soft,
        fontSize: 11.5,
        hideOverlap: true,
        alignMinLabel: "left",
        alignMaxLabel: "right",
      },
    },
    yAxis: {
      type: "value",
      min: 0,
      axisLabel: { color: tokens.soft, fontSize: 11.5, formatter: (value: number) => `${decimal(value)} ×` },
      splitLine: { lineStyle: { color: tokens.line } },
      splitNumber: 3,
    },
    tooltip: {
      trigger: "axis",
      axisPointer: { lineStyle: { color: tokens.edge } },
      formatter: (hover: unknown) => {
        const first = (Array.isArray(hover) ? hover[0] : hover) as { dataIndex?: number } | undefined;
        const point = points[first?.dataIndex ?? 0];
        return point ? tip(dayText(point.day), [["degree", times(point.degree)]]) : "";
      },
    },
    series: [
      {
        type: "line",
        data: points.map((point) => point.degree),
        symbol: "none",
        lineStyle: { color: tokens["accent-fill"], width: 2 },
        itemStyle: { color: tokens["accent-fill"] },
        areaStyle: { color: tokens["accent-fill"], opacity: 0.08 },
        markLine: {
          silent: true,
          symbol: "none",
          data: [{ yAxis: 1 }],
          lineStyle: { color: tokens.edge, type: "dashed" },
          label: { formatter: "average", position: "insideEndTop", color: tokens.soft, fontSize: 11.5 },
        },
      },
    ],
  });
}

export function DegreeChart({ standing, on }: { standing: PersonStanding; on: string }) {
  const option = useMemo(() => degreeLine(standing.spark), [standing.spark]);
  const title = `Degree with ${standing.title}`;
  return (
    <ChartPart title={title} name="view" columns={columns} rows={standing.spark} rowKey={(row) => row.day}>
      {standing.spark.length < 2 ? (
        <p className="hush">Too few weeks for a line.</p>
      ) : (
        <>
          <Chart
            label={`${title} over ${standing.spark.length} weeks; the table shows the numbers`}
            height={190}
            option={option}
          />
          <p className="fine">Against the average of {dayText(on)}, so that the line moves only with the person.</p>
        </>
      )}
    </ChartPart>
  );
}
