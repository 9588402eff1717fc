// Saved questions: named SQL.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Question, Questions } from "./types";

const key = ["questions"];

export function useQuestions() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<Questions>("/questions", undefined, signal) });
}

/** Saves a new question, or an old one when it has an id. */
export function useSaveQuestion() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name, sql }: { id?: number; name: string; sql: string }) =>
      id === undefined
        ? api.post<Question>("/questions", { name, sql })
        : api.put<Question>(`/questions/${id}`, { name, sql }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useDeleteQuestion() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.remove<void>(`/questions/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}
