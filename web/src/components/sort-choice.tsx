// By what a list of people is sorted, and which end comes first.
import type { PeopleQuery, PeopleSort } from "../api/types";
import { useUrl } from "../scope";
import { Choice } from "./choice";

const SORT_WORDS: Record<PeopleSort, string> = {
  degree: "degree",
  value: "value of the year behind",
  potential: "value of the year ahead",
  at_risk: "value at risk",
  p_alive: "chance to be still there",
  kind: "kind",
  p_falling: "falling",
  n_days: "active days",
  first_day: "first seen",
  last_day: "last seen",
  due_day: "due day",
};

interface SortChoiceProps {
  query: PeopleQuery;
  /** What the list is sorted by if nothing is chosen. */
  any: string;
  sorts: readonly PeopleSort[];
  /** The one chosen, if any. */
  value: string | undefined;
}

export function SortChoice({ query, any, sorts, value }: SortChoiceProps) {
  const { set } = useUrl();
  const isAscending = query.order === "asc";
  const choices = sorts.map((sort) => ({ value: sort, word: SORT_WORDS[sort] }));
  return (
    <>
      <Choice name="sort" label="by" any={any} value={value} choices={choices} />
      <span className="does">
        <button type="button" onClick={() => set({ order: isAscending ? null : "asc" })}>
          {isAscending ? "↑ lowest first" : "↓ highest first"}
        </button>
      </span>
    </>
  );
}
