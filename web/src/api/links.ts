// Links between raw ids of one person. Undoing one parts them; redoing joins them again; no event is lost by either.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Ends, LinkRow } from "./types";

export function useChangeLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ link, change }: { link: LinkRow; change: "undo" | "redo" }) =>
      api.post<void>(`/links/${change}`, { a: link.a, b: link.b } satisfies Ends),
    onSuccess: () => client.invalidateQueries(),
  });
}
