// Talks: what somebody said to staff, what it asks by the rules, and writing it down.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { NewTalk, NotedTalk, Saying, SayingJudged } from "./types";

/** What a text asks by the rules. */
export function useJudged(text: string) {
  return useQuery({
    queryKey: ["judged", text],
    queryFn: ({ signal }) => api.post<SayingJudged>("/asks/classify", { text } satisfies Saying, signal),
    enabled: text !== "",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useNoteTalk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (talk: NewTalk) => api.post<NotedTalk>("/talks", talk),
    onSuccess: () => client.invalidateQueries({ queryKey: ["asks"] }),
  });
}
