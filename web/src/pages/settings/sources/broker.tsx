// A broker that is listened to: how it stands with it, where it is, and what its messages mean.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Source } from "../../../api/types";
import { Part } from "../../../components/part";
import { Words } from "../../../components/states";
import { ago, instantText } from "../../../format";
import { FirstEvent } from "./connect";
import { Revoke } from "./keys";
import { BROKER_SHAPE, draftOf } from "./mapping";
import { MappingPart } from "./mapping-part";
import { Tester } from "./tester";

const SAMPLE_BODY = () => `{
  "sku": "teapot",
  "price": 24.5
}`;

export function Broker({ source }: { source: Source }) {
  return (
    <MappingPart
      source={source}
      shape={BROKER_SHAPE}
      about={
        <>
          Each field of an event is an expression in CEL over what is published: <code>topic</code>, <code>levels</code>{" "}
          (its parts, the first is <code>levels[0]</code>), <code>body</code> and, where there is a list in{" "}
          <code>each</code>, <code>item</code>. A plain word stands in quotes.
        </>
      }
      tester={(mapping) => (
        <Tester
          source={source}
          mapping={mapping}
          sample={SAMPLE_BODY}
          freshKey={undefined}
          pattern={draftOf(mapping)?.fields.topic ?? ""}
        />
      )}
    />
  );
}

/** How it stands with the broker, and the check mark when its first event is here. */
export function Connection({ source, isHeard }: { source: Source; isHeard: boolean }) {
  const isOn = source.broker?.is_connected === true;
  return (
    <Part title="Connection">
      <div className="heard" data-connected={isOn} aria-live="polite">
        <span className={isOn ? "heard-mark pos" : "heard-mark waiting"} aria-hidden="true">
          {isOn ? "✓" : ""}
        </span>
        <div>
          <LinkWords source={source} />
        </div>
      </div>
      {source.mapping === null ? null : <FirstEvent source={source} freshKey={undefined} isHeard={isHeard} />}
    </Part>
  );
}

function LinkWords({ source }: { source: Source }) {
  const link = source.broker;
  if (source.mapping === null) {
    return (
      <p>
        <b>No broker is named yet.</b> Say below which one, which topics, and what a message means.
      </p>
    );
  }
  if (link === null) {
    return (
      <p>
        <b>Connecting …</b>
      </p>
    );
  }
  const error = link.error === null ? null : <Words text={link.error} />;
  if (!link.is_connected) {
    return (
      <>
        <p>
          <b className="neg">Not connected</b> since {instantText(link.since)}: {error}.
        </p>
        <p className="fine">It is tried again by itself, at least once a minute, and at once after a change below.</p>
      </>
    );
  }
  return (
    <>
      <p>
        <b>Connected</b> since {instantText(link.since)};{" "}
        {link.last_message_at
          ? `the last message came ${ago(link.last_message_at)}.`
          : "no message has come since then."}
      </p>
      {error ? <p className="fine">What went wrong before that: {error}.</p> : null}
    </>
  );
}

/** The end of listening. */
export function StopListening({ source }: { source: Source }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <Part title="Stop listening">
      <p className="sub">Ends the subscription at the broker. What it brought stays.</p>
      <Button size="compact-md" variant="default" onClick={() => setAsked(true)}>
        Remove the source
      </Button>
      <Revoke source={source} isOpen={isAsked} onClose={() => setAsked(false)} />
    </Part>
  );
}
