// How many people stand in each quarter of value behind by value ahead.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Quadrants, Scope } from "./types";

export function useQuadrants(scope: Scope) {
  return useQuery({
    queryKey: ["quadrants", scope],
    queryFn: ({ signal }) => api.get<Quadrants>("/quadrants", { ...scope }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
