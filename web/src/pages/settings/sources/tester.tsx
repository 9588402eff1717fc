// A place to try a mapping, kept or not, on a pasted body.
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTryMapping } from "../../../api/sources";
import type { Source, Tried } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Problem, Words } from "../../../components/states";
import { counted } from "../../../format";
import { readable, topicOf } from "./mapping";
import { KEY_PLACE, webhookCurl } from "./snippets";

interface TesterProps {
  source: Source;
  mapping: string;
  sample: () => string;
  freshKey: string | undefined;
  /** The topics a broker is asked for; null where there is no broker. */
  pattern: string | null;
}

export function Tester({ source, mapping, sample, freshKey, pattern }: TesterProps) {
  const attempt = useTryMapping(source.id);
  const [body, setBody] = useState(sample);
  const [topic, setTopic] = useState<string | null>(null);
  const id = `try-${source.id}`;
  const target = { origin: location.origin, source: source.name, key: freshKey ?? KEY_PLACE };
  const isBroker = pattern !== null;
  const shownTopic = topic ?? topicOf(pattern ?? "");
  return (
    <>
      <h3>
        <label htmlFor={id}>Try it on a {isBroker ? "message" : "body"}; nothing is stored</label>
      </h3>
      {isBroker ? (
        <TextInput
          size="xs"
          maw={420}
          mb={8}
          label="Published to"
          placeholder="shop/ann/sold"
          value={shownTopic}
          onChange={(event) => setTopic(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: "mono" }}
        />
      ) : null}
      <textarea
        id={id}
        className="sql"
        spellCheck={false}
        rows={isBroker ? 5 : 9}
        value={body}
        onChange={(event) => setBody(event.target.value)}
      />
      <div className="row" style={{ margin: "8px 0" }}>
        <Button
          size="compact-md"
          variant="default"
          loading={attempt.isPending}
          onClick={() => attempt.mutate({ body, mapping, topic: isBroker ? shownTopic : null })}
        >
          Try
        </Button>
      </div>
      <div aria-live="polite" data-tried="">
        {attempt.data ? <Outcome tried={attempt.data} /> : null}
      </div>
      {attempt.error ? <Problem error={attempt.error} what="It could not be tried." /> : null}
      {source.has_secret || isBroker ? null : (
        <details>
          <summary className="fine">Send it for real, from a shell</summary>
          <Copyable text={webhookCurl(target, body)} label="the lines that send this body" />
        </details>
      )}
    </>
  );
}

function Outcome({ tried }: { tried: Tried }) {
  if (tried.reason) {
    return (
      <p className="neg">
        × It would be rejected: <Words text={tried.reason} />
      </p>
    );
  }
  if (tried.events.length === 0) return <p>It is passed over: “when” is not true of it.</p>;
  return (
    <>
      <p>
        <span className="pos">✓</span> It becomes {counted(tried.events.length, "event", "events")}:
      </p>
      <pre className="raw">{JSON.stringify((tried.events as Record<string, unknown>[]).map(readable), null, 2)}</pre>
    </>
  );
}
