// What the model said too little or too much of, by how often people came and how long they had been silent.
import { useMemo } from "react";
import type { Factor, ModelRow } from "../../api/types";
import { TablePart } from "../../components/part";
import type { Column } from "../../components/table";
import { counted, dayText, percent, ratio } from "../../format";

interface Line {
  from: number;
  to: number | null;
  factors: Factor[];
}

/** Cells in lines of the same frequency, the longest silence last. */
export function linesOf(cells: Factor[]): Line[] {
  const lines = new Map<number, Line>();
  for (const cell of cells) {
    const line = lines.get(cell.repeats_from) ?? { from: cell.repeats_from, to: cell.repeats_to, factors: [] };
    line.factors.push(cell);
    lines.set(cell.repeats_from, line);
  }
  return [...lines.values()];
}

function often({ from, to }: Line): string {
  if (to === null) return `${from} repeats or more`;
  return from === to ? counted(from, "repeat", "repeats") : `${from} to ${to} repeats`;
}

const TITLE = "What it said too little or too much of";

export function CellsPart({ model, from, to }: { model: ModelRow; from: string; to: string }) {
  const lines = useMemo(() => linesOf(model.cells), [model]);
  const columns = useMemo(() => {
    const silences: Column<Line>[] = (lines[0]?.factors ?? []).map((cell, i) => ({
      title: `silent ${Math.round(cell.silent_from * 100)} to ${percent(cell.silent_to)} of their time`,
      value: (row) => row.factors[i]?.factor,
      show: (row) => {
        const cell = row.factors[i];
        return cell ? `× ${ratio(cell.factor)}` : "";
      },
      isNumber: true,
    }));
    return [{ title: "Came", value: often, isHead: true } as Column<Line>, ...silences];
  }, [lines]);
  return (
    <TablePart title={TITLE} columns={columns} rows={lines} rowKey={(row) => row.from} isTight isCards>
      <p className="finding">
        From {dayText(from)} to {dayText(to)} everybody together did {ratio(model.factor)} times what the {model.title}{" "}
        forecast. People who had come often, or been silent long, differ from that:
      </p>
    </TablePart>
  );
}
