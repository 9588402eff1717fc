// The migration as a flow from the left (before) to the right (after).
import type { EChartsCoreOption } from "echarts/core";
import type { Cell, MigrationRow } from "../../api/types";
import { type Tokens, tip } from "../../components/chart";
import { count } from "../../format";
import { CELLS, cellWords, MOOD_MARK, moodOf } from "../../words";

const ORDER: string[] = [...CELLS, "newcomer", "returned", "gone"];

function nodeColor(name: string, tokens: Tokens): string {
  if (!CELLS.includes(name as Cell)) return name === "gone" ? tokens["neg-deep"] : tokens["accent-fill"];
  return { pos: tokens["pos-deep"], apa: tokens["apa-fill"], neg: tokens["neg-deep"] }[moodOf(name as Cell)];
}

function nodeLabel(name: string): string {
  return CELLS.includes(name as Cell) ? `${name} ${MOOD_MARK[moodOf(name as Cell)]}` : name;
}

function nodes(rows: MigrationRow[], side: "from" | "to", tokens: Tokens) {
  const names = [...new Set(rows.map((row) => row[side]))].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return names.map((name) => ({
    name: `${side} ${name}`,
    depth: side === "from" ? 0 : 1,
    itemStyle: { color: nodeColor(name, tokens), borderWidth: 0 },
    label: {
      position: side === "from" ? "left" : "right",
      color: tokens.ink,
      formatter: nodeLabel(name),
    },
  }));
}

interface Hover {
  dataType?: string;
  name?: string;
  data?: { source?: string; target?: string };
  value?: number;
}

const bare = (name = "") => name.replace(/^(from|to) /, "");

export function sankeyChart(all: MigrationRow[]) {
  const rows = all.filter((row) => row.n > 0);
  return (tokens: Tokens): EChartsCoreOption => ({
    tooltip: {
      trigger: "item",
      formatter: (raw: unknown) => {
        const hover = raw as Hover;
        if (hover.dataType !== "edge") return tip(cellWords(bare(hover.name)), [["people", count(hover.value ?? 0)]]);
        const title = `${bare(hover.data?.source)} → ${bare(hover.data?.target)}`;
        return tip(title, [["people", count(hover.value ?? 0)]]);
      },
    },
    series: [
      {
        type: "sankey",
        animation: false,
        left: 78,
        right: 78,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        nodeGap: 14,
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: "adjacency" },
        label: { fontSize: 12.5, fontFamily: "Inter, system-ui, sans-serif" },
        lineStyle: { color: "target", opacity: 0.32, curveness: 0.5 },
        data: [...nodes(rows, "from", tokens), ...nodes(rows, "to", tokens)],
        links: rows.map((row) => ({ source: `from ${row.from}`, target: `to ${row.to}`, value: row.n })),
      },
    ],
  });
}
