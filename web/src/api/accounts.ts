// What came and went in each period.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Slice } from "../slice";
import { api } from "./client";
import type { Accounts, Scope } from "./types";

/** Any text, because it comes from the address as somebody wrote it; the server says what is wrong with it. */
export interface AccountsQuery {
  base?: string;
  by?: string;
  n?: string;
}

export function useAccounts(scope: Scope, query: AccountsQuery, slice: Slice) {
  return useQuery({
    queryKey: ["accounts", scope, query, slice],
    queryFn: ({ signal }) => api.get<Accounts>("/accounts", { ...scope, ...query, ...slice }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
