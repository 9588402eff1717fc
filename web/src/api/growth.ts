// Growth accounting of active people by day, week or month.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Growth, GrowthBy, Scope } from "./types";

export function useGrowth(scope: Scope, by: GrowthBy, isWanted: boolean) {
  return useQuery({
    queryKey: ["growth", scope, by],
    queryFn: ({ signal }) => api.get<Growth>("/growth", { ...scope, by }, signal),
    enabled: isWanted,
    placeholderData: keepPreviousData,
  });
}
