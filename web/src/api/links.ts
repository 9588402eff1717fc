// Links between raw ids of one person. Undoing one parts them, forcing one joins them whatever the safeguards say; either can
// be taken back, and no event is lost.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Ends, LinkRow, MergeState, Merges } from "./types";

export type LinkChange = "undo" | "redo" | "force" | "unforce";

export function useChangeLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ link, change }: { link: LinkRow; change: LinkChange }) =>
      api.post<void>(`/links/${change}`, { a: link.a, b: link.b } satisfies Ends),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Links that were refused, undone, forced, or are worth a look. */
export function useMerges(state: MergeState) {
  return useQuery({
    queryKey: ["merges", state],
    queryFn: ({ signal }) => api.get<Merges>("/merges", { state }, signal),
    placeholderData: keepPreviousData,
  });
}
