// Who is signed in, and the ways there. The cookie is the server's business, not ours.
import { useMutation, useQuery } from "@tanstack/react-query";
import { signWithPasskey } from "../passkeys";
import { api } from "./client";
import type { Invited, Joining, PasskeyRequest, Session, SignIn, SignInWays } from "./types";

export function useSession() {
  return useQuery({ queryKey: ["session"], queryFn: ({ signal }) => api.get<Session>("/session", undefined, signal) });
}

/** What a role is for, as the server names it. */
export type Right = "own" | "read" | "heed" | "answer" | "inspect" | "analyse" | "administer";

/** What whoever is signed in may do, and whether they see all brands. Until that is known they may nothing but read. */
export function useRights(): { has: (right: Right) => boolean; isWhole: boolean } {
  const { data } = useSession();
  return {
    has: (right) => data?.rights.includes(right) ?? right === "read",
    isWhole: data ? data.brands === null : false,
  };
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

export function useSignInWays() {
  return useQuery({
    queryKey: ["sign-in"],
    queryFn: ({ signal }) => api.get<SignInWays>("/sign-in", undefined, signal),
  });
}

export function usePasswordSignIn() {
  return useMutation({
    mutationFn: (sent: { name: string; password: string }) => api.post<Session>("/sign-in/password", sent),
  });
}

export function usePasskeySignIn() {
  return useMutation({
    mutationFn: async () => {
      const asked = await api.post<PasskeyRequest>("/sign-in/passkey/challenge");
      return api.post<Session>("/sign-in/passkey", await signWithPasskey(asked));
    },
  });
}

export function useMailLink() {
  return useMutation({ mutationFn: (mail: string) => api.post<void>("/sign-in/mail", { mail }) });
}

export function useInvitation(token: string) {
  return useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => api.post<Invited>("/sign-in/invitation", { token }, signal),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export function useJoin() {
  return useMutation({ mutationFn: (joining: Joining) => api.put<Session>("/sign-in/invitation", joining) });
}
