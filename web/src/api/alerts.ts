// Alerts: what somebody should be told, and whether anybody looked.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Alert, AlertQuery, Alerts, Looked, Seen } from "./types";

const LIST = ["alerts"];
/** How soon the bell looks whether there is something new. */
const BELL_MS = 60_000;

export function useAlerts(query: AlertQuery) {
  return useInfiniteQuery({
    queryKey: [...LIST, "list", query],
    queryFn: ({ pageParam, signal }) => api.get<Alerts>("/alerts", { ...query, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** How many nobody looked at yet. */
export function useOpenAlerts() {
  return useQuery({
    queryKey: [...LIST, "open"],
    queryFn: ({ signal }) => api.get<Alerts>("/alerts", undefined, signal),
    select: (data) => data.n_open,
    refetchInterval: BELL_MS,
  });
}

export function useSeeAlert() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: LIST });
  const one = useMutation({ mutationFn: (id: number) => api.post<Alert>(`/alerts/${id}/seen`), onSettled });
  const all = useMutation({
    mutationFn: (upto: number) => api.post<Seen>("/alerts/seen", { upto } satisfies Looked),
    onSettled,
  });
  return { one, all };
}
