// Who is signed in. A one-time link becomes a session; the cookie is the server's business, not ours.
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Session, SignIn } from "./types";

export function useSession() {
  return useQuery({ queryKey: ["session"], queryFn: ({ signal }) => api.get<Session>("/session", undefined, signal) });
}

const exchanged = new Map<string, Promise<Session>>();

/** Trades a one-time token for a session. A token is sent once, however often a page asks: the second time it is used up. */
export function signIn(token: string): Promise<Session> {
  const known = exchanged.get(token);
  if (known) return known;
  const answer = api.post<Session>("/session", { token } satisfies SignIn);
  exchanged.set(token, answer);
  return answer;
}

export function useSignOut() {
  return useMutation({ mutationFn: () => api.remove<void>("/session") });
}
