// One cell of a cohort in words, and how strongly it is shaded.
import type { Cohort, CohortCell, Cohorts, Counted } from "../../api/types";
import { NONE, percent, roundMoney } from "../../format";

/** The strongest shade, so that the number on it stays legible. */
const MAX_SHADE = 46;

export function cellText(cell: CohortCell, { counted, currency }: Pick<Cohorts, "counted" | "currency">): string {
  if (counted === "value") return roundMoney(cell.value, currency);
  return cell.share === null ? NONE : percent(cell.share);
}

/** What a cell is drawn by: its share, or its amount. */
export function heightOf(cell: CohortCell, counted: Counted): number {
  return counted === "value" ? Math.max(0, cell.value) : (cell.share ?? 0);
}

/** The highest cell after the first of each cohort: the first is all of them, and would make the others pale. */
export function highest(rows: Cohort[], counted: Counted): number {
  return Math.max(0, ...rows.flatMap((row) => row.cells.slice(1).map((cell) => heightOf(cell, counted))));
}

/** How much of the accent a cell is shaded with, in per cent. */
export function shadeOf(cell: CohortCell, counted: Counted, top: number): number {
  if (top <= 0) return 0;
  return Math.round(Math.min(1, heightOf(cell, counted) / top) * MAX_SHADE);
}
