// What this Parlour holds: its objects, its days, and whether there is anything yet.
import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Workspace } from "./types";

/** How soon an empty house looks whether its first event has come. */
const EMPTY_POLL_MS = 3_000;

export function useWorkspace() {
  return useQuery({
    queryKey: ["workspace"],
    queryFn: ({ signal }) => api.get<Workspace>("/workspace", undefined, signal),
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.data?.has_data === false ? EMPTY_POLL_MS : false),
  });
}
