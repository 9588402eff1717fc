// The ways to sign in: a password, a passkey, a link by mail, another provider; those that there are.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useMailLink, usePasskeySignIn, usePasswordSignIn, useSignInWays } from "../../api/session";
import { Copyable } from "../../components/copyable";
import { Problem } from "../../components/states";
import { hasPasskeys } from "../../passkeys";

interface WaysProps {
  then: string;
  onIn: () => void;
}

export function Ways({ then, onIn }: WaysProps) {
  const { data: ways } = useSignInWays();
  return (
    <>
      <PasswordForm onIn={onIn} />
      <div className="ways">
        {hasPasskeys ? <PasskeyButton onIn={onIn} /> : null}
        {ways?.oidc ? (
          <Button component="a" variant="default" href={`/api/v1/sign-in/oidc?then=${encodeURIComponent(then)}`}>
            Sign in with {ways.oidc}
          </Button>
        ) : null}
      </div>
      {ways?.mail ? <MailForm /> : null}
      <details className="ways-link" open>
        <summary>With a link from the server</summary>
        <p className="fine">
          When it starts, <code>parlour serve</code> prints a link that signs its owner in; each link works once. To
          make another, run this on the machine where Parlour runs, and open what it prints:
        </p>
        <Copyable text="parlour sign-in" label="the command that makes a link" />
      </details>
    </>
  );
}

function PasswordForm({ onIn }: { onIn: () => void }) {
  const enter = usePasswordSignIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate({ name, password }, { onSuccess: onIn });
  };
  return (
    <form onSubmit={submit} className="sheet">
      <TextInput
        label="Name or mail address"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="username webauthn"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <PasswordInput
        label="Password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        required
      />
      {enter.error ? <Problem error={enter.error} /> : null}
      <div>
        <Button type="submit" loading={enter.isPending}>
          Sign in
        </Button>
      </div>
    </form>
  );
}

function PasskeyButton({ onIn }: { onIn: () => void }) {
  const enter = usePasskeySignIn();
  return (
    <>
      <Button variant="default" onClick={() => enter.mutate(undefined, { onSuccess: onIn })} loading={enter.isPending}>
        Sign in with a passkey
      </Button>
      {enter.error ? <Problem error={enter.error} /> : null}
    </>
  );
}

function MailForm() {
  const send = useMailLink();
  const [mail, setMail] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate(mail);
  };
  if (send.isSuccess) {
    return (
      <p className="sub" role="status">
        If somebody of this Desk has the address <b>{mail}</b>, a link is on its way there.
      </p>
    );
  }
  return (
    <details className="ways-link">
      <summary>With a link by mail</summary>
      <form onSubmit={submit} className="sheet">
        <TextInput
          type="email"
          label="Mail address"
          value={mail}
          onChange={(event) => setMail(event.currentTarget.value)}
          autoComplete="email"
          required
        />
        {send.error ? <Problem error={send.error} /> : null}
        <div>
          <Button type="submit" variant="default" loading={send.isPending}>
            Send me a link
          </Button>
        </div>
      </form>
    </details>
  );
}
