// Responses: how asks fared, and whether brands engage back.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Reciprocities, Responses } from "./types";

export function useResponses(query: { brand?: string; from?: string; to?: string }) {
  return useQuery({
    queryKey: ["asks", "responses", query],
    queryFn: ({ signal }) => api.get<Responses>("/responses", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useReciprocity() {
  return useQuery({
    queryKey: ["asks", "reciprocity"],
    queryFn: ({ signal }) => api.get<Reciprocities>("/reciprocity", undefined, signal),
  });
}
