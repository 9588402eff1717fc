// The list of people, filtered and sorted by the server, paged by seek.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { People, PeopleQuery, Scope } from "./types";

/** Rows on one page of the list. */
export const PAGE_ROWS = 50;

/** The first page is read again while it is looked at, so that who comes is seen; the rest stays still. */
const LOOK_AGAIN_MS = 5_000;
/** Reading again takes at most this part of the time. */
const LOOKING_SHARE = 0.05;

let tookMs = 0;

export function usePeople(scope: Scope, query: PeopleQuery, next: string | undefined, limit = PAGE_ROWS) {
  return useQuery({
    queryKey: ["people", scope, query, next, limit],
    queryFn: async ({ signal }) => {
      const began = performance.now();
      const people = await api.get<People>("/people", { ...scope, ...query, limit, next }, signal);
      tookMs = performance.now() - began;
      return people;
    },
    placeholderData: keepPreviousData,
    refetchInterval: next === undefined ? () => Math.max(LOOK_AGAIN_MS, tookMs / LOOKING_SHARE) : false,
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
