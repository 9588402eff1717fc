// A broker that is listened to: how it stands with it, where it is, and what its messages mean.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Source } from "../../../api/types";
import { Part } from "../../../components/part";
import { FirstEvent } from "./connect";
import { Revoke } from "./keys";
import { LinkState } from "./link-state";
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
  return (
    <Part title="Connection">
      <LinkState
        link={source.broker}
        missing={
          source.mapping === null ? (
            <p>
              <b>No broker is named yet.</b> Say below which one, which topics, and what a message means.
            </p>
          ) : null
        }
      />
      {source.mapping === null ? null : <FirstEvent source={source} freshKey={undefined} isHeard={isHeard} />}
    </Part>
  );
}

/** The end of listening. */
/** What ends with a source of these kinds. */
const ENDS: Record<string, string> = {
  mail: "Reads this mailbox no more.",
  mqtt: "Ends the subscription at the broker.",
  fediverse: "The brand is found there no more, and nothing said to it is heard.",
};

export function StopListening({ source }: { source: Source }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <Part title="Stop listening">
      <p className="sub">{ENDS[source.kind]} What it brought stays.</p>
      <Button size="compact-md" variant="default" onClick={() => setAsked(true)}>
        Remove the source
      </Button>
      <Revoke source={source} isOpen={isAsked} onClose={() => setAsked(false)} />
    </Part>
  );
}
