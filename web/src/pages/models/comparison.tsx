// The models and what one would do without them, side by side on the time held out.
import { useMemo } from "react";
import type { Models, Scores } from "../../api/types";
import { TablePart } from "../../components/part";
import type { Column } from "../../components/table";
import { count, MINUS, percent } from "../../format";

const TITLE = "How near each came on the time held out";
const BASELINES: Record<string, string> = {
  same_rate: "Goes on at the same rate",
  recency: "Who came last comes first",
  recency_frequency: "Recency and frequency (Novo)",
};

export interface Line {
  name: string;
  title: string;
  /** Under a model: the same, corrected. */
  isCorrected: boolean;
  isChosen: boolean;
  note: string | null;
  scores: Scores;
}

/** Words for a baseline by its name. */
export function baselineTitle(name: string): string {
  const silent = /^inactive_(\d+)_days$/.exec(name);
  return BASELINES[name] ?? (silent ? `Gone after ${silent[1]} days of silence` : name);
}

export function linesOf(data: Models): Line[] {
  const lines: Line[] = [];
  for (const model of data.models) {
    const isChosen = model.name === data.chosen;
    const note = model.not_identified
      ? `these people leave “${model.not_identified.parameter}” open; ${model.not_identified.fall_back} stands in`
      : null;
    const line = (title: string, scores: Scores | null, isCorrected: boolean): Line[] =>
      scores
        ? [
            {
              name: `${model.name}:${title}`,
              title,
              isCorrected,
              isChosen: isChosen && !isCorrected,
              note: isCorrected ? null : note,
              scores,
            },
          ]
        : [];
    lines.push(...line(model.title, model.plain, false));
    if (isChosen) {
      lines.push(...line("corrected by what it said wrong before", model.corrected, true));
      lines.push(...line("corrected by cell of people", model.by_cell, true));
    }
  }
  for (const { name, scores } of data.baselines) {
    lines.push({ name, title: baselineTitle(name), isCorrected: false, isChosen: false, note: null, scores });
  }
  return lines;
}

/** +12 % or −3 %. */
export function signedPercent(share: number): string {
  const whole = Math.round(Math.abs(share) * 100);
  if (whole === 0) return "0 %";
  return `${share < 0 ? MINUS : "+"}${whole} %`;
}

function number(value: number | null, digits: number): string {
  return value === null ? "" : value.toFixed(digits);
}

const COLUMNS: Column<Line>[] = [
  {
    title: "Model",
    value: (row) => row.title,
    show: (row) => (
      <>
        {row.isCorrected ? <span className="fine">… {row.title}</span> : row.title}{" "}
        {row.isChosen ? <span className="chip">nearest</span> : null}
        {row.note ? <small className="fine block">{row.note}</small> : null}
      </>
    ),
    isHead: true,
    isWhole: true,
  },
  {
    title: "Forecast",
    value: (row) => row.scores.sum,
    show: (row) => (row.scores.sum === null ? "" : count(row.scores.sum)),
    isNumber: true,
  },
  {
    title: "Off by",
    value: (row) => row.scores.bias,
    show: (row) => (row.scores.bias === null ? "" : signedPercent(row.scores.bias)),
    isNumber: true,
  },
  { title: "Mean error", value: (row) => row.scores.mae, show: (row) => number(row.scores.mae, 3), isNumber: true },
  {
    title: "Root of squared error",
    value: (row) => row.scores.rmse,
    show: (row) => number(row.scores.rmse, 3),
    isNumber: true,
  },
  { title: "Ranking (AUC)", value: (row) => row.scores.auc, show: (row) => number(row.scores.auc, 3), isNumber: true },
  {
    title: "Share of the top tenth",
    value: (row) => row.scores.top_share,
    show: (row) => (row.scores.top_share === null ? "" : percent(row.scores.top_share)),
    isNumber: true,
  },
];

export function ComparisonPart({ data }: { data: Models }) {
  const lines = useMemo(() => linesOf(data), [data]);
  return (
    <TablePart title={TITLE} columns={COLUMNS} rows={lines} rowKey={(row) => row.name} isCards>
      <p className="finding">
        Errors are per person, in days. Ranking is the chance that somebody who came is put before somebody who did not:
        0.5 is a coin, 1 is perfect. The root of the squared error makes much of few large misses. What only ranks
        people has no amounts.
      </p>
    </TablePart>
  );
}
