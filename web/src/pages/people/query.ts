// The People list's question, read from the URL.
import type { PeopleQuery, PeopleSort } from "../../api/types";

const NAMES = [
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
  "engaged_by",
  "sort",
  "order",
] as const satisfies readonly (keyof PeopleQuery)[];

export function queryOf(params: URLSearchParams): PeopleQuery {
  const query: PeopleQuery = {};
  for (const name of NAMES) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  return query;
}

export const SORTS: { sort: PeopleSort; word: string }[] = [
  { sort: "degree", word: "degree" },
  { sort: "value", word: "value" },
  { sort: "kind", word: "kind" },
  { sort: "p_falling", word: "falling" },
  { sort: "n_days", word: "active days" },
  { sort: "first_day", word: "first seen" },
  { sort: "last_day", word: "last seen" },
  { sort: "due_day", word: "due" },
];
