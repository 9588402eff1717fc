// The second and third step: the key, which is shown once, the lines to copy with host and key in them, and a check mark
// when the first event is here.
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useSendTestEvent } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Problem, Words } from "../../../components/states";
import { ago } from "../../../format";
import { useScope } from "../../../scope";
import { KEY_PLACE, SNIPPETS, type Target, webhookAddress } from "./snippets";

interface ConnectProps {
  source: Source;
  /** The key, as long as this page remembers it. */
  freshKey: string | undefined;
  /** Whether an event has come, as far as the page knows. */
  isHeard: boolean;
}

export function Connect({ source, freshKey, isHeard }: ConnectProps) {
  const target: Target = {
    origin: location.origin,
    key: freshKey ?? KEY_PLACE,
    brand: source.brand,
    source: source.name,
  };
  return (
    <>
      {freshKey ? (
        <Part title={<Step n={2} name="Its write key" />}>
          <p className="sub">
            <b>Copy it now: it is shown this one time.</b> Parlour keeps only its hash. If it is lost, replace it below.
          </p>
          <Copyable text={freshKey} label="the write key" />
        </Part>
      ) : null}
      <Part title={freshKey ? <Step n={3} name="Send" /> : "How to send"}>
        {source.kind === "webhook" ? <WebhookLines target={target} /> : <SdkLines target={target} />}
        {freshKey || source.kind === "webhook" ? null : (
          <p className="fine">
            Put the source’s key in the place of <code>{KEY_PLACE}</code>; it was shown when it was made.
          </p>
        )}
        <FirstEvent source={source} freshKey={freshKey} isHeard={isHeard} />
      </Part>
    </>
  );
}

function Step({ n, name }: { n: number; name: string }) {
  return (
    <>
      <span className="step">{n}</span> {name}
    </>
  );
}

const PLACES = [...new Set(SNIPPETS.map((snippet) => snippet.place))];

function SdkLines({ target }: { target: Target }) {
  const [id, setId] = useState(SNIPPETS[0]?.id);
  const chosen = SNIPPETS.find((snippet) => snippet.id === id) ?? SNIPPETS[0];
  if (!chosen) return null;
  return (
    <>
      <fieldset className="plain picks">
        <legend className="unseen">Which SDK</legend>
        {PLACES.map((place) => (
          <div key={place} className="pick-row">
            <span className="fine">{place}</span>
            <span className="picks-of">
              {SNIPPETS.filter((snippet) => snippet.place === place).map((snippet) => (
                <label key={snippet.id} className="pick">
                  <input
                    type="radio"
                    name="sdk"
                    checked={snippet.id === chosen.id}
                    onChange={() => setId(snippet.id)}
                    aria-label={`${snippet.name}, ${place}`}
                  />
                  <span>{snippet.name}</span>
                </label>
              ))}
            </span>
          </div>
        ))}
      </fieldset>
      {chosen.install ? <Copyable text={chosen.install} label="how to install it" /> : null}
      <Copyable text={chosen.text(target)} label={`the lines for ${chosen.name}, ${chosen.place}`} />
    </>
  );
}

function WebhookLines({ target }: { target: Target }) {
  return (
    <>
      <p className="sub">
        Give the other service this address. It sends the key as <code>Authorization: Bearer</code>, or signs what it
        sends with the secret below; what its JSON means is said under “Mapping”.
      </p>
      <Copyable text={webhookAddress(target)} label="the webhook’s address" />
    </>
  );
}

/** The check mark, and a way to bring it about from here. */
export function FirstEvent({ source, freshKey, isHeard }: ConnectProps) {
  const { to } = useScope();
  const send = useSendTestEvent(source);
  const refused = send.data?.events.find((event) => event.result === "rejected");
  const canTest = freshKey !== undefined && source.kind === "sdk";
  return (
    <div className="heard" data-heard={isHeard} aria-live="polite">
      <span className={isHeard ? "heard-mark pos" : "heard-mark waiting"} aria-hidden="true">
        {isHeard ? "✓" : ""}
      </span>
      <div>
        {isHeard ? (
          <p>
            <b>The first event is here</b>
            {source.first_event_at ? `, ${ago(source.first_event_at)}` : ""}. Who sent it is under{" "}
            <Link to={to("/people")}>People</Link>.
          </p>
        ) : (
          <p>
            <b>Waiting for the first event.</b> This page notices it by itself.
          </p>
        )}
        {canTest ? (
          <p className="fine row">
            <Button size="compact-sm" variant="default" loading={send.isPending} onClick={() => send.mutate(freshKey)}>
              Send a test event
            </Button>
            <span>one visit by “parlour-test”, through the same door; it counts for nothing</span>
          </p>
        ) : null}
        {refused?.message ? (
          <p className="neg">
            The test event was rejected: <Words text={refused.message} />
          </p>
        ) : null}
        {send.error ? <Problem error={send.error} what="The test event could not be sent." /> : null}
      </div>
    </div>
  );
}
