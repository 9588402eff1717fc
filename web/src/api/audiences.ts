// Audiences: the people who fit a list's filters, under a name; who they are follows the days.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Audience, Audiences, NewAudience } from "./types";

const key = ["audiences"];

export function useAudiences() {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<Audiences>("/audiences", undefined, signal),
    staleTime: 60_000,
  });
}

/** Saves a new audience, or an old one when it has an id. */
export function useSaveAudience() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...audience }: NewAudience & { id?: number }) =>
      id === undefined
        ? api.post<Audience>("/audiences", audience satisfies NewAudience)
        : api.put<Audience>(`/audiences/${id}`, audience satisfies NewAudience),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useDeleteAudience() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.remove<void>(`/audiences/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}
