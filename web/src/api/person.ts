// One person: standings, timeline, and the arithmetic behind each derived value.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Day, Person, PersonName, Scope, Timeline, Why, WhyOf } from "./types";

const path = (person: PersonName) => `/people/${encodeURIComponent(person)}`;

export function usePerson(person: PersonName, scope: Scope) {
  return useQuery({
    queryKey: ["person", person, scope],
    queryFn: ({ signal }) => api.get<Person>(path(person), { ...scope }, signal),
    placeholderData: keepPreviousData,
  });
}

/** What a person did up to a day, newest first. */
export function useTimeline(person: PersonName, on: Day | undefined) {
  return useInfiniteQuery({
    queryKey: ["timeline", person, on],
    queryFn: ({ pageParam, signal }) =>
      api.get<Timeline>(`${path(person)}/timeline`, { on, limit: 50, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function useWhy(person: PersonName, of: WhyOf | null, scope: Scope) {
  return useQuery({
    queryKey: ["why", person, of, scope],
    queryFn: ({ signal }) => api.get<Why>(`${path(person)}/why`, { of, object: scope.object, on: scope.on }, signal),
    enabled: of !== null,
  });
}
