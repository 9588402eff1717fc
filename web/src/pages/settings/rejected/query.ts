// Which rejections are looked at, read from the address; and what the list says of them in words.
import type { RejectedCount, RejectedQuery } from "../../../api/types";
import { count, counted } from "../../../format";

const NAMES = ["text", "reason", "source", "state", "from", "to"] as const satisfies readonly (keyof RejectedQuery)[];

export const STATES = [
  { value: "open", word: "open" },
  { value: "replayed", word: "replayed" },
  { value: "all", word: "open or replayed" },
];

export function queryOf(params: URLSearchParams): RejectedQuery {
  const query: RejectedQuery = {};
  for (const name of NAMES) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  return query;
}

/** Nothing of the address but what it is to be without filters. */
export const NO_FILTERS: Record<string, null> = Object.fromEntries(NAMES.map((name) => [name, null]));

export function isFiltered(query: RejectedQuery): boolean {
  return NAMES.some((name) => Boolean(query[name]));
}

export function totalOf(counts: RejectedCount[]): number {
  return counts.reduce((sum, row) => sum + row.n, 0);
}

/** Sums of one side of the counts, most first. */
export function sumsBy(counts: RejectedCount[], side: "source" | "reason"): { name: string; n: number }[] {
  const sums = new Map<string, number>();
  for (const row of counts) sums.set(row[side], (sums.get(row[side]) ?? 0) + row.n);
  return [...sums].map(([name, n]) => ({ name, n })).sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
}

/** What became of those that were sent again. */
export function replayedWords({ n_replayed, n_refused }: { n_replayed: number; n_refused: number }): string {
  const taken = `${counted(n_replayed, "rejection was", "rejections were")} taken after all`;
  if (n_refused === 0) return `${taken}.`;
  return `${taken}; ${count(n_refused)} still ${n_refused === 1 ? "is" : "are"} not, for the reason now beside ${n_refused === 1 ? "it" : "them"}.`;
}

/** What is wrong with a text as JSON, as far as the browser can say; null if it is JSON. */
export function jsonFlaw(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "this is no JSON";
  }
}
