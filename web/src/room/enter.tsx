// Coming in: a link's token is spent once and taken out of the address; else a passkey, or a link by mail.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { Problem } from "../components/states";
import { hasPasskeys } from "../passkeys";
import { useEnter, useWays } from "./api";

export function Enter({ token, onIn }: { token: string | null; onIn: () => void }) {
  const { byLink } = useEnter();
  const isSent = useRef(false);
  useEffect(() => {
    document.title = "Come in · Room";
    if (token === null || isSent.current) return;
    isSent.current = true;
    window.history.replaceState(null, "", "/room");
    byLink.mutate(token, { onSuccess: onIn });
  }, [token, byLink, onIn]);
  if (token !== null && !byLink.error) {
    return (
      <main className="alone">
        <h1 role="status">One moment, the door opens …</h1>
      </main>
    );
  }
  return (
    <main className="alone">
      <Ways error={byLink.error} onIn={onIn} />
    </main>
  );
}

function Ways({ error, onIn }: { error: unknown; onIn: () => void }) {
  const { byPasskey, sendLink } = useEnter();
  const { data: ways } = useWays();
  const [mail, setMail] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sendLink.mutate(mail);
  };
  const isOld = error instanceof ApiError && error.status === 401;
  return (
    <>
      <h1>{isOld ? "This link was used already, or its time is up." : "Come in."}</h1>
      {error && !isOld ? <Problem error={error} /> : null}
      <p className="sub">A room is a wall that you alone furnish, and a door that you alone open.</p>
      {hasPasskeys ? (
        <p>
          <Button onClick={() => byPasskey.mutate(undefined, { onSuccess: onIn })} loading={byPasskey.isPending}>
            Come in with a passkey
          </Button>
        </p>
      ) : null}
      {byPasskey.error ? <Problem error={byPasskey.error} /> : null}
      {ways?.mail ? (
        sendLink.isSuccess ? (
          <p role="status">
            A link is on its way to <b>{mail}</b>
            {ways.sign_up ? "" : ", if a room belongs to it"}. It works once.
          </p>
        ) : (
          <form onSubmit={submit} className="sheet">
            <TextInput
              type="email"
              label="Mail address"
              description={ways.sign_up ? "New here? The same link makes you a room." : undefined}
              value={mail}
              onChange={(event) => setMail(event.currentTarget.value)}
              autoComplete="email"
              required
            />
            {sendLink.error ? <Problem error={sendLink.error} /> : null}
            <div>
              <Button type="submit" variant="default" loading={sendLink.isPending}>
                Send me a link
              </Button>
            </div>
          </form>
        )
      ) : null}
      {ways && !ways.mail ? (
        <p className="fine">No mail is sent from here. Whoever runs this server can hand you a link to your room.</p>
      ) : null}
    </>
  );
}
