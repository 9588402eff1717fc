// One's own account: what one is called, the password, the passkeys, and where one is signed in.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useAccount, useOwnAccount } from "../../api/staff";
import type { AccountPasskey, AccountSession, OwnAccount } from "../../api/types";
import { useWorkspace } from "../../api/workspace";
import { Part } from "../../components/part";
import { Answer, Problem } from "../../components/states";
import { type Column, Table } from "../../components/table";
import { instantText } from "../../format";
import { hasPasskeys } from "../../passkeys";
import { ROLES } from "./people/words";

export function AccountParts() {
  const account = useAccount();
  const objects = useWorkspace().data?.objects;
  const titleOf = (brand: string) => objects?.find((object) => object.name === brand)?.title ?? brand;
  return (
    <Answer query={account} what="Your account could not be read." height={300}>
      {(data) => (
        <>
          <p className="sub">
            You are <b>{data.handle}</b>, {ROLES[data.role]?.name ?? data.role}: {ROLES[data.role]?.about}.{" "}
            {data.brands ? `You see ${data.brands.map(titleOf).join(", ")}.` : null}
          </p>
          <Name key={data.name} account={data} />
          <Password account={data} />
          {hasPasskeys ? <Passkeys account={data} /> : null}
          <Sessions account={data} />
        </>
      )}
    </Answer>
  );
}

function Name({ account }: { account: OwnAccount }) {
  const { rename } = useOwnAccount();
  const [name, setName] = useState(account.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate(name);
  };
  return (
    <Part title="Name">
      <form onSubmit={submit} className="row">
        <TextInput
          aria-label="Your name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="name"
          required
        />
        <Button type="submit" variant="default" loading={rename.isPending} disabled={name === account.name}>
          Save
        </Button>
      </form>
      {rename.error ? <Problem error={rename.error} /> : null}
    </Part>
  );
}

function Password({ account }: { account: OwnAccount }) {
  const { setPassword } = useOwnAccount();
  const [current, setCurrent] = useState("");
  const [password, setNew] = useState("");
  const least = account.least_password_length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = () => {
      setCurrent("");
      setNew("");
    };
    setPassword.mutate({ current: account.has_password ? current : null, password }, { onSuccess: done });
  };
  return (
    <Part title="Password">
      <form onSubmit={submit} className="sheet">
        <input type="hidden" name="username" autoComplete="username" value={account.handle} readOnly />
        {account.has_password ? (
          <PasswordInput
            label="The one you have"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            autoComplete="current-password"
            required
          />
        ) : null}
        <PasswordInput
          label={account.has_password ? "Another" : "A password"}
          description={`At least ${least} characters. Your other sessions end.`}
          value={password}
          onChange={(event) => setNew(event.currentTarget.value)}
          autoComplete="new-password"
          minLength={least}
          required
        />
        {setPassword.error ? <Problem error={setPassword.error} /> : null}
        <div>
          <Button type="submit" variant="default" loading={setPassword.isPending}>
            {account.has_password ? "Change it" : "Set it"}
          </Button>
          {setPassword.isSuccess ? (
            <span className="fine" role="status">
              {" "}
              It is set.
            </span>
          ) : null}
        </div>
      </form>
    </Part>
  );
}

function Passkeys({ account }: { account: OwnAccount }) {
  const { newPasskey, dropPasskey } = useOwnAccount();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    newPasskey.mutate(name, { onSuccess: () => setName("") });
  };
  const columns: Column<AccountPasskey>[] = [
    { title: "Passkey", isHead: true, value: (row) => row.name },
    { title: "Added", value: (row) => instantText(row.created_at) },
    { title: "Last used", value: (row) => (row.last_used_at ? instantText(row.last_used_at) : "not yet") },
    {
      title: "",
      value: () => "",
      show: (row) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => dropPasskey.mutate(row.id)}
          aria-label={`Remove the passkey ${row.name}`}
        >
          Remove
        </Button>
      ),
    },
  ];
  const error = newPasskey.error ?? dropPasskey.error;
  return (
    <Part title="Passkeys">
      {account.passkeys.length === 0 ? null : (
        <Table caption="Passkeys" columns={columns} rows={account.passkeys} rowKey={(row) => row.id} isCards />
      )}
      <form onSubmit={submit} className="row">
        <TextInput
          aria-label="Name of a new passkey"
          placeholder="this laptop"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          required
        />
        <Button type="submit" variant="default" loading={newPasskey.isPending}>
          Add a passkey
        </Button>
      </form>
      {error ? <Problem error={error} /> : null}
    </Part>
  );
}

function Sessions({ account }: { account: OwnAccount }) {
  const { endSession, endOthers } = useOwnAccount();
  const columns: Column<AccountSession>[] = [
    { title: "Where", isHead: true, value: (row) => `${row.device || "unknown"}${row.is_this ? ", this one" : ""}` },
    { title: "Since", value: (row) => instantText(row.created_at) },
    { title: "Last used", value: (row) => instantText(row.last_used_at) },
    {
      title: "",
      value: () => "",
      show: (row) =>
        row.is_this ? null : (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => endSession.mutate(row.id)}
            aria-label={`End the session in ${row.device}`}
          >
            End
          </Button>
        ),
    },
  ];
  const error = endSession.error ?? endOthers.error;
  return (
    <Part title="Where you are signed in">
      <Table caption="Sessions" columns={columns} rows={account.sessions} rowKey={(row) => row.id} isCards />
      {1 < account.sessions.length ? (
        <Button variant="default" onClick={() => endOthers.mutate()} loading={endOthers.isPending}>
          End all others
        </Button>
      ) : null}
      {error ? <Problem error={error} /> : null}
    </Part>
  );
}
