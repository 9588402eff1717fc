// The Today page in one answer.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Scope, Today } from "./types";

export function useToday(scope: Scope) {
  return useQuery({
    queryKey: ["today", scope],
    queryFn: ({ signal }) => api.get<Today>("/today", { ...scope }, signal),
    placeholderData: keepPreviousData,
  });
}
