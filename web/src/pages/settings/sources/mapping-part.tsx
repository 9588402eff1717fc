// A mapping, field by field or as JSON, with a place below to try it; for a broker also where it is, and its password.
import { Button, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useUpdateSource } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Part } from "../../../components/part";
import { Problem } from "../../../components/states";
import {
  draftOf,
  EMPTY_DRAFT,
  type MappingDraft,
  type MappingField,
  type MappingShape,
  mappingOf,
  missing,
} from "./mapping";

interface MappingPartProps {
  source: Source;
  shape: MappingShape;
  about: ReactNode;
  tester: (mapping: string) => ReactNode;
}

export function MappingPart({ source, shape, about, tester }: MappingPartProps) {
  const update = useUpdateSource(source.id);
  const kept = draftOf(source.mapping);
  const [draft, setDraft] = useState<MappingDraft>(kept ?? EMPTY_DRAFT);
  const [asText, setAsText] = useState<string | null>(kept ? null : (source.mapping ?? ""));
  const [password, setPassword] = useState("");
  const mapping = asText ?? mappingOf(draft, shape);
  const gaps = asText === null ? missing(draft, shape) : [];
  const isChanged = password !== "" || mapping !== (kept ? mappingOf(kept, shape) : source.mapping);
  const hasBroker = shape.head.length > 0;
  const take = (written: string | null) => {
    const read = draftOf(written);
    setPassword("");
    setDraft(read ?? EMPTY_DRAFT);
    if (asText !== null || read === null) setAsText(written ?? "");
  };
  const keep = () =>
    update.mutate(password === "" ? { mapping } : { mapping, secret: password }, {
      onSuccess: (source) => take(source.mapping),
    });
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
      <button type="button" aria-pressed={asText !== null} onClick={() => setAsText(mappingOf(draft, shape))}>
        JSON
      </button>
    </>
  );
  return (
    <Part title={hasBroker ? "Broker and mapping" : "Mapping"} does={does}>
      {asText === null ? (
        <>
          {hasBroker ? <Fields fields={shape.head} draft={draft} onDraft={setDraft} /> : null}
          {hasBroker ? (
            <Password
              hasOne={source.has_secret}
              value={password}
              onValue={setPassword}
              onRemove={() => update.mutate({ secret: "" })}
            />
          ) : null}
          <p className="sub">{about}</p>
          <Fields fields={shape.fields} draft={draft} onDraft={setDraft} hasAlso />
        </>
      ) : (
        <>
          <p className="sub">{about}</p>
          <textarea
            className="sql"
            aria-label="The mapping as JSON"
            spellCheck={false}
            rows={14}
            value={asText}
            onChange={(event) => setAsText(event.target.value)}
          />
        </>
      )}
      {update.error ? <Problem error={update.error} what="The mapping could not be kept." /> : null}
      <div className="row" style={{ marginTop: 10 }}>
        <Button size="compact-md" disabled={!isChanged || gaps.length > 0} loading={update.isPending} onClick={keep}>
          {hasBroker ? "Keep it, and listen" : "Keep the mapping"}
        </Button>
        <span className="fine" aria-live="polite">
          {gaps.length > 0 ? `Still needed: ${gaps.join(", ")}.` : update.isSuccess && !isChanged ? "Kept." : ""}
        </span>
      </div>
      {tester(mapping)}
    </Part>
  );
}

interface FieldsProps {
  fields: MappingField[];
  draft: MappingDraft;
  onDraft: (draft: MappingDraft) => void;
  hasAlso?: boolean;
}

function Fields({ fields, draft, onDraft, hasAlso }: FieldsProps) {
  const set = (name: string, text: string) => onDraft({ ...draft, fields: { ...draft.fields, [name]: text } });
  return (
    <div className="mapping">
      {fields.map(({ name, about, example }) => {
        const of = {
          size: "xs" as const,
          label: name,
          description: about,
          placeholder: example,
          value: draft.fields[name] ?? "",
          spellCheck: false,
          autoComplete: "off",
          classNames: { input: "mono" },
        };
        return name === "ca" ? (
          <Textarea
            key={name}
            {...of}
            autosize
            maxRows={6}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        ) : (
          <TextInput key={name} {...of} onChange={(event) => set(name, event.currentTarget.value)} />
        );
      })}
      {hasAlso ? (
        <Textarea
          size="xs"
          label="also"
          description="further ids of the same person, one a line: kind, a colon, an expression"
          placeholder="email: body.customer.email"
          value={draft.also}
          onChange={(event) => onDraft({ ...draft, also: event.currentTarget.value })}
          spellCheck={false}
          autosize
          minRows={2}
          classNames={{ input: "mono" }}
        />
      ) : null}
    </div>
  );
}

interface PasswordProps {
  hasOne: boolean;
  value: string;
  onValue: (password: string) => void;
  onRemove: () => void;
}

function Password({ hasOne, value, onValue, onRemove }: PasswordProps) {
  return (
    <div className="row" style={{ alignItems: "end", margin: "12px 0" }}>
      <PasswordInput
        size="xs"
        w={250}
        label="Password"
        description={hasOne ? "one is kept, and never shown; empty leaves it" : "where the broker asks for one"}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value)}
        autoComplete="new-password"
      />
      {hasOne ? (
        <Button size="compact-sm" variant="default" onClick={onRemove}>
          Take the password away
        </Button>
      ) : null}
    </div>
  );
}
