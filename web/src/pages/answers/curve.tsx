// The curve: the share that still waits, hour by hour, of all asks and of each class; with its numbers as a table.
import type { EChartsCoreOption } from "echarts/core";
import { useMemo } from "react";
import type { ResponseGroup, Responses, WaitStep } from "../../api/types";
import { Chart, type Tokens, tip } from "../../components/chart";
import { LineKeys, lineAxes, type Stroke, stroked } from "../../components/lines";
import { ChartPart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, percent } from "../../format";
import { waitText } from "../asks/words";
import { hoursDrawn, lineOf, waitingAt } from "./steps";

const TITLE = "How many still wait, hour by hour";
const DASHES: Stroke["dash"][] = ["solid", [7, 3], [2, 3], [10, 3, 2, 3], [4, 4]];
/** Classes that are drawn beside all of them: the greatest. */
const MAX_LINES = 4;

interface Point extends WaitStep {
  group: string;
}

function nameOf(group: ResponseGroup): string {
  return group.value === "" ? "all" : group.value;
}

function strokeOf(at: number): Stroke {
  return { width: at === 0 ? 2.4 : 1.5, dash: DASHES[at] ?? "solid" };
}

function chart(groups: ResponseGroup[]) {
  const most = hoursDrawn(groups.map((group) => group.curve));
  return (tokens: Tokens): EChartsCoreOption => ({
    ...lineAxes(tokens, {
      name: "hours since the first word",
      x: { type: "value", max: most },
      y: { max: 1 },
      height: percent,
    }),
    tooltip: {
      trigger: "axis",
      axisPointer: { snap: false, lineStyle: { color: tokens.edge } },
      formatter: (hover: unknown) => {
        const hours = (hover as { axisValue?: number }[])[0]?.axisValue ?? 0;
        const lines = groups.map((group): [string, string] => [
          nameOf(group),
          `${percent(waitingAt(group.curve, hours))} still wait`,
        ]);
        return tip(`after ${waitText(hours)}`, lines);
      },
    },
    series: groups.map((group, at) => ({
      name: nameOf(group),
      type: "line",
      step: "end",
      data: lineOf(group.curve, most),
      symbol: "none",
      ...stroked(tokens, strokeOf(at)),
    })),
  });
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
      <LineKeys lines={groups.map((group, at) => ({ name: nameOf(group), stroke: strokeOf(at) }))} />
    </ChartPart>
  );
}
