// People by the period in which they came, and who of them is still there.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Slice } from "../slice";
import { api } from "./client";
import type { Cohorts, Scope } from "./types";

/** Any text, because it comes from the address as somebody wrote it; the server says what is wrong with it. */
export interface CohortsQuery {
  made_by?: string;
  counted?: string;
  by?: string;
  n?: string;
}

export function useCohorts(scope: Scope, query: CohortsQuery, slice: Slice) {
  return useQuery({
    queryKey: ["cohorts", scope, query, slice],
    queryFn: ({ signal }) => api.get<Cohorts>("/cohorts", { ...scope, ...query, ...slice }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
