// Of those engaged on an earlier day, how many still are: how long engagement lasts here.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import { Link } from "react-router";
import type { Leaving, StillEngaged } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, dayShort, daysText, dayText, percent } from "../../format";
import { useScope } from "../../scope";
import { type Slice, sliced } from "../../slice";

const TITLE = "How many of those engaged then still are";

/** How long half of them stay, in words. */
export function halfLifeWords(halfLife: number | null, rows: StillEngaged[]): string {
  if (halfLife !== null) {
    const days = Math.round(halfLife);
    const inWords = days < 45 ? daysText(days) : `${count(days)} days, ${daysText(days)}`;
    return `Half of those who are engaged no longer are after about ${inWords}.`;
  }
  const last = rows.filter((row) => row.n_then > 0).at(-1);
  if (!last || last.share === null) return "Nobody was engaged long enough ago to say how long it lasts.";
  return `After ${daysText(last.after_days)} ${percent(last.share)} of those engaged still are, so more than half stay for longer than is known here.`;
}

function stillChart(rows: StillEngaged[], halfLife: number | null) {
  return (tokens: Tokens): EChartsCoreOption => {
    const points = [[0, 100], ...rows.map((row) => [row.after_days, (row.share ?? 0) * 100])];
    return {
      grid: { left: 4, right: 24, top: 14, bottom: 4, containLabel: true },
      xAxis: {
        type: "value",
        min: 0,
        max: Math.max(28, ...rows.map((row) => row.after_days)),
        interval: rows.some((row) => row.after_days > 91) ? 91 : 7,
        axisLabel: {
          color: tokens.soft,
          fontSize: 11.5,
          formatter: (days: number) => `${days} days`,
          hideOverlap: true,
        },
        axisLine: { lineStyle: { color: tokens.line } },
        splitLine: { show: false },
      },
      yAxis: {
        type: "value",
        min: 0,
        max: 100,
        interval: 25,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: tokens.soft, fontSize: 11.5, formatter: (share: number) => `${share} %` },
        splitLine: { lineStyle: { color: tokens.line } },
      },
      tooltip: {
        trigger: "item",
        formatter: (raw: unknown) => {
          const row = rows[((raw as { dataIndex?: number }).dataIndex ?? 0) - 1];
          if (!row) return "";
          return tip(`after ${daysText(row.after_days)}`, [
            [`engaged on ${dayText(row.since)}`, count(row.n_then)],
            ["still are", `${count(row.n_still)}, ${percent(row.share ?? 0)}`],
          ]);
        },
      },
      series: [
        {
          type: "line",
          data: points,
          symbol: "circle",
          symbolSize: 8,
          lineStyle: { color: tokens["accent-fill"], width: 2 },
          itemStyle: { color: tokens["accent-fill"] },
          markLine: {
            silent: true,
            symbol: "none",
            lineStyle: { color: tokens.edge, type: "dashed" },
            label: { color: tokens.soft, fontSize: 11.5 },
            data: [
              { yAxis: 50, label: { formatter: "half", position: "insideEndTop" } },
              ...(halfLife === null ? [] : [{ xAxis: halfLife, label: { formatter: "", position: "end" } }]),
            ],
          },
        },
      ],
    };
  };
}

function columnsOf(to: (path: string, list?: string) => string, slice: Slice): Column<StillEngaged>[] {
  return [
    {
      title: "After",
      value: (row) => row.after_days,
      show: (row) => `${daysText(row.after_days)}${row.after_days > 44 ? ` (${row.after_days} days)` : ""}`,
      isHead: true,
    },
    { title: "Engaged on", value: (row) => row.since, show: (row) => dayShort(row.since) },
    { title: "People then", value: (row) => row.n_then, show: (row) => count(row.n_then), isNumber: true },
    {
      title: "Still engaged",
      value: (row) => row.n_still,
      show: (row) => (
        <Link to={to("/people", sliced(row.list, slice))} data-list="">
          {count(row.n_still)}
        </Link>
      ),
      isNumber: true,
    },
    {
      title: "Share",
      value: (row) => row.share,
      show: (row) => (row.share === null ? "" : percent(row.share)),
      isNumber: true,
    },
  ];
}

export function StillEngagedPart({ data, slice }: { data: Leaving; slice: Slice }) {
  const { to } = useScope();
  const rows = useMemo(() => data.still_engaged.filter((row) => row.n_then > 0), [data.still_engaged]);
  const option = useMemo(() => stillChart(rows, data.half_life_days), [rows, data.half_life_days]);
  const columns = useMemo(() => columnsOf(to, slice), [to, slice]);
  return (
    <ChartPart title={TITLE} name="still" columns={columns} rows={rows} rowKey={(row) => row.after_days}>
      <p className="finding">{halfLifeWords(data.half_life_days, data.still_engaged)}</p>
      {rows.length === 0 ? null : (
        <Chart label={`${TITLE}; the table shows the numbers`} height={210} option={option} />
      )}
    </ChartPart>
  );
}
