// The list of people, filtered and sorted by the server, paged by seek.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { People, PeopleQuery, Scope } from "./types";

/** Rows on one page of the list. */
export const PAGE_ROWS = 50;

export function usePeople(scope: Scope, query: PeopleQuery, next: string | undefined) {
  return useQuery({
    queryKey: ["people", scope, query, next],
    queryFn: ({ signal }) => api.get<People>("/people", { ...scope, ...query, limit: PAGE_ROWS, next }, signal),
    placeholderData: keepPreviousData,
  });
}

/** A few people by name or id, for the command palette. */
export function useFoundPeople(q: string) {
  return useQuery({
    queryKey: ["people", "found", q],
    queryFn: ({ signal }) => api.get<People>("/people", { q, limit: 6 }, signal),
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
  });
}
