// Parameters, layer factors, and the vocabulary with how often each verb was seen.
import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Settings } from "./types";

export function useSettings() {
  return useQuery({
    queryKey: ["settings"],
    queryFn: ({ signal }) => api.get<Settings>("/settings", undefined, signal),
  });
}
