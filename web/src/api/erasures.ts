// Erasing somebody who asked for it, and the receipts, which name nobody.
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { ErasureReceipt, Erasures, PersonErasure, PersonName } from "./types";

export function useErasures() {
  return useQuery({
    queryKey: ["erasures"],
    queryFn: ({ signal }) => api.get<Erasures>("/erasures", undefined, signal),
  });
}

export function useErasePerson(person: PersonName) {
  return useMutation({
    mutationFn: (wish: PersonErasure) => api.remove<ErasureReceipt>(`/people/${encodeURIComponent(person)}`, wish),
  });
}
