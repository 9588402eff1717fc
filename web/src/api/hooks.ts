// Hooks, to which alerts are posted; and deliveries: what was sent to them or by mail, and what came of it.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Deliveries, Delivery, DeliveryQuery, Hook, HookChange, Hooks, KeyedHook, NewHook } from "./types";

const HOOKS = ["hooks"];
const DELIVERIES = ["deliveries"];
/** How soon a log with something under way is read again. */
const WAITING_MS = 2_000;

export function useHooks() {
  return useQuery({ queryKey: HOOKS, queryFn: ({ signal }) => api.get<Hooks>("/hooks", undefined, signal) });
}

export function useCreateHook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (hook: NewHook) => api.post<KeyedHook>("/hooks", hook),
    onSuccess: () => client.invalidateQueries({ queryKey: HOOKS }),
  });
}

/** Everything that can be done about one. */
export function useHook(id: number) {
  const client = useQueryClient();
  const onSettled = () => Promise.all([HOOKS, DELIVERIES].map((queryKey) => client.invalidateQueries({ queryKey })));
  const change = useMutation({ mutationFn: (hook: HookChange) => api.put<Hook>(`/hooks/${id}`, hook), onSettled });
  const drop = useMutation({ mutationFn: () => api.remove<void>(`/hooks/${id}`), onSettled });
  const test = useMutation({ mutationFn: () => api.post<Delivery>(`/hooks/${id}/test`), onSettled });
  return { change, drop, test };
}

export function useDeliveries(query: DeliveryQuery) {
  return useInfiniteQuery({
    queryKey: [...DELIVERIES, query],
    queryFn: ({ pageParam, signal }) => api.get<Deliveries>("/deliveries", { ...query, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.rows.some((row) => row.state === "waiting")) ? WAITING_MS : false,
  });
}

export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.post<Delivery>(`/deliveries/${id}/replay`),
    onSettled: () => client.invalidateQueries({ queryKey: DELIVERIES }),
  });
}
