// What the two charts of Today draw. Gains stand above the line, losses hang below it.
import type { EChartsCoreOption } from "echarts/core";
import type { EngagedRow, GrowthRow } from "../../api/types";
import { type Tokens, tip } from "../../components/chart";
import { count, periodShort, periodText } from "../../format";

interface Hover {
  dataIndex: number;
}

const indexOf = (hover: unknown): number =>
  ((Array.isArray(hover) ? hover[0] : hover) as Hover | undefined)?.dataIndex ?? 0;

function axes(periods: string[], tokens: Tokens): EChartsCoreOption {
  return {
    grid: { left: 4, right: 4, top: 10, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: periods.map(periodShort),
      axisLine: { lineStyle: { color: tokens.ink } },
      axisTick: { show: false },
      axisLabel: { color: tokens.soft, fontSize: 11.5, hideOverlap: true },
      position: "bottom",
      offset: 0,
    },
    yAxis: {
      type: "value",
      axisLabel: {
        color: tokens.soft,
        fontSize: 11.5,
        formatter: (value: number) => count(Math.abs(value)),
      },
      splitLine: { lineStyle: { color: tokens.line } },
      splitNumber: 4,
    },
  };
}

const bar = (name: string, color: string, data: number[], extra: object = {}) => ({
  name,
  type: "bar",
  stack: "all",
  barCategoryGap: "24%",
  itemStyle: { color, ...extra },
  data,
});

/** How much of a month's loss is drawn hatched: no more than came new, no more than was lost. */
export function hatched(row: EngagedRow): number {
  return Math.min(row.acquired, row.disengaged + row.defected);
}

export function engagedChart(rows: EngagedRow[]) {
  return (tokens: Tokens): EChartsCoreOption => ({
    ...axes(
      rows.map((row) => row.period),
      tokens,
    ),
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "none" },
      formatter: (hover: unknown) => {
        const row = rows[indexOf(hover)];
        if (!row) return "";
        return tip(periodText(row.period), [
          ["new", count(row.acquired)],
          ["came back", count(row.reactivated)],
          ["disengaged", count(row.disengaged)],
          ["gone", count(row.defected)],
          ["engaged at the end", count(row.after)],
        ]);
      },
    },
    series: [
      bar(
        "came back",
        tokens["pos-deep"],
        rows.map((row) => row.reactivated),
      ),
      bar(
        "new",
        tokens["pos-fill"],
        rows.map((row) => row.acquired),
      ),
      bar(
        "lost, hidden by newcomers",
        tokens["neg-fill"],
        rows.map((row) => -hatched(row)),
        {
          decal: {
            symbol: "rect",
            color: tokens["neg-deep"],
            dashArrayX: [1, 0],
            dashArrayY: [2, 4],
            rotation: -Math.PI / 4,
          },
        },
      ),
      bar(
        "lost",
        tokens["neg-fill"],
        rows.map((row) => hatched(row) - row.disengaged - row.defected),
      ),
    ],
  });
}

export function growthChart(rows: GrowthRow[]) {
  return (tokens: Tokens): EChartsCoreOption => ({
    ...axes(
      rows.map((row) => row.period),
      tokens,
    ),
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "none" },
      formatter: (hover: unknown) => {
        const row = rows[indexOf(hover)];
        if (!row) return "";
        return tip(periodText(row.period), [
          ["active", count(row.active)],
          ["new", count(row.new)],
          ["retained", count(row.retained)],
          ["came back", count(row.resurrected)],
          ["gone", count(row.churned)],
        ]);
      },
    },
    series: [
      bar(
        "retained",
        tokens["accent-fill"],
        rows.map((row) => row.retained),
      ),
      bar(
        "came back",
        tokens["pos-deep"],
        rows.map((row) => row.resurrected),
      ),
      bar(
        "new",
        tokens["pos-fill"],
        rows.map((row) => row.new),
      ),
      bar(
        "gone",
        tokens["neg-fill"],
        rows.map((row) => -row.churned),
      ),
    ],
  });
}
