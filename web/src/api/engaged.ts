// Who became engaged and who stopped, month by month; it walks every month's end, so it is asked for on its own.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Engaged, Scope } from "./types";

export function useEngaged(scope: Scope) {
  return useQuery({
    queryKey: ["engaged", scope.object, scope.on],
    queryFn: ({ signal }) => api.get<Engaged>("/engaged", { object: scope.object, on: scope.on }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
