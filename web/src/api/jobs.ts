// Long work: started, watched until it ends, cancelled.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Job } from "./types";

const POLL_MS = 500;

export function useJob(id: number | null) {
  return useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => api.get<Job>(`/jobs/${id}`, undefined, signal),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data && query.state.data.state !== "running" ? false : POLL_MS),
  });
}

export function useLoadSample() {
  return useMutation({ mutationFn: () => api.post<Job>("/sample") });
}

export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.remove<Job>(`/jobs/${id}`),
    onSuccess: (_answer, id) => {
      client.invalidateQueries({ queryKey: ["job", id] });
      client.invalidateQueries({ queryKey: ["health"] });
    },
  });
}
