// Definitions: what every author says of the same people, and of one person.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Definitions, PersonDefinitions, PersonName, Scope } from "./types";

export function useDefinitions(scope: Scope) {
  return useQuery({
    queryKey: ["definitions", scope],
    queryFn: ({ signal }) => api.get<Definitions>("/definitions", { ...scope }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Asked only once it is looked at, since it reads everybody to say where one person stands. */
export function usePersonDefinitions(person: PersonName, scope: Scope, isSeen: boolean) {
  return useQuery({
    queryKey: ["person definitions", person, scope],
    queryFn: ({ signal }) =>
      api.get<PersonDefinitions>(`/people/${encodeURIComponent(person)}/definitions`, { ...scope }, signal),
    enabled: isSeen,
  });
}
