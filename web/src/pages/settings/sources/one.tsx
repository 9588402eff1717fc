// One source: how to send, what arrives, what came of it, its keys, what can be changed.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { freshKey, useSource, useTail } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { LayerMark } from "../../../components/layers";
import { Part } from "../../../components/part";
import { Answer, useTitle } from "../../../components/states";
import { Table } from "../../../components/table";
import { ago, count, counted, instantText } from "../../../format";
import { useScope } from "../../../scope";
import { idOf, spaced } from "../../../words";
import { Broker, Connection, StopListening } from "./broker";
import { Connect, FirstEvent } from "./connect";
import { FediverseSource } from "./fediverse";
import { FormSource } from "./form";
import { Keys } from "./keys";
import { Limits } from "./limits";
import { MailboxLink, MailboxPart } from "./mailbox";
import { MentionsSource } from "./mentions";
import { TailPart } from "./tail";
import { Webhook } from "./webhook";
import { kindWord } from "./words";

export function OneSource({ id }: { id: number }) {
  const source = useSource(id);
  const { to } = useScope();
  useTitle(source.data?.name ?? "Source");
  return (
    <>
      <p className="fine">
        <Link to={to("/settings", "tab=sources")} className="link">
          Sources
        </Link>{" "}
        / {source.data?.name ?? id}
      </p>
      <Answer query={source} what="The source could not be read." height={480}>
        {(data) => <Body source={data} />}
      </Answer>
    </>
  );
}

function Headline({ source }: { source: Source }) {
  const { to } = useScope();
  if (source.revoked_at) {
    return (
      <h1>
        {source.name} was revoked on {instantText(source.revoked_at)}; the{" "}
        {counted(source.n_accepted, "event", "events")} it sent stay.
      </h1>
    );
  }
  if (source.n_accepted === 0 && source.n_rejected === 0) return <h1>{source.name} may send; nothing has come yet.</h1>;
  return (
    <h1>
      {source.name} has sent {counted(source.n_accepted, "event", "events")}
      {source.last_event_at ? `, the last ${ago(source.last_event_at)}` : ""};{" "}
      {source.n_rejected === 0 ? (
        "none was rejected."
      ) : (
        <>
          <Link
            to={to("/settings", `tab=rejected&state=all&source=${encodeURIComponent(source.name)}`)}
            className="neg"
            data-list=""
          >
            {count(source.n_rejected)}
          </Link>{" "}
          {source.n_rejected === 1 ? "was" : "were"} rejected.
        </>
      )}
    </h1>
  );
}

function Body({ source }: { source: Source }) {
  const client = useQueryClient();
  const tail = useTail(source.id);
  const head = useRef<HTMLDivElement>(null);
  const key = source.revoked_at || source.kind === "mail" ? undefined : freshKey(source.id);
  const isHeard = source.first_event_at !== null || tail.rows.some((row) => row.is_accepted);
  const wasHeard = useRef(isHeard);
  useEffect(() => {
    // The house may just have got its first event: every page has something new to say.
    if (isHeard && !wasHeard.current) client.invalidateQueries();
    wasHeard.current = isHeard;
  }, [isHeard, client]);
  // Once it sends, what it sends is what one comes for; but nothing moves while one looks.
  const [wasNew] = useState(source.first_event_at === null);
  const isNew = key !== undefined || wasNew;
  const isBroker = source.kind === "mqtt";
  const isMail = source.kind === "mail";
  // These come and get what is sent; nobody sends with a key.
  const isFetched = isBroker || isMail;
  const isLive = source.revoked_at === null;
  // These have nothing to do with a key that is sent along.
  const isPublic = ["form", "mentions", "fediverse"].includes(source.kind);
  const connect = !isLive ? null : isMail ? (
    <MailboxLink source={source} isHeard={isHeard} />
  ) : isBroker ? (
    <Connection source={source} isHeard={isHeard} />
  ) : isPublic ? (
    <FirstEvent source={source} freshKey={undefined} isHeard={isHeard} />
  ) : (
    <Connect source={source} freshKey={key} isHeard={isHeard} />
  );
  return (
    <>
      <Headline source={source} />
      <p className="sub">
        {kindWord(source.kind)}, toward {idOf(source.brand)}, <LayerMark layer={source.layer} />, made{" "}
        {instantText(source.created_at)}.
      </p>
      <div ref={head} />
      {isNew || isFetched ? connect : null}
      {isLive && isBroker && isNew ? <Broker source={source} /> : null}
      {isLive && source.kind === "form" ? <FormSource source={source} /> : null}
      {isLive && source.kind === "mentions" ? <MentionsSource source={source} /> : null}
      {isLive && source.kind === "fediverse" ? <FediverseSource source={source} /> : null}
      <TailPart tail={tail} />
      <Refusals source={source} />
      {isNew || isFetched || isPublic ? null : connect}
      {source.kind === "webhook" && isLive ? <Webhook source={source} freshKey={key} /> : null}
      {isLive && isBroker && !isNew ? <Broker source={source} /> : null}
      {isLive && isMail ? <MailboxPart source={source} /> : null}
      {isFetched || source.kind === "fediverse" ? null : (
        <Keys source={source} onKey={() => head.current?.scrollIntoView({ block: "start" })} />
      )}
      {isLive ? <Limits source={source} /> : null}
      {isLive && (isFetched || source.kind === "fediverse") ? <StopListening source={source} /> : null}
    </>
  );
}

function Refusals({ source }: { source: Source }) {
  const { to } = useScope();
  if (source.rejected.length === 0) return null;
  return (
    <Part title="Rejected, by reason">
      <Table
        caption="Rejected, by reason"
        columns={[
          {
            title: "Reason",
            value: (row) => row.reason,
            show: (row) => (
              <Link
                to={to(
                  "/settings",
                  `tab=rejected&state=all&source=${encodeURIComponent(source.name)}&reason=${encodeURIComponent(row.reason)}`,
                )}
                className="link"
              >
                {spaced(row.reason)}
              </Link>
            ),
            isHead: true,
          },
          { title: "Events", value: (row) => row.n, show: (row) => count(row.n), isNumber: true },
        ]}
        rows={source.rejected}
        rowKey={(row) => row.reason}
        isTight
        isNarrow
      />
    </Part>
  );
}
