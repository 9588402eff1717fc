// What a webhook needs: its mapping, and the secret it is signed with.
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useUpdateSource } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Problem } from "../../../components/states";
import { newSecret, WEBHOOK_SHAPE } from "./mapping";
import { MappingPart } from "./mapping-part";
import { Tester } from "./tester";

const SAMPLE_BODY = () => `{
  "id": "order-1",
  "type": "order.paid",
  "paid_at": "${new Date().toISOString()}",
  "currency": "EUR",
  "customer": { "id": "42", "email": "ann@example.org" },
  "lines": [{ "sku": "teapot", "total": 24.5 }]
}`;

export function Webhook({ source, freshKey }: { source: Source; freshKey: string | undefined }) {
  return (
    <>
      <MappingPart
        source={source}
        shape={WEBHOOK_SHAPE}
        about={
          <>
            Each field of an event is an expression in CEL over what comes: <code>body</code>, <code>headers</code> and,
            where there is a list in <code>each</code>, <code>item</code>. A plain word stands in quotes.
          </>
        }
        tester={(mapping) => (
          <Tester source={source} mapping={mapping} sample={SAMPLE_BODY} freshKey={freshKey} pattern={null} />
        )}
      />
      <Secret source={source} />
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
