// Who is on their way out, and what that puts at risk.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Slice } from "../slice";
import { api } from "./client";
import type { Leaving, Scope } from "./types";

export function useLeaving(scope: Scope, slice: Slice) {
  return useQuery({
    queryKey: ["leaving", scope, slice],
    queryFn: ({ signal }) => api.get<Leaving>("/leaving", { ...scope, ...slice }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
