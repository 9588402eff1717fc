// The six cells and how people moved between them.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Matrix, Scope } from "./types";

export function useMatrix(scope: Scope) {
  return useQuery({
    queryKey: ["matrix", scope],
    queryFn: ({ signal }) => api.get<Matrix>("/matrix", { ...scope }, signal),
    placeholderData: keepPreviousData,
  });
}
