// The way to what is known of oneself. None of it is kept on the device.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { ErasureReceipt, Timeline, Why, WhyOf } from "../../api/types";
import { forget } from "../api";
import type { ConsentPurpose, ErasureWish, KnownOfMe, KnownPlaces, NewDispute, PostMeant } from "../types";

const KNOWN = "known";
const HERE = "/room/known";

/** Everything; `object` is the one of which also the worth is told. */
export function useKnown(object: string | undefined) {
  return useQuery({
    queryKey: [KNOWN, "all", object],
    queryFn: ({ signal }) => api.get<KnownOfMe>(HERE, { object }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useKnownEvents() {
  return useInfiniteQuery({
    queryKey: [KNOWN, "events"],
    queryFn: ({ pageParam, signal }) => api.get<Timeline>(`${HERE}/events`, { limit: 20, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function useKnownWhy(of: WhyOf, object: string) {
  return useQuery({
    queryKey: [KNOWN, "why", of, object],
    queryFn: ({ signal }) => api.get<Why>(`${HERE}/why`, { of, object }, signal),
  });
}

export function useKnownPlaces(isWanted: boolean) {
  return useQuery({
    queryKey: [KNOWN, "places"],
    queryFn: ({ signal }) => api.get<KnownPlaces>(`${HERE}/places`, undefined, signal),
    enabled: isWanted,
  });
}

/** What one says against what is known. Each changes what is concluded, so everything is asked anew. */
export function useObjecting() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: [KNOWN] });
  const disown = useMutation({ mutationFn: (key: string) => api.post<void>(`${HERE}/disown`, { key }), onSuccess });
  const dispute = useMutation({
    mutationFn: (said: NewDispute) => api.post<void>(`${HERE}/disputes`, said),
    onSuccess,
  });
  const takeBack = useMutation({
    mutationFn: ({ object, matter }: Pick<NewDispute, "object" | "matter">) =>
      api.remove<void>(`${HERE}/disputes?${new URLSearchParams({ object, matter })}`),
    onSuccess,
  });
  const mean = useMutation({
    mutationFn: ({ post, meant }: { post: string; meant: PostMeant }) =>
      api.put<void>(`${HERE}/posts/${encodeURIComponent(post)}`, meant),
    onSuccess,
  });
  return { disown, dispute, takeBack, mean };
}

/** A word for or against a purpose: the switch follows at once, and the rest once it holds. */
export function useConsent(purpose: ConsentPurpose) {
  const client = useQueryClient();
  const show = (is_given: boolean) =>
    client.setQueriesData<KnownOfMe>(
      { queryKey: [KNOWN, "all"] },
      (known) =>
        known && {
          ...known,
          consents: known.consents.map((one) => (one.purpose === purpose ? { ...one, is_given } : one)),
        },
    );
  return useMutation({
    mutationFn: (is_given: boolean) => api.put<void>(`${HERE}/consents/${purpose}`, { is_given }),
    onMutate: async (is_given) => {
      await client.cancelQueries({ queryKey: [KNOWN, "all"] });
      show(is_given);
    },
    onError: (_, is_given) => show(!is_given),
    onSettled: () => client.invalidateQueries({ queryKey: [KNOWN] }),
  });
}

/** Everything goes, also from this device; what is left is the receipt, on a page of its own. */
export function useBeingForgotten() {
  return useMutation({
    mutationFn: async (wish: ErasureWish) => {
      const receipt = await api.remove<ErasureReceipt>(HERE, wish);
      await forget().catch(() => undefined);
      return receipt;
    },
    onSuccess: (receipt) => window.location.replace(`/room/receipt/${receipt.id}`),
  });
}

export function useReceipt(id: string) {
  return useQuery({
    queryKey: ["receipt", id],
    queryFn: ({ signal }) => api.get<ErasureReceipt>(`/receipts/${encodeURIComponent(id)}`, undefined, signal),
    retry: false,
  });
}
