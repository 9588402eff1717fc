// What this Parlour holds: its objects, its days, and whether there is anything yet.
import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Workspace } from "./types";

export function useWorkspace() {
  return useQuery({
    queryKey: ["workspace"],
    queryFn: ({ signal }) => api.get<Workspace>("/workspace", undefined, signal),
    staleTime: 60_000,
  });
}
