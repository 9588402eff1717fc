// SQL over the lake: what tables there are, and the answer to one statement.
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { SqlQuestion, SqlResult, SqlSchema } from "./types";

export function useSqlSchema() {
  return useQuery({
    queryKey: ["sql", "schema"],
    queryFn: ({ signal }) => api.get<SqlSchema>("/sql/schema", undefined, signal),
    staleTime: 60_000,
  });
}

export function useRunSql() {
  return useMutation({
    mutationFn: ({ sql, signal }: { sql: string; signal?: AbortSignal }) =>
      api.post<SqlResult>("/sql", { sql } satisfies SqlQuestion, signal),
  });
}
