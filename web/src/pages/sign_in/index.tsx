// Signing in. The token of a one-time link is sent once and taken out of the address; without one, the page has the other
// ways. Either goes on to where it was meant for.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { signIn } from "../../api/session";
import { problemText, useTitle, Words } from "../../components/states";
import { Ways } from "./ways";

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
        <Explain
          error={error}
          hasLeft={params.get("left") !== null}
          refused={params.get("refused")}
          then={then}
          onIn={() => {
            client.clear();
            navigate(then, { replace: true });
          }}
        />
      )}
    </main>
  );
}

/** What another provider's answer led to, in words. */
const REFUSED: Record<string, string> = {
  unknown: "Nobody of this Desk has the mail address that you signed in with there. Ask an owner for an invitation.",
  unverified: "You were signed in there, but the address was not verified, so it proves nothing here.",
  failed: "Signing in there did not come to an end. Try again, or another way; the server’s log says why.",
};

function headline(error: unknown, refused: string | null, hasLeft: boolean): string {
  if (error instanceof ApiError && error.status === 401) return "This link was used already, or its time is up.";
  if (error || refused !== null) return "You could not be signed in.";
  return hasLeft ? "You are signed out." : "Sign in.";
}

interface ExplainProps {
  error: unknown;
  hasLeft: boolean;
  refused: string | null;
  then: string;
  onIn: () => void;
}

function Explain({ error, hasLeft, refused, then, onIn }: ExplainProps) {
  return (
    <>
      <h1>{headline(error, refused, hasLeft)}</h1>
      {error ? (
        <p className="sub" role="alert">
          <Words text={problemText(error)} />
        </p>
      ) : null}
      {refused !== null ? (
        <p className="sub" role="alert">
          {REFUSED[refused] ?? REFUSED.failed}
        </p>
      ) : null}
      <Ways then={then} onIn={onIn} />
    </>
  );
}
