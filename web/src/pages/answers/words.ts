// The words of answers: what the numbers come to.
import type { BrandReciprocity, ResponseGroup, SustainEffect } from "../../api/types";
import { count, counted, percent, signed } from "../../format";
import { waitText } from "../asks/words";

/** What became of all asks, in one sentence. */
export function headline(all: ResponseGroup): string {
  if (all.n === 0) return "Nobody has asked anything in this time.";
  const answered = `Of ${counted(all.n, "ask", "asks")}, ${percent(all.rate)} ${all.n_answered === 1 ? "was" : "were"} answered`;
  if (all.n_answered === 0) return `Of ${counted(all.n, "ask", "asks")}, not one was answered.`;
  if (all.median_hours === null) return `${answered}; half of those who asked still wait, or were never told.`;
  return `${answered}; half of those who asked had an answer within ${waitText(all.median_hours)}.`;
}

/** What silence seems to cost, with how sure that is. */
export function sustainText(effect: SustainEffect): string {
  const clear = effect.low > 0 ? "more" : effect.high < 0 ? "less" : null;
  const between = `between ${signed(effect.low)} and ${signed(effect.high)} points`;
  if (clear === null) {
    return `Whether an answer keeps people engaged cannot be told yet: the difference lies ${between}.`;
  }
  const by = Math.abs(effect.difference).toFixed(1);
  return `Who was answered within a week did ${by} points ${clear} in the 30 days after than those like them who were not (${between}).`;
}

export function inanimateText(rows: BrandReciprocity[]): string {
  const dead = rows.filter((row) => row.is_inanimate).map((row) => row.object);
  if (rows.length === 0) return "No brand has been asked anything yet.";
  if (dead.length === 0) return "Every brand that is asked does something toward its people.";
  const names = dead.slice(0, 3).join(", ");
  const more = dead.length > 3 ? ` and ${count(dead.length - 3)} more` : "";
  return `${names}${more} ${dead.length === 1 ? "does" : "do"} nothing toward anybody: inanimate.`;
}

/** What a grouping is called. */
export const BY_WORDS: Record<string, string> = {
  class: "By class of ask",
  layer: "By layer",
  brand: "By brand",
  staff: "By who answered",
  language: "By language",
  asker: "By how engaged the asker is",
};
