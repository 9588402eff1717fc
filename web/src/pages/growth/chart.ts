// The drawing: the total as a line above; below it bars up for what came and down for what went, the hidden part hatched.
import type { EChartsCoreOption } from "echarts/core";
import type { Account, Change } from "../../api/types";
import { type Tokens, tip } from "../../components/chart";
import { count, periodShort, periodText } from "../../format";
import { CHANGE_WORDS } from "../../words";
import { amountOf, amountText, cutsOf, DOWN, occurring, type Unit, UP } from "./amounts";

const indexOf = (hover: unknown): number =>
  ((Array.isArray(hover) ? hover[0] : hover) as { dataIndex?: number } | undefined)?.dataIndex ?? 0;

function short(amount: number, unit: Unit): string {
  const size = Math.abs(amount);
  if (unit.unit === "minor" || size < 10_000_000) return amountText(size, unit);
  return `${count(size / 1000)} ×`;
}

function fillOf(change: Change, tokens: Tokens): string {
  const fills: Record<Change, string> = {
    new: tokens["pos-fill"],
    returned: tokens["pos-deep"],
    grew: tokens["accent-fill"],
    stayed: tokens.edge,
    shrank: tokens["apa-fill"],
    turned: tokens["neg-deep"],
    gone: tokens["neg-fill"],
  };
  return fills[change];
}

function bars(rows: Account[], tokens: Tokens) {
  const bar = (name: string, color: string, data: number[], decal?: object) => ({
    name,
    type: "bar",
    stack: "all",
    xAxisIndex: 1,
    yAxisIndex: 1,
    barCategoryGap: "24%",
    itemStyle: { color, ...(decal ? { decal } : {}) },
    data,
  });
  const decal = {
    symbol: "rect",
    color: tokens["neg-deep"],
    dashArrayX: [1, 0],
    dashArrayY: [2, 4],
    rotation: -Math.PI / 4,
  };
  const cuts = rows.map(cutsOf);
  const part = (change: Change, which: "hidden" | "open") =>
    cuts.map((cut) => -(cut.find((one) => one.change === change)?.[which] ?? 0));
  const down = occurring(rows, DOWN);
  return [
    ...occurring(rows, UP).map((change) =>
      bar(
        CHANGE_WORDS[change],
        fillOf(change, tokens),
        rows.map((row) => amountOf(row, change)),
      ),
    ),
    ...down.map((change) =>
      bar(`${CHANGE_WORDS[change]}, hidden`, fillOf(change, tokens), part(change, "hidden"), decal),
    ),
    ...down.map((change) => bar(CHANGE_WORDS[change], fillOf(change, tokens), part(change, "open"))),
  ];
}

export function accountsChart(rows: Account[], unit: Unit, total: string) {
  return (tokens: Tokens): EChartsCoreOption => {
    const periods = rows.map((row) => periodShort(row.period));
    const label = { color: tokens.soft, fontSize: 11.5 };
    const y = {
      type: "value",
      axisLabel: { ...label, formatter: (value: number) => short(value, unit) },
      splitLine: { lineStyle: { color: tokens.line } },
    };
    return {
      grid: [
        { left: 74, right: 10, top: 26, height: 62 },
        { left: 74, right: 10, top: 118, bottom: 24 },
      ],
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      xAxis: [
        {
          type: "category",
          gridIndex: 0,
          data: periods,
          axisLabel: { show: false },
          axisTick: { show: false },
          axisLine: { lineStyle: { color: tokens.line } },
        },
        {
          type: "category",
          gridIndex: 1,
          data: periods,
          axisLabel: { ...label, hideOverlap: true },
          axisTick: { show: false },
          axisLine: { onZero: true, lineStyle: { color: tokens.ink } },
          position: "bottom",
        },
      ],
      yAxis: [
        {
          ...y,
          gridIndex: 0,
          min: 0,
          splitNumber: 2,
          name: total,
          nameTextStyle: { ...label, align: "left", padding: [0, 0, 0, -66] },
          nameGap: 12,
        },
        {
          ...y,
          gridIndex: 1,
          splitNumber: 4,
          name: "came, above; went, below",
          nameTextStyle: { ...label, align: "left", padding: [0, 0, 0, -66] },
          nameGap: 12,
        },
      ],
      tooltip: {
        trigger: "axis",
        axisPointer: { type: "line", lineStyle: { color: tokens.edge } },
        formatter: (hover: unknown) => {
          const row = rows[indexOf(hover)];
          if (!row) return "";
          const lines = [...occurring(rows, UP), ...occurring(rows, DOWN)].map((change): [string, string] => [
            CHANGE_WORDS[change],
            amountText(amountOf(row, change), unit),
          ]);
          return tip(periodText(row.period), [
            ["before", amountText(row.before, unit)],
            ...lines,
            ["after", amountText(row.after, unit)],
          ]);
        },
      },
      series: [
        {
          name: total,
          type: "line",
          xAxisIndex: 0,
          yAxisIndex: 0,
          data: rows.map((row) => row.after),
          symbol: rows.length === 1 ? "circle" : "none",
          lineStyle: { color: tokens.ink, width: 1.8 },
          itemStyle: { color: tokens.ink },
        },
        ...bars(rows, tokens),
      ],
    };
  };
}
