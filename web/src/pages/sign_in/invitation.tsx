// Taking an invitation up: what one is called, and a password, or none for whoever prefers a passkey.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useInvitation, useJoin } from "../../api/session";
import type { Invited } from "../../api/types";
import { Problem, problemText, useTitle, Waiting, Words } from "../../components/states";
import { hasPasskeys } from "../../passkeys";
import { ROLES } from "../settings/people/words";

export function InvitationPage() {
  useTitle("Invitation");
  const [params] = useSearchParams();
  const [token] = useState(() => params.get("token") ?? "");
  const invited = useInvitation(token);
  return (
    <main className="alone">
      <span className="rail-name">Parlour</span>
      {invited.data ? (
        <JoinForm invited={invited.data} token={token} />
      ) : invited.error || token === "" ? (
        <>
          <h1>This invitation is not good any more.</h1>
          <p className="sub" role="alert">
            <Words
              text={invited.error ? problemText(invited.error) : "its link was cut off; open it again as it was sent"}
            />
          </p>
        </>
      ) : (
        <Waiting height={120} />
      )}
    </main>
  );
}

function JoinForm({ invited, token }: { invited: Invited; token: string }) {
  const join = useJoin();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(invited.name);
  const [password, setPassword] = useState("");
  const [isPasskey, setPasskey] = useState(false);
  const least = invited.least_password_length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    join.mutate(
      { token, name, password: isPasskey ? null : password },
      {
        onSuccess: () => {
          client.clear();
          navigate(isPasskey ? "/settings?tab=browser" : "/", { replace: true });
        },
      },
    );
  };
  return (
    <>
      <h1>Welcome, {invited.name}.</h1>
      <p className="sub">
        You are invited as <b>{ROLES[invited.role]?.name ?? invited.role}</b>: {ROLES[invited.role]?.about}. Colleagues
        know you as <code>{invited.handle}</code>.
      </p>
      <form onSubmit={submit} className="sheet">
        <input type="hidden" name="username" autoComplete="username" value={invited.handle} readOnly />
        <TextInput
          label="Your name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="name"
          required
        />
        {isPasskey ? null : (
          <PasswordInput
            label="Password"
            description={`At least ${least} characters.`}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="new-password"
            minLength={least}
            required
          />
        )}
        {hasPasskeys ? (
          <label className="choice">
            <input type="checkbox" checked={isPasskey} onChange={(event) => setPasskey(event.currentTarget.checked)} />
            <span>
              No password, a passkey <small className="fine">you add it on the page that follows</small>
            </span>
          </label>
        ) : null}
        {join.error ? <Problem error={join.error} /> : null}
        <div>
          <Button type="submit" loading={join.isPending}>
            Come in
          </Button>
        </div>
      </form>
    </>
  );
}
