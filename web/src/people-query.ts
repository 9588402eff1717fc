// The People list's question, read from the URL.
import type { PeopleQuery } from "./api/types";

/** What narrows the list. */
export const FILTERS = [
  "q",
  "cell",
  "stage",
  "direction",
  "flow",
  "from",
  "to",
  "by",
  "period",
  "period_flow",
  "engaged",
  "customer",
  "due_from",
  "last_from",
  "engaged_by",
  "leaving",
  "quadrant",
  "base",
  "change",
  "layer",
  "acquired",
  "acquired_by",
  "audience",
  "people",
] as const satisfies readonly (keyof PeopleQuery)[];

/** What is told of the people, and in what order. */
const SHOWN = ["reasons", "sort", "order"] as const satisfies readonly (keyof PeopleQuery)[];

export function queryOf(params: URLSearchParams): PeopleQuery {
  const query: PeopleQuery = {};
  for (const name of [...FILTERS, ...SHOWN]) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  return query;
}

/** What a list shows as an audience can keep it; or the names of the filters that have no place in one. */
export function predicateOf(query: PeopleQuery): { predicate: string; misplaced: string[] } {
  const passing = new Set<string>(SHOWN);
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value && !passing.has(name)) params.set(name, value);
  const misplaced = ["audience"].filter((name) => params.has(name));
  return { predicate: params.toString(), misplaced };
}
