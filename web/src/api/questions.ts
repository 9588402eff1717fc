// Saved questions: named SQL.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { NewQuestion, Question, Questions } from "./types";

const key = ["questions"];

export function useQuestions() {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<Questions>("/questions", undefined, signal) });
}

/** Saves a new question, or an old one when it has an id. */
export function useSaveQuestion() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name, sql }: NewQuestion & { id?: number }) =>
      id === undefined
        ? api.post<Question>("/questions", { name, sql } satisfies NewQuestion)
        : api.put<Question>(`/questions/${id}`, { name, sql } satisfies NewQuestion),
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
