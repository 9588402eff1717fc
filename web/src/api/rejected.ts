// What was refused at the door, with its raw payload and the reason.
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Rejected } from "./types";

export function useRejected() {
  return useInfiniteQuery({
    queryKey: ["rejected"],
    queryFn: ({ pageParam, signal }) => api.get<Rejected>("/rejected", { next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
