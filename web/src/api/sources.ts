// Sources: who may send events; their keys, and what they send while it is watched.
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { withArrival } from "../pages/settings/sources/arrivals";
import { api } from "./client";
import type {
  Arrival,
  KeyedSource,
  NewSource,
  Receipt,
  Rotation,
  Source,
  SourceChange,
  SourceMentions,
  Sources,
  Trial,
  Tried,
} from "./types";

const LIST = ["sources"];
const LOOK_AGAIN_MS = 3_000;
const TRY_AGAIN_MS = 5_000;

/** Keys made since this page was loaded, by the id of their source: they are shown once and kept nowhere else. */
const freshKeys = new Map<number, string>();

export function freshKey(id: number): string | undefined {
  return freshKeys.get(id);
}

export function useSources() {
  return useQuery({
    queryKey: LIST,
    queryFn: ({ signal }) => api.get<Sources>("/sources", undefined, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

export function useSource(id: number) {
  return useQuery({
    queryKey: ["source", id],
    queryFn: ({ signal }) => api.get<Source>(`/sources/${id}`, undefined, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

function keep(client: QueryClient, source: Source): void {
  client.setQueryData(["source", source.id], source);
  client.invalidateQueries({ queryKey: LIST });
}

function keepKeyed(client: QueryClient, { source, key }: KeyedSource): void {
  freshKeys.set(source.id, key);
  keep(client, source);
}

export function useCreateSource() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (source: Partial<NewSource> & { name: string }) => api.post<KeyedSource>("/sources", source),
    onSuccess: (made) => keepKeyed(client, made),
  });
}

export function useRotateSource(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (overlap_hours: number) =>
      api.post<KeyedSource>(`/sources/${id}/rotate`, { overlap_hours } satisfies Rotation),
    onSuccess: (made) => keepKeyed(client, made),
  });
}

export function useRevokeSource(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.remove<Source>(`/sources/${id}`),
    onSuccess: (source) => {
      freshKeys.delete(id);
      keep(client, source);
    },
  });
}

export function useUpdateSource(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<SourceChange>) => api.put<Source>(`/sources/${id}`, change),
    onSuccess: (source) => keep(client, source),
  });
}

/** What a source of mentions was told of and found. */
export function useSourceMentions(id: number) {
  return useQuery({
    queryKey: ["source", id, "mentions"],
    queryFn: ({ signal }) => api.get<SourceMentions>(`/sources/${id}/mentions`, undefined, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Sends one event through the door for programs, with the source's own key. It counts for nothing. */
export function useSendTestEvent(source: Source) {
  return useMutation({
    mutationFn: (key: string) =>
      api.send<Receipt>(
        "/events",
        {
          id: `test-${Date.now()}-${Math.random().toString(36).slice(2)}`,
          subject: { kind: "user", id: "parlour-test" },
          verb: "viewed",
          object: source.brand,
          scored: false,
          extra: { sent_by: "the button under Settings, Sources" },
        },
        key,
      ),
  });
}

/** Shows what a body would become by a mapping; nothing is stored. */
export function useTryMapping(id: number) {
  return useMutation({ mutationFn: (trial: Trial) => api.post<Tried>(`/sources/${id}/try`, trial) });
}

/** What a source sends, as it comes; newest last. */
export interface Tail {
  rows: Arrival[];
  state: "opening" | "live" | "lost";
}

/** Watches a source. The stream ends by itself now and then, and begins again with what is still kept. */
export function useTail(id: number): Tail {
  const [rows, setRows] = useState<Arrival[]>([]);
  const [state, setState] = useState<Tail["state"]>("opening");
  useEffect(() => {
    let stream: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      stream = new EventSource(`/api/v1/sources/${id}/tail/stream`);
      stream.onopen = () => setState("live");
      stream.onmessage = (event) => {
        const arrival = JSON.parse(event.data) as Arrival;
        setRows((old) => withArrival(old, arrival));
      };
      stream.onerror = () => {
        setState("lost");
        if (stream.readyState === EventSource.CLOSED) timer = setTimeout(watch, TRY_AGAIN_MS);
      };
    };
    setRows([]);
    watch();
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [id]);
  return { rows, state };
}
