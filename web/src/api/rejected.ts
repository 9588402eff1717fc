// What was refused at the door, with its raw payload and the reason; mended, sent again, or dropped.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, queryString } from "./client";
import type { Deleted, Mended, Rejected, RejectedCounts, RejectedQuery, RejectedRow, Replayed } from "./types";

const LIST = ["rejected"];

export function useRejected(query: RejectedQuery) {
  return useInfiniteQuery({
    queryKey: [...LIST, "list", query],
    queryFn: ({ pageParam, signal }) => api.get<Rejected>("/rejected", { ...query, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** By source and reason; a text is not looked for. */
export function useRejectedCounts(query: RejectedQuery) {
  const { text: _, ...rest } = query;
  return useQuery({
    queryKey: [...LIST, "counts", rest],
    queryFn: ({ signal }) => api.get<RejectedCounts>("/rejected/counts", rest, signal),
    placeholderData: keepPreviousData,
  });
}

/** One with its whole payload. */
export function useRejectedOne(id: number, isWanted: boolean) {
  return useQuery({
    queryKey: [...LIST, "one", id],
    queryFn: ({ signal }) => api.get<RejectedRow>(`/rejected/${id}`, undefined, signal),
    enabled: isWanted,
  });
}

/** Where the file of those that match is had. */
export function rejectedFile(query: RejectedQuery, format: "csv" | "jsonl"): string {
  return `/api/v1/rejected/export${queryString({ ...query, format })}`;
}

/** Everything that can be done about one. */
export function useMendOne(id: number) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries();
  const mend = useMutation({
    mutationFn: (raw: string) => api.put<RejectedRow>(`/rejected/${id}`, { raw } satisfies Mended),
    onSettled,
  });
  const replay = useMutation({ mutationFn: () => api.post<Replayed>(`/rejected/${id}/replay`), onSettled });
  const drop = useMutation({ mutationFn: () => api.remove<void>(`/rejected/${id}`), onSettled });
  return { mend, replay, drop };
}

async function replayAll(query: RejectedQuery): Promise<Replayed> {
  const sum: Replayed = { n_replayed: 0, n_events: 0, n_refused: 0, next: null };
  let next: string | null = null;
  do {
    const part: Replayed = await api.post<Replayed>("/rejected/replay", { ...query, next });
    sum.n_replayed += part.n_replayed;
    sum.n_events += part.n_events;
    sum.n_refused += part.n_refused;
    next = part.next ?? null;
  } while (next !== null);
  return sum;
}

/** What can be done about all that match. */
export function useMendAll(query: RejectedQuery) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries();
  const replay = useMutation({ mutationFn: () => replayAll(query), onSettled });
  const drop = useMutation({ mutationFn: () => api.post<Deleted>("/rejected/delete", query), onSettled });
  return { replay, drop };
}
