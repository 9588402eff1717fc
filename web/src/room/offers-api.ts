// The room's way to what brands offer: sets, products, occasions; and to one's tags and facts.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, queryString } from "../api/client";
import type {
  Door,
  FactChange,
  Frame,
  NewPlacement,
  OfferBrands,
  RoomFact,
  RoomFacts,
  RoomOccasion,
  RoomOccasions,
  RoomOffers,
  RoomProducts,
  RoomTag,
  TagChange,
} from "./types";

const OFFERS = ["offers"];
const FACTS = ["facts"];
const COMING = ["coming"];
const WALL = ["wall"];
const PHOTOS = ["photos"];

/** Where something is done: an installed room is a place of its own. */
function layered(path: string): string {
  const isInstalled = window.matchMedia("(display-mode: standalone)").matches;
  return `${path}${queryString({ layer: isInstalled ? "mobile" : undefined })}`;
}

/** What hangs something: how large, for whom. */
export interface Hanging {
  size: number;
  door: Door;
}

export function useOffers() {
  return useQuery({
    queryKey: OFFERS,
    queryFn: ({ signal }) => api.get<RoomOffers>("/room/offers", undefined, signal),
  });
}

export function useOfferActs() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([OFFERS, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const place = useMutation({
    mutationFn: (placement: NewPlacement) => api.post<Frame>(layered("/room/placements"), placement),
    onSettled,
  });
  const decline = useMutation({
    mutationFn: (set: string) => api.post<void>(`/room/offers/${set}/decline`),
    onSettled,
  });
  const block = useMutation({
    mutationFn: (brand: string) => api.put<void>(layered(`/room/brands/${encodeURIComponent(brand)}/block`)),
    onSettled,
  });
  const unblock = useMutation({
    mutationFn: (brand: string) => api.remove<void>(`/room/brands/${encodeURIComponent(brand)}/block`),
    onSettled,
  });
  return { place, decline, block, unblock };
}

/** Where the whole image of a frame is, to be kept. */
export function downloadOf(frame: string): string {
  return layered(`/api/v1/room/placements/${frame}/image`);
}

export function useRoomBrands() {
  return useQuery({
    queryKey: ["room-brands"],
    queryFn: ({ signal }) => api.get<OfferBrands>("/room/brands", undefined, signal),
    staleTime: 60_000,
  });
}

export function useProductSearch(brand: string, q: string) {
  return useQuery({
    queryKey: ["products", brand, q],
    queryFn: ({ signal }) => api.get<RoomProducts>("/room/products", { brand, q }, signal),
    enabled: q.trim().length > 1,
  });
}

export function useTagActs(photo: string) {
  const client = useQueryClient();
  const onSettled = () => Promise.all([PHOTOS, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const path = `/room/photos/${photo}/tags`;
  const put = useMutation({
    mutationFn: ({ id, tag }: { id?: string; tag: TagChange }) =>
      id ? api.put<RoomTag>(layered(`${path}/${id}`), tag) : api.post<RoomTag>(layered(path), tag),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.remove<void>(`${path}/${id}`), onSettled });
  return { put, remove };
}

export function useFacts() {
  return useQuery({
    queryKey: FACTS,
    queryFn: ({ signal }) => api.get<RoomFacts>("/room/facts", undefined, signal),
  });
}

export function useFactActs() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([FACTS, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const put = useMutation({
    mutationFn: ({ id, fact }: { id?: string; fact: FactChange }) =>
      id ? api.put<RoomFact>(layered(`/room/facts/${id}`), fact) : api.post<RoomFact>(layered("/room/facts"), fact),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.remove<void>(`/room/facts/${id}`), onSettled });
  const hang = useMutation({
    mutationFn: ({ id, ...hanging }: Hanging & { id: string }) =>
      api.post<Frame>(`/room/facts/${id}/frame`, { ...hanging, after: "" }),
    onSettled,
  });
  return { put, remove, hang };
}

export function useComing(near: { latitude: number; longitude: number } | null) {
  return useQuery({
    queryKey: [...COMING, near],
    queryFn: ({ signal }) => api.get<RoomOccasions>("/room/occasions", { ...near }, signal),
  });
}

export function useComingActs() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([COMING, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const answer = useMutation({
    mutationFn: ({ id, answer, tells }: { id: string; answer: string; tells: boolean }) =>
      api.put<RoomOccasion>(layered(`/room/occasions/${id}/answer`), { answer, tells }),
    onSettled,
  });
  const hang = useMutation({
    mutationFn: ({ id, ...hanging }: Hanging & { id: string }) =>
      api.post<Frame>(`/room/occasions/${id}/frame`, { ...hanging, after: "" }),
    onSettled,
  });
  return { answer, hang };
}
