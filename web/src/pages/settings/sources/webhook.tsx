// A webhook's mapping, field by field, with a place to try it on a pasted body; and the secret it is signed with.
import { Button, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTryMapping, useUpdateSource } from "../../../api/sources";
import type { Source, Tried } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Problem, Words } from "../../../components/states";
import { counted } from "../../../format";
import {
  draftOf,
  EMPTY_DRAFT,
  MAPPING_FIELDS,
  type MappingDraft,
  mappingOf,
  missing,
  newSecret,
  readable,
} from "./mapping";
import { KEY_PLACE, webhookCurl } from "./snippets";

export function Webhook({ source, freshKey }: { source: Source; freshKey: string | undefined }) {
  return (
    <>
      <MappingPart source={source} freshKey={freshKey} />
      <Secret source={source} />
    </>
  );
}

const SAMPLE_BODY = () => `{
  "id": "order-1",
  "type": "order.paid",
  "paid_at": "${new Date().toISOString()}",
  "currency": "EUR",
  "customer": { "id": "42", "email": "ann@example.org" },
  "lines": [{ "sku": "teapot", "total": 24.5 }]
}`;

function MappingPart({ source, freshKey }: { source: Source; freshKey: string | undefined }) {
  const update = useUpdateSource(source.id);
  const kept = draftOf(source.mapping);
  const [draft, setDraft] = useState<MappingDraft>(kept ?? EMPTY_DRAFT);
  const [asText, setAsText] = useState<string | null>(kept ? null : (source.mapping ?? ""));
  const mapping = asText ?? mappingOf(draft);
  const gaps = asText === null ? missing(draft) : [];
  const isChanged = mapping !== (kept ? mappingOf(kept) : source.mapping);
  const set = (name: string, text: string) => setDraft({ ...draft, fields: { ...draft.fields, [name]: text } });
  const toText = () => setAsText(mappingOf(draft));
  const toFields = () => {
    const read = draftOf(asText);
    if (!read) return;
    setDraft(read);
    setAsText(null);
  };
  const does = (
    <>
      <button type="button" aria-pressed={asText === null} disabled={draftOf(mapping) === null} onClick={toFields}>
        fields
      </button>
      <button type="button" aria-pressed={asText !== null} onClick={toText}>
        JSON
      </button>
    </>
  );
  return (
    <Part title="Mapping" does={does}>
      <p className="sub">
        Each field of an event is an expression in CEL over what comes: <code>body</code>, <code>headers</code> and,
        where there is a list in <code>each</code>, <code>item</code>. A plain word stands in quotes.
      </p>
      {asText === null ? (
        <div className="mapping">
          {MAPPING_FIELDS.map(({ name, about, example }) => (
            <TextInput
              key={name}
              size="xs"
              label={name}
              description={about}
              placeholder={example}
              value={draft.fields[name] ?? ""}
              onChange={(event) => set(name, event.currentTarget.value)}
              spellCheck={false}
              autoComplete="off"
              classNames={{ input: "mono" }}
            />
          ))}
          <Textarea
            size="xs"
            label="also"
            description="further ids of the same person, one a line: kind, a colon, an expression"
            placeholder="email: body.customer.email"
            value={draft.also}
            onChange={(event) => setDraft({ ...draft, also: event.currentTarget.value })}
            spellCheck={false}
            autosize
            minRows={2}
            classNames={{ input: "mono" }}
          />
        </div>
      ) : (
        <textarea
          className="sql"
          aria-label="The mapping as JSON"
          spellCheck={false}
          rows={14}
          value={asText}
          onChange={(event) => setAsText(event.target.value)}
        />
      )}
      {update.error ? <Problem error={update.error} what="The mapping could not be kept." /> : null}
      <div className="row" style={{ marginTop: 10 }}>
        <Button
          size="compact-md"
          disabled={!isChanged || gaps.length > 0}
          loading={update.isPending}
          onClick={() => update.mutate({ mapping })}
        >
          Keep the mapping
        </Button>
        <span className="fine" aria-live="polite">
          {gaps.length > 0 ? `Still needed: ${gaps.join(" and ")}.` : update.isSuccess && !isChanged ? "Kept." : ""}
        </span>
      </div>
      <Tester source={source} mapping={mapping} freshKey={freshKey} />
    </Part>
  );
}

interface TesterProps {
  source: Source;
  mapping: string;
  freshKey: string | undefined;
}

function Tester({ source, mapping, freshKey }: TesterProps) {
  const attempt = useTryMapping(source.id);
  const [body, setBody] = useState(SAMPLE_BODY);
  const id = `try-${source.id}`;
  const target = { origin: location.origin, source: source.name, key: freshKey ?? KEY_PLACE };
  return (
    <>
      <h3>
        <label htmlFor={id}>Try it on a body; nothing is stored</label>
      </h3>
      <textarea
        id={id}
        className="sql"
        spellCheck={false}
        rows={9}
        value={body}
        onChange={(event) => setBody(event.target.value)}
      />
      <div className="row" style={{ margin: "8px 0" }}>
        <Button
          size="compact-md"
          variant="default"
          loading={attempt.isPending}
          onClick={() => attempt.mutate({ body, mapping })}
        >
          Try
        </Button>
      </div>
      <div aria-live="polite" data-tried="">
        {attempt.data ? <Outcome tried={attempt.data} /> : null}
      </div>
      {attempt.error ? <Problem error={attempt.error} what="It could not be tried." /> : null}
      {source.has_secret ? null : (
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

function Secret({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const [secret, setSecret] = useState("");
  const [made, setMade] = useState<string | null>(null);
  const keep = (text: string) =>
    update.mutate(
      { secret: text },
      {
        onSuccess: () => {
          setMade(text === "" ? null : text);
          setSecret("");
        },
      },
    );
  return (
    <Part title="Secret" does={source.has_secret ? "must be signed" : "not signed"}>
      <p className="sub">
        {source.has_secret
          ? "What comes must be signed with the secret, as Standard Webhooks has it, at most five minutes ago; the key alone opens nothing."
          : "Without a secret the write key is asked for. With one, what comes must be signed with it, as Standard Webhooks has it."}
      </p>
      {made ? (
        <>
          <p className="sub">
            <b>Give the service this secret now</b>; it is not shown again.
          </p>
          <Copyable text={made} label="the secret" />
        </>
      ) : null}
      <div className="row">
        <TextInput
          aria-label="The service’s secret"
          placeholder="whsec_…"
          size="xs"
          w={280}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <Button size="compact-md" variant="default" disabled={secret === ""} onClick={() => keep(secret)}>
          Keep it
        </Button>
        <Button size="compact-md" variant="default" onClick={() => keep(newSecret())}>
          Make one
        </Button>
        {source.has_secret ? (
          <Button size="compact-md" variant="default" onClick={() => keep("")}>
            Take it away
          </Button>
        ) : null}
      </div>
      {update.error ? <Problem error={update.error} what="The secret could not be kept." /> : null}
    </Part>
  );
}
