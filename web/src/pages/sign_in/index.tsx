// Signing in with a one-time link: the token is sent once, taken out of the address, and the page goes on to where it was meant for.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { signIn } from "../../api/session";
import { Copyable } from "../../components/copyable";
import { problemText, useTitle, Words } from "../../components/states";

/** A place in this Desk to go on to; anything that could lead elsewhere is Today. */
export function placeWithin(then: string | null): string {
  return then && /^\/(?![/\\])/.test(then) && !then.startsWith("/sign-in") ? then : "/";
}

export function SignIn() {
  useTitle("Sign in");
  const [params] = useSearchParams();
  const [token] = useState(() => params.get("token"));
  const then = placeWithin(params.get("then"));
  const navigate = useNavigate();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    if (!token) return;
    let isGone = false;
    signIn(token).then(
      () => {
        if (isGone) return;
        client.clear();
        navigate(then, { replace: true });
      },
      (reason: unknown) => {
        if (isGone) return;
        setError(reason);
        navigate("/sign-in", { replace: true });
      },
    );
    return () => {
      isGone = true;
    };
  }, [token, then, navigate, client]);

  return (
    <main className="alone">
      <span className="rail-name">Parlour</span>
      {token && !error ? (
        <h1 role="status">One moment, the door opens …</h1>
      ) : (
        <Explain error={error} hasLeft={params.get("left") !== null} />
      )}
    </main>
  );
}

function headline(error: unknown, hasLeft: boolean): string {
  if (error instanceof ApiError && error.status === 401) return "This link was used already, or its time is up.";
  if (error) return "You could not be signed in.";
  return hasLeft ? "You are signed out." : "Sign in with a link.";
}

function Explain({ error, hasLeft }: { error: unknown; hasLeft: boolean }) {
  return (
    <>
      <h1>{headline(error, hasLeft)}</h1>
      {error ? (
        <p className="sub" role="alert">
          <Words text={problemText(error)} />
        </p>
      ) : null}
      <p className="sub">
        There is no password. When it starts, <code>parlour serve</code> prints a link that signs you in; each link
        works once. To make another, run this on the machine where Parlour runs, and open what it prints:
      </p>
      <Copyable text="parlour sign-in" label="the command that makes a link" />
    </>
  );
}
