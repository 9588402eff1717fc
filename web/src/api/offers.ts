// What brands offer people's rooms: sets of images, catalogues, occasions, and what became of them.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, queryString } from "./client";
import type {
  BrandSaid,
  CatalogueImport,
  Failure,
  HangAsk,
  OccasionAnswers,
  OccasionChange,
  OfferBrands,
  OfferImage,
  OfferOccasion,
  OfferOccasions,
  OfferProducts,
  OfferSet,
  OfferSets,
  SetChange,
  SetHung,
} from "./types";

const SETS = ["offered-sets"];
const CATALOGUE = ["catalogue"];
const OCCASIONS = ["occasions"];

export function useBrands() {
  return useQuery({
    queryKey: ["brands"],
    queryFn: ({ signal }) => api.get<OfferBrands>("/brand/brands", undefined, signal),
    staleTime: 60_000,
  });
}

export function useSets(brand: string) {
  return useQuery({
    queryKey: [...SETS, brand],
    queryFn: ({ signal }) => api.get<OfferSets>("/brand/sets", { brand }, signal),
  });
}

export function useHung(set: string) {
  return useQuery({
    queryKey: ["hung", set],
    queryFn: ({ signal }) => api.get<SetHung>(`/brand/sets/${set}/hung`, undefined, signal),
  });
}

export function useSaid(brand: string) {
  return useQuery({
    queryKey: ["said", brand],
    queryFn: ({ signal }) => api.get<BrandSaid>("/brand/said", { brand }, signal),
  });
}

export function useSetActs() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: SETS });
  const put = useMutation({
    mutationFn: ({ id, set }: { id?: string; set: SetChange }) =>
      id === undefined ? api.post<OfferSet>("/brand/sets", set) : api.put<OfferSet>(`/brand/sets/${id}`, set),
    onSettled,
  });
  const end = useMutation({
    mutationFn: ({ id, deletes }: { id: string; deletes: boolean }) =>
      api.remove<void>(`/brand/sets/${id}${deletes ? "?deletes=true" : ""}`),
    onSettled,
  });
  const ask = useMutation({
    mutationFn: ({ id, ask }: { id: string; ask: HangAsk }) =>
      api.post<{ n_asked: number }>(`/brand/sets/${id}/ask`, ask),
  });
  const describe = useMutation({
    mutationFn: ({ set, image, alt }: { set: string; image: string; alt: string }) =>
      api.put<void>(`/brand/sets/${set}/images/${image}`, { alt }),
    onSettled,
  });
  const drop = useMutation({
    mutationFn: ({ set, image }: { set: string; image: string }) =>
      api.remove<void>(`/brand/sets/${set}/images/${image}`),
    onSettled,
  });
  return { put, end, ask, describe, drop, again: onSettled };
}

/** Sends bytes and says how far it is, from 0 to 1. */
function sendBytes<T>(path: string, body: Blob, onProgress?: (part: number) => void): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onerror = () => failed(new ApiError(0, "unreachable", "the server does not answer; try again"));
    request.onload = () => {
      if (request.status < 300) return done(request.response as T);
      const error = (request.response as Failure | null)?.error;
      const message = error?.message ?? `the server answered ${request.status}; try again`;
      failed(new ApiError(request.status, error?.code ?? "unreadable", message));
    };
    request.send(body);
  });
}

export function sendImage(set: string, file: File, onProgress: (part: number) => void): Promise<OfferImage> {
  return sendBytes<OfferImage>(`/brand/sets/${set}/images`, file, onProgress);
}

export function useProducts(brand: string, q: string) {
  return useInfiniteQuery({
    queryKey: [...CATALOGUE, brand, q],
    queryFn: ({ pageParam, signal }) =>
      api.get<OfferProducts>("/brand/catalogue", { brand, q, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function useCatalogueActs(brand: string) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: CATALOGUE });
  const bring = useMutation({
    mutationFn: (file: File) => sendBytes<CatalogueImport>(`/brand/catalogue${queryString({ brand })}`, file),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (product: string) =>
      api.remove<void>(`/brand/catalogue/${encodeURIComponent(product)}${queryString({ brand })}`),
    onSettled,
  });
  return { bring, remove };
}

export function useOccasions(brand: string) {
  return useQuery({
    queryKey: [...OCCASIONS, brand],
    queryFn: ({ signal }) => api.get<OfferOccasions>("/brand/occasions", { brand }, signal),
  });
}

export function useAnswers(occasion: string) {
  return useQuery({
    queryKey: ["answers-to", occasion],
    queryFn: ({ signal }) => api.get<OccasionAnswers>(`/brand/occasions/${occasion}/answers`, undefined, signal),
  });
}

export function useOccasionActs() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: OCCASIONS });
  const put = useMutation({
    mutationFn: ({ id, occasion }: { id?: string; occasion: OccasionChange }) =>
      id === undefined
        ? api.post<OfferOccasion>("/brand/occasions", occasion)
        : api.put<OfferOccasion>(`/brand/occasions/${id}`, occasion),
    onSettled,
  });
  const cancel = useMutation({
    mutationFn: (id: string) => api.post<void>(`/brand/occasions/${id}/cancel`),
    onSettled,
  });
  return { put, cancel };
}
