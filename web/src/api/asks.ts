// Asks: the queue, a thread and what is done about it; and news, pushed by the server.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "./client";
import type {
  AskCounts,
  AskQuery,
  Asks,
  Assignment,
  Closing,
  FoundThreads,
  Hold,
  MergeInto,
  NewReply,
  NewSavedAnswer,
  PostCorrection,
  SavedAnswer,
  SavedAnswers,
  Snooze,
  Thread,
  ThreadNote,
  WaitingReply,
} from "./types";

const ALL = ["asks"];
const SAVED = ["saved-answers"];
/** How soon somebody who lost the line calls again. */
const CALL_AGAIN_MS = 5_000;

export function useAsks(query: AskQuery) {
  return useInfiniteQuery({
    queryKey: [...ALL, "list", query],
    queryFn: ({ pageParam, signal }) => api.get<Asks>("/asks", { ...query, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useAskCounts(brand: string | undefined) {
  return useQuery({
    queryKey: [...ALL, "counts", brand],
    queryFn: ({ signal }) => api.get<AskCounts>("/asks/counts", { brand }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useFoundThreads(q: string) {
  return useInfiniteQuery({
    queryKey: [...ALL, "search", q],
    queryFn: ({ pageParam, signal }) => api.get<FoundThreads>("/asks/search", { q, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: /[\p{L}\p{N}]/u.test(q),
  });
}

export function useThread(key: string) {
  return useQuery({
    queryKey: [...ALL, "thread", key],
    queryFn: ({ signal }) => api.get<Thread>(`/threads/${key}`, undefined, signal),
  });
}

/** Whatever changes in the queue or a thread is asked for again at once, as long as the page is open. */
export function useAskNews() {
  const client = useQueryClient();
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: number | undefined;
    const call = () => {
      source = new EventSource("/api/v1/asks/stream");
      source.onmessage = () => void client.invalidateQueries({ queryKey: ALL });
      source.onerror = () => {
        source?.close();
        timer = window.setTimeout(call, CALL_AGAIN_MS);
      };
    };
    call();
    return () => {
      source?.close();
      window.clearTimeout(timer);
    };
  }, [client]);
}

/** What can be done about a thread. */
export function useThreadActs(key: string) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ALL });
  const path = `/threads/${key}`;
  return {
    reply: useMutation({ mutationFn: (reply: NewReply) => api.post<WaitingReply>(`${path}/reply`, reply), onSettled }),
    takeBack: useMutation({ mutationFn: (id: number) => api.remove<WaitingReply>(`/replies/${id}`), onSettled }),
    close: useMutation({
      mutationFn: (reason: string) => api.post<void>(`${path}/close`, { reason } satisfies Closing),
      onSettled,
    }),
    note: useMutation({ mutationFn: (text: string) => api.post<ThreadNote>(`${path}/notes`, { text }), onSettled }),
    assign: useMutation({
      mutationFn: (assignee: string | null) => api.put<void>(`${path}/assignee`, { assignee } satisfies Assignment),
      onSettled,
    }),
    snooze: useMutation({
      mutationFn: (until: string | null) => api.put<void>(`${path}/snooze`, { until } satisfies Snooze),
      onSettled,
    }),
    merge: useMutation({
      mutationFn: (into: string) => api.post<void>(`${path}/merge`, { into } satisfies MergeInto),
      onSettled,
    }),
    correct: useMutation({
      mutationFn: ({ post, ...what }: PostCorrection & { post: string }) =>
        api.put<void>(`/posts/${post}/correction`, what),
      onSettled,
    }),
  };
}

/** Keeps what was written so far, and says that somebody is writing. */
export const keepDraft = (key: string, text: string) => api.put<void>(`/threads/${key}/draft`, { text });
export const hold = (key: string) => api.put<Hold>(`/threads/${key}/hold`);
export const letGo = (key: string) => api.remove<void>(`/threads/${key}/hold`);

export function useSavedAnswers() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: SAVED });
  return {
    all: useQuery({
      queryKey: SAVED,
      queryFn: ({ signal }) => api.get<SavedAnswers>("/saved-answers", undefined, signal),
    }),
    save: useMutation({
      mutationFn: (answer: NewSavedAnswer) => api.post<SavedAnswer>("/saved-answers", answer),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: number) => api.remove<void>(`/saved-answers/${id}`), onSettled }),
  };
}
