// How many people stand in each quarter of value behind by value ahead: the totals of four lists.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { People, Quadrant, Scope } from "./types";

const QUARTERS: Quadrant[] = ["best", "fading", "promising", "low"];

export function useQuadrants(scope: Scope) {
  return useQuery({
    queryKey: ["quadrants", scope],
    queryFn: async ({ signal }) => {
      const ask = (quadrant: Quadrant) => api.get<People>("/people", { ...scope, quadrant, limit: 1 }, signal);
      const answers = await Promise.all(QUARTERS.map(async (quadrant) => [quadrant, (await ask(quadrant)).n_total]));
      return Object.fromEntries(answers) as Record<Quadrant, number>;
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
