// With whom: somebody who is known, looked for by name or id, or somebody new with what is known of them.
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useFoundPeople } from "../../api/people";
import type { PersonRow } from "../../api/types";

const SETTLE_MS = 200;

export interface Who {
  known: Pick<PersonRow, "person" | "name"> | null;
  name: string;
  mail: string;
  phone: string;
}

export const NOBODY: Who = { known: null, name: "", mail: "", phone: "" };

export function isKnown(who: Who): boolean {
  return who.known !== null || [who.name, who.mail, who.phone].some((text) => text.trim() !== "");
}

export function WhoField({ who, onChange }: { who: Who; onChange: (who: Who) => void }) {
  const [settled] = useDebouncedValue(who.name.trim(), SETTLE_MS);
  const found = useFoundPeople(who.known ? "" : settled);
  const [isMore, setMore] = useState(false);
  const rows = who.known || settled.length < 2 ? [] : (found.data?.rows ?? []);
  if (who.known) {
    return (
      <div className="talk-known">
        <span>
          <b>{who.known.name}</b> <small className="fine">{who.known.person}</small>
        </span>
        <button type="button" onClick={() => onChange({ ...who, known: null, name: "" })}>
          somebody else
        </button>
      </div>
    );
  }
  return (
    <>
      <label className="talk-field">
        With whom
        <input
          type="search"
          autoComplete="off"
          placeholder="name or id"
          value={who.name}
          onChange={(event) => onChange({ ...who, name: event.target.value })}
        />
      </label>
      <ul className="talk-found" aria-label="People found">
        {rows.map((row) => (
          <li key={row.person}>
            <button type="button" onClick={() => onChange({ ...who, known: row })}>
              {row.name} {row.name === row.person ? null : <small className="fine">{row.person}</small>}
            </button>
          </li>
        ))}
      </ul>
      <p className="unseen" aria-live="polite">
        {settled.length > 1 ? `${rows.length} found` : ""}
      </p>
      {isMore || who.mail || who.phone ? (
        <div className="talk-two">
          <label className="talk-field">
            Mail
            <input
              type="email"
              inputMode="email"
              autoComplete="off"
              value={who.mail}
              onChange={(event) => onChange({ ...who, mail: event.target.value })}
            />
          </label>
          <label className="talk-field">
            Phone
            <input
              type="tel"
              inputMode="tel"
              autoComplete="off"
              value={who.phone}
              onChange={(event) => onChange({ ...who, phone: event.target.value })}
            />
          </label>
        </div>
      ) : (
        <button type="button" className="talk-more" onClick={() => setMore(true)}>
          Somebody new: add mail or phone
        </button>
      )}
    </>
  );
}
