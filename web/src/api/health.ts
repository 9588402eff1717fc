// Whether everything that was accepted is counted, and how the house is doing.
import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Health } from "./types";

const LOOK_AGAIN_MS = 5_000;

export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => api.get<Health>("/health", undefined, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
}
