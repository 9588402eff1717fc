// Names from outside, and the verbs they stand for. A choice changes every standing, past and present.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Mapping, Names } from "./types";

export function useNames() {
  return useQuery({ queryKey: ["names"], queryFn: ({ signal }) => api.get<Names>("/names", undefined, signal) });
}

const path = (name: string) => `/names/${encodeURIComponent(name)}`;

/** Maps a name to a verb; with none, takes the choice back. */
export function useMapName() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, verb }: { name: string; verb: string | null }) =>
      verb === null ? api.remove<void>(path(name)) : api.put<void>(path(name), { verb } satisfies Mapping),
    onSuccess: () => client.invalidateQueries(),
  });
}
