// Asks: the queue, a thread and what is done about it; and news, pushed by the server.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { calmly } from "./calmly";
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
    let isLost = false;
    const news = calmly(() => client.invalidateQueries({ queryKey: ALL }));
    const call = () => {
      source = new EventSource("/api/v1/asks/stream");
      source.onmessage = news;
      // Nobody told what happened while the line was lost.
      source.onopen = () => void (isLost && news());
      source.onerror = () => {
        source?.close();
        isLost = true;
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
  // One after the other, so that a draft on its way never comes after the answer that it became.
  const scope = { id: `writing ${key}` };
  return {
    keepDraft: useMutation({ mutationFn: (text: string) => api.put<void>(`${path}/draft`, { text }), scope }),
    reply: useMutation({
      mutationFn: (reply: NewReply) => api.post<WaitingReply>(`${path}/reply`, reply),
      onSettled,
      scope,
    }),
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
      // Not this thread, which is no more; and whoever waits for this goes to the other at once.
      onSettled: () =>
        void client.invalidateQueries({ queryKey: ALL, predicate: ({ queryKey }) => queryKey[2] !== key }),
    }),
    correct: useMutation({
      mutationFn: ({ post, ...what }: PostCorrection & { post: string }) =>
        api.put<void>(`/posts/${post}/correction`, what),
      onSettled,
    }),
  };
}

/** What is begun in this window, there again when it is opened again, whatever the server has been told of it by then. */
export function useBegun(name: string, first: string): [string, (text: string) => void] {
  const client = useQueryClient();
  const key = ["begun", name];
  const [text, setText] = useState(() => client.getQueryData<string>(key) ?? first);
  const write = (next: string) => {
    client.setQueryData(key, next);
    setText(next);
  };
  return [text, write];
}

/** Says that somebody is writing, and that they write no more. */
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
  };
}
