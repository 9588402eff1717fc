// The door, what one says of oneself, how one comes in, and what one has shown to be one's own.
import { Button, NumberInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Problem } from "../components/states";
import { hasPasskeys } from "../passkeys";
import { DOORS, useKeys, useLeave, useOwnRoom, usePeeks, useSessions } from "./api";
import { useOnline } from "./app";
import type { Door, OwnRoom } from "./types";

export function Me({ me, handle }: { me: OwnRoom; handle: string }) {
  useEffect(() => {
    document.title = "Door and me · Room";
  }, []);
  const leave = useLeave();
  return (
    <>
      <h1>Your door.</h1>
      <DoorChoice me={me} handle={handle} />
      <Peeks />
      <Profile me={me} />
      <History me={me} />
      <Keys />
      <Sessions />
      <p className="more">
        <Button variant="default" onClick={() => leave.mutate()} loading={leave.isPending}>
          Sign out, and leave nothing on this device
        </Button>
      </p>
    </>
  );
}

const sayable = ({ name, about, town, born_year, door }: OwnRoom) => ({ name, about, town, born_year, door });

function DoorChoice({ me, handle }: { me: OwnRoom; handle: string }) {
  const { change } = useOwnRoom();
  const isOnline = useOnline();
  // What was chosen is shown at once, and what holds if it could not be saved.
  const [chosen, setChosen] = useState(me.door);
  const choose = (door: Door) => {
    setChosen(door);
    change.mutate({ ...sayable(me), door }, { onError: () => setChosen(me.door) });
  };
  return (
    <fieldset className="doors">
      <legend>Who may look into your room</legend>
      {DOORS.map((door) => (
        <label key={door.value}>
          <input
            type="radio"
            name="door"
            checked={chosen === door.value}
            disabled={!isOnline}
            onChange={() => choose(door.value)}
          />
          {door.label}
        </label>
      ))}
      {change.error ? <Problem error={change.error} /> : null}
      <p className="fine">
        A frame, photo or album can be for fewer, never for more. See your room{" "}
        <a href={`/@${handle}?as=passer_by`}>as a passer-by</a>, or as somebody you know under People.
      </p>
    </fieldset>
  );
}

function Peeks() {
  const peeks = usePeeks();
  if (!peeks.data || peeks.data.n === 0) return null;
  const { n, days } = peeks.data;
  return (
    <section aria-labelledby="peeks">
      <h2 id="peeks" className="part">
        {n === 1 ? "One look" : `${n} looks`} into your room in the last 90 days
      </h2>
      <details>
        <summary>By day</summary>
        <ul className="plain">
          {days.map((day) => (
            <li key={day.day}>
              {day.day}: {day.n}
            </li>
          ))}
        </ul>
      </details>
      <p className="fine">They are counted; who looked is not kept.</p>
    </section>
  );
}

function Profile({ me }: { me: OwnRoom }) {
  const { change } = useOwnRoom();
  const isOnline = useOnline();
  const [said, setSaid] = useState(sayable(me));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ ...said, door: me.door });
  };
  return (
    <section aria-labelledby="profile">
      <h2 id="profile" className="part">
        What you say of yourself
      </h2>
      <form onSubmit={submit} className="sheet">
        <TextInput
          label="Name"
          dir="auto"
          maxLength={80}
          value={said.name}
          onChange={(event) => setSaid({ ...said, name: event.currentTarget.value })}
          required
        />
        <TextInput
          label="Where you are"
          dir="auto"
          maxLength={80}
          value={said.town}
          onChange={(event) => setSaid({ ...said, town: event.currentTarget.value })}
        />
        <Textarea
          label="About you"
          dir="auto"
          autosize
          maxLength={500}
          value={said.about}
          onChange={(event) => setSaid({ ...said, about: event.currentTarget.value })}
        />
        <NumberInput
          label="Year of birth"
          description="Nobody sees it. It says only whether you are old enough to be paid."
          min={1900}
          max={2100}
          hideControls
          thousandSeparator=""
          value={said.born_year ?? ""}
          onChange={(year) => setSaid({ ...said, born_year: typeof year === "number" ? year : null })}
        />
        {change.error ? <Problem error={change.error} /> : null}
        <div className="row">
          <Button type="submit" loading={change.isPending} disabled={!isOnline}>
            Save
          </Button>
          {change.isSuccess ? <span role="status">Saved.</span> : null}
        </div>
      </form>
    </section>
  );
}

const PROOFS: Record<string, string> = {
  mail: "shown by a link that was sent there",
  signature: "shown by the signature of a brand",
  invitation: "known from your invitation",
  desk: "joined by whoever runs this server",
};

function History({ me }: { me: OwnRoom }) {
  const { proveMail } = useOwnRoom();
  const [mail, setMail] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    proveMail.mutate(mail);
  };
  return (
    <section aria-labelledby="history">
      <h2 id="history" className="part">
        What is yours
      </h2>
      <p className="fine">What is known of these is known of you, and nobody else.</p>
      <ul className="plain">
        {me.claims.map((claim) => (
          <li key={`${claim.kind}:${claim.value}`}>
            <bdi>{claim.value}</bdi> <small>{PROOFS[claim.proof] ?? claim.proof}</small>
          </li>
        ))}
      </ul>
      {me.can_mail ? (
        proveMail.isSuccess ? (
          <p role="status">A link is on its way to {mail}. Opening it shows that the address is yours.</p>
        ) : (
          <form onSubmit={submit} className="sheet">
            <TextInput
              type="email"
              label="Another mail address of yours"
              value={mail}
              onChange={(event) => setMail(event.currentTarget.value)}
              required
            />
            {proveMail.error ? <Problem error={proveMail.error} /> : null}
            <div>
              <Button type="submit" variant="default" loading={proveMail.isPending}>
                Send a link there
              </Button>
            </div>
          </form>
        )
      ) : null}
    </section>
  );
}

function Keys() {
  const { list, add, drop } = useKeys();
  if (!hasPasskeys) return null;
  return (
    <section aria-labelledby="keys">
      <h2 id="keys" className="part">
        Passkeys
      </h2>
      <ul className="rows">
        {list.data?.passkeys.map((key) => (
          <li key={key.id}>
            <bdi>{key.name}</bdi>
            <Button size="compact-sm" variant="subtle" onClick={() => drop.mutate(key.id)}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {add.error || list.error ? <Problem error={add.error ?? list.error} /> : null}
      <Button variant="default" onClick={() => add.mutate(deviceName())} loading={add.isPending}>
        Add a passkey on this device
      </Button>
    </section>
  );
}

function deviceName(): string {
  const found = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(navigator.userAgent)?.[0];
  return `${found ?? "A device"}, ${new Date().toISOString().slice(0, 10)}`;
}

function Sessions() {
  const { list, end, endOthers } = useSessions();
  const isOnline = useOnline();
  const all = list.data?.sessions ?? [];
  const nOthers = all.filter((one) => !one.is_this).length;
  const error = list.error ?? end.error ?? endOthers.error;
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="part">
        Where you are signed in
      </h2>
      <ul className="rows">
        {all.map((one) => (
          <li key={one.id}>
            <span>
              <bdi>{one.device}</bdi>
              {one.is_this ? <b> · this device</b> : null}
              <small className="fine block">
                since {moment(one.since)}
                {one.is_this ? "" : `, last used ${moment(one.last_used_at)}`}
              </small>
            </span>
            {one.is_this ? null : (
              <Button
                size="compact-sm"
                variant="subtle"
                disabled={!isOnline || end.isPending}
                aria-label={`Sign out ${one.device}`}
                onClick={() => end.mutate(one.id)}
              >
                Sign out there
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error ? <Problem error={error} /> : null}
      {nOthers > 1 ? (
        <Button variant="default" onClick={() => endOthers.mutate()} loading={endOthers.isPending} disabled={!isOnline}>
          Sign out everywhere but here
        </Button>
      ) : null}
    </section>
  );
}

const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

const moment = (at: string) => WHEN.format(new Date(at));
