// The ids one is known by, who says that they are one person, and the word that one of them is somebody else's.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { IdRow, LinkRow } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { Problem } from "../../components/states";
import { dayOf, dayShort } from "../../format";
import { spaced } from "../../words";
import type { KnownOfMe, OwnRoom } from "../types";
import { useObjecting } from "./api";
import { joinedBy } from "./words";

const KINDS: Record<string, string> = {
  member: "another room",
  email: "mail address",
  anonymous: "a browser",
  customer: "customer number",
};

export function Ids({ known, me }: { known: KnownOfMe; me: OwnRoom }) {
  const ids = known.person?.ids ?? [];
  const links = known.person?.links ?? [];
  const isClaimed = ({ key, kind, value }: IdRow) =>
    key === known.own || me.claims.some((claim) => claim.kind === kind && claim.value === value);
  if (ids.length === 0) return <p className="bare">Nothing is known under any id of yours.</p>;
  return (
    <>
      <p>
        {ids.length === 1
          ? "You are known by one id, the one that your room has."
          : "These ids are taken for one person: you. What was done under any of them is known of you."}
      </p>
      <ul className="rows">
        {ids.map((id) => (
          <li key={id.key}>
            <Id id={id} isOwn={id.key === known.own} />
            {isClaimed(id) ? <small className="fine">yours, as you showed</small> : <NotMe id={id} />}
          </li>
        ))}
      </ul>
      {links.length === 0 ? null : <Links links={links} own={known.own} />}
    </>
  );
}

function Id({ id, isOwn }: { id: IdRow; isOwn: boolean }) {
  return (
    <span className="known-id">
      <span className="fine">{isOwn ? "your room" : (KINDS[id.kind] ?? spaced(id.kind))}</span>{" "}
      <b>
        <bdi>{isOwn ? `#${id.value.slice(0, 8)}` : id.value}</bdi>
      </b>{" "}
      <span className="fine">since {dayShort(dayOf(id.first_seen_at))}</span>
    </span>
  );
}

function NotMe({ id }: { id: IdRow }) {
  const { disown } = useObjecting();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => setAsked(true)}
        aria-label={`${id.value} is not me`}
        loading={disown.isPending}
      >
        not me
      </Button>
      {disown.error ? <Problem what="It is still taken for yours." error={disown.error} /> : null}
      <AskOnce
        isOpen={isAsked}
        title={`Is ${id.value} somebody else?`}
        yes="It is not me"
        onNo={() => setAsked(false)}
        onYes={() => {
          setAsked(false);
          disown.mutate(id.key);
        }}
      >
        <p>
          What joins this id to your others is undone. What was done under it is then known of somebody else, and shown
          here no more.
        </p>
      </AskOnce>
    </>
  );
}

const STATES: Record<LinkRow["state"], string> = {
  active: "joined by",
  undone: "parted again; it was joined by",
  refused: "not joined, though it is said by",
};

function Links({ links, own }: { links: LinkRow[]; own: string }) {
  const nameOf = (key: string, name: string) =>
    key === own ? "your room" : name.replace(/^member:/, "room ").replace(":", " ");
  return (
    <details>
      <summary>What joins them</summary>
      <ul className="rows">
        {links.map((link) => (
          <li key={`${link.a} ${link.b} ${link.at}`}>
            <span className="known-id">
              <bdi>{nameOf(link.a, link.a_name)}</bdi> and <bdi>{nameOf(link.b, link.b_name)}</bdi>:{" "}
              <span className="fine">
                {STATES[link.state]} {joinedBy(link.source, link.is_forced)}, {dayShort(dayOf(link.at))}
                {link.reason ? ` (${link.reason.replaceAll("`", "")})` : ""}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
