// The curve: the share that still waits, hour by hour, of all asks and of each class; with its numbers as a table.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import type { ResponseGroup, Responses, WaitStep } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, percent } from "../../format";
import { waitText } from "../asks/words";

const TITLE = "How many still wait, hour by hour";
const DASHES: ("solid" | number[])[] = ["solid", [7, 3], [2, 3], [10, 3, 2, 3], [4, 4], [1, 4]];
/** Classes that are drawn beside all of them: the greatest. */
const MAX_LINES = 4;

interface Point extends WaitStep {
  group: string;
}

function nameOf(group: ResponseGroup): string {
  return group.value === "" ? "all" : group.value;
}

/** The share that waits at every hour that is drawn: steps, from all of them down. */
function lineOf(group: ResponseGroup, most: number): [number, number][] {
  const steps: [number, number][] = group.curve.map((step) => [step.hours, step.waiting]);
  const last = steps[steps.length - 1]?.[1] ?? 1;
  return [[0, 1], ...steps.filter(([hours]) => hours <= most), [most, last]];
}

function chart(groups: ResponseGroup[]) {
  // A few answers after months would press everything else to the left.
  const ends = groups.map((group) => group.curve[group.curve.length - 1]?.hours ?? 0);
  const most = Math.min(720, 24 * Math.ceil(Math.max(24, ...ends) / 24));
  return (tokens: Tokens): EChartsCoreOption => {
    const label = { color: tokens.soft, fontSize: 11.5 };
    return {
      grid: { left: 4, right: 14, top: 14, bottom: 26, containLabel: true },
      xAxis: {
        type: "value",
        max: most,
        name: "hours since the first word",
        nameLocation: "middle",
        nameGap: 26,
        nameTextStyle: label,
        axisLabel: label,
        splitLine: { show: false },
        axisLine: { lineStyle: { color: tokens.line } },
      },
      yAxis: {
        type: "value",
        min: 0,
        max: 1,
        axisLabel: { ...label, formatter: (value: number) => percent(value) },
        splitLine: { lineStyle: { color: tokens.line } },
      },
      tooltip: {
        trigger: "item",
        formatter: (hover: unknown) => {
          const { seriesName = "", value = [0, 1] } = hover as { seriesName?: string; value?: [number, number] };
          return tip(`after ${waitText(value[0])}`, [[seriesName, `${percent(value[1])} still wait`]]);
        },
      },
      series: groups.map((group, at) => ({
        name: nameOf(group),
        type: "line",
        step: "end",
        data: lineOf(group, most),
        symbol: "none",
        lineStyle: { color: tokens["accent-fill"], width: at === 0 ? 2.4 : 1.5, type: DASHES[at % DASHES.length] },
        itemStyle: { color: tokens["accent-fill"] },
      })),
    };
  };
}

export function Curve({ data }: { data: Responses }) {
  const groups = useMemo(() => {
    const classes = data.by.find((grouping) => grouping.by === "class")?.groups ?? [];
    return [data.all, ...(classes.length > 1 ? classes.slice(0, MAX_LINES) : [])];
  }, [data]);
  const option = useMemo(() => chart(groups), [groups]);
  const points = useMemo(
    () => groups.flatMap((group) => group.curve.map((step): Point => ({ ...step, group: nameOf(group) }))),
    [groups],
  );
  const columns = useMemo(
    (): Column<Point>[] => [
      { title: "Asks", value: (p) => p.group, isHead: true },
      { title: "After", value: (p) => p.hours, show: (p) => waitText(p.hours), isNumber: true },
      { title: "Still wait", value: (p) => p.waiting, show: (p) => percent(p.waiting), isNumber: true },
      { title: "95 % from", value: (p) => p.low, show: (p) => percent(p.low), isNumber: true },
      { title: "to", value: (p) => p.high, show: (p) => percent(p.high), isNumber: true },
      { title: "Waited just before", value: (p) => p.n_at_risk, show: (p) => count(p.n_at_risk), isNumber: true },
    ],
    [],
  );
  return (
    <ChartPart title={TITLE} name="curve" columns={columns} rows={points} rowKey={(p) => `${p.group} ${p.hours}`}>
      <Chart label={`${TITLE}; the table shows the numbers`} height={260} option={option} />
      <p className="keys">
        {groups.map((group, at) => {
          const dash = DASHES[at % DASHES.length] ?? "solid";
          return (
            <span key={nameOf(group)}>
              <svg width="26" height="8" aria-hidden="true" className="line-key">
                <line
                  x1="0"
                  x2="26"
                  y1="4"
                  y2="4"
                  strokeWidth={at === 0 ? 2.4 : 1.5}
                  strokeDasharray={dash === "solid" ? undefined : dash.join(" ")}
                />
              </svg>
              {nameOf(group)}
            </span>
          );
        })}
      </p>
    </ChartPart>
  );
}
