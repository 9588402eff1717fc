// SQL over what is kept and over the lake: what tables there are, and the answer to one statement.
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { SqlProgress, SqlQuestion, SqlResult, SqlSchema } from "./types";

export function useSqlSchema() {
  return useQuery({
    queryKey: ["sql", "schema"],
    queryFn: ({ signal }) => api.get<SqlSchema>("/sql/schema", undefined, signal),
    staleTime: 60_000,
  });
}

export function useRunSql() {
  return useMutation({
    mutationFn: ({ sql, name, signal }: { sql: string; name: string; signal?: AbortSignal }) =>
      api.post<SqlResult>("/sql", { sql, name } satisfies SqlQuestion, signal),
  });
}

/** How far the question of a name is, asked every second while there is one; only those over the lake tell. */
export function useSqlProgress(name: string | null) {
  return useQuery({
    queryKey: ["sql", "progress", name],
    queryFn: ({ signal }) => api.get<SqlProgress>("/sql/progress", { name }, signal),
    enabled: name !== null,
    refetchInterval: 1000,
    gcTime: 0,
  });
}
