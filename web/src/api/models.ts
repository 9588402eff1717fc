// How each model did on time it had not seen. The first answer for many people takes a while, and is kept.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Models, Scope } from "./types";

export function useModels(scope: Scope) {
  return useQuery({
    queryKey: ["models", scope],
    queryFn: ({ signal }) => api.get<Models>("/models", { ...scope }, signal),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
}
