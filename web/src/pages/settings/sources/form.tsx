// A form and widget: the lines to put on a page, how it looks, who is believed to be whom, and the widget itself to try.
import { Button, NumberInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useUpdateSource } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Problem } from "../../../components/states";
import { type FormLook, lookOf, mappingOf, policyLine, signingLine, widgetLine } from "./form-look";
import { KeepChange } from "./keep-change";
import { newSecret } from "./mapping";

export function FormSource({ source }: { source: Source }) {
  return (
    <>
      <Lines source={source} />
      <Try source={source} />
      <Look source={source} />
      <Users source={source} />
    </>
  );
}

function Lines({ source }: { source: Source }) {
  const { origin } = location;
  if (source.public_key === null) return null;
  return (
    <Part title="Put it on a page">
      <p className="sub">
        One line, anywhere on the page. It shows a button; nothing is kept in the browser and no cookie is set, until
        somebody writes and agrees to it.
      </p>
      <Copyable text={widgetLine(origin, source.public_key)} label="the line for a page" />
      <p className="sub">
        A page with a Content-Security-Policy must allow that: <code>{policyLine(origin)}</code>. With{" "}
        <code>data-into="ID"</code> it stands inside an element of yours instead.
      </p>
      <p className="sub">
        Without a script, in a mail or on a poster, this page does the same; its answers go by mail.
      </p>
      <Copyable text={`${origin}/form/${encodeURIComponent(source.name)}`} label="the form’s address" />
    </Part>
  );
}

/** The widget as it is on a page, made anew whenever its settings change. */
function Try({ source }: { source: Source }) {
  const place = useRef<HTMLDivElement>(null);
  const [isShown, setShown] = useState(false);
  const { public_key: key, mapping, id } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it looks like is in the mapping, which the widget asks for itself
  useEffect(() => {
    const into = place.current;
    if (!isShown || !into || key === null) return;
    const script = document.createElement("script");
    script.src = "/widget.js";
    Object.assign(script.dataset, { key, into: into.id });
    into.append(script);
    return () => into.replaceChildren();
  }, [isShown, key, mapping]);
  if (key === null) return null;
  return (
    <Part title="Try it">
      <p className="sub">
        This is the widget itself. What you send here is real, and lands in Asks; what is answered there appears here.
      </p>
      {isShown ? null : (
        <Button variant="default" size="compact-md" onClick={() => setShown(true)}>
          Show it here
        </Button>
      )}
      <div ref={place} id={`widget-preview-${id}`} className="widget-preview" />
    </Part>
  );
}

function Look({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const [look, setLook] = useState<FormLook>(() => lookOf(source.mapping));
  const isChanged = mappingOf(look) !== mappingOf(lookOf(source.mapping));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ mapping: mappingOf(look) });
  };
  return (
    <Part title="Looks and limits">
      <form onSubmit={submit} className="sheet">
        <TextInput
          label="Title"
          description="Left empty, words of the page’s language: English, German, Spanish or French."
          value={look.title}
          onChange={(event) => setLook({ ...look, title: event.currentTarget.value })}
        />
        <Textarea
          label="Greeting"
          autosize
          minRows={2}
          value={look.greeting}
          onChange={(event) => setLook({ ...look, greeting: event.currentTarget.value })}
        />
        <TextInput
          label="Colour"
          placeholder="#7a1f3d"
          value={look.color}
          onChange={(event) => setLook({ ...look, color: event.currentTarget.value })}
        />
        <Textarea
          label="Sites it may be used on"
          description="One a line, such as https://shop.example. Left empty: any."
          autosize
          minRows={2}
          value={look.sites}
          onChange={(event) => setLook({ ...look, sites: event.currentTarget.value })}
        />
        <NumberInput
          label="At most, messages a minute"
          description="Of all visitors together; who comes then is asked to try again in a minute."
          min={1}
          allowDecimal={false}
          hideControls
          value={look.per_minute}
          onChange={(value) => setLook({ ...look, per_minute: Number(value) || 1 })}
        />
        <label className="choice">
          <input
            type="checkbox"
            checked={look.honeypot}
            onChange={(event) => setLook({ ...look, honeypot: event.target.checked })}
          />
          <span>
            A field that people do not see{" "}
            <small className="fine">on the page without a script; programs fill it in</small>
          </span>
        </label>
        <KeepChange update={update} isChanged={isChanged} />
      </form>
    </Part>
  );
}

function Users({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const [made, setMade] = useState<string | null>(null);
  const keep = (secret: string) =>
    update.mutate({ secret }, { onSuccess: () => setMade(secret === "" ? null : secret) });
  return (
    <Part title="Users who are signed in" does={source.has_secret ? "by a signature" : "nobody is believed"}>
      <p className="sub">
        A page that knows its user says who they are, and signs it on its server with a secret that both know. Then the
        conversation is theirs, wherever they sign in. An id without a signature is not believed.
      </p>
      {made ? (
        <>
          <p className="sub">
            <b>Give your server this secret now</b>; it is not shown again.
          </p>
          <Copyable text={made} label="the secret" />
        </>
      ) : null}
      <div className="row">
        <Button size="compact-md" variant="default" loading={update.isPending} onClick={() => keep(newSecret())}>
          {source.has_secret ? "Make another secret" : "Make a secret"}
        </Button>
        {source.has_secret ? (
          <Button size="compact-md" variant="default" onClick={() => keep("")}>
            Take it away
          </Button>
        ) : null}
      </div>
      {source.has_secret && source.public_key ? (
        <>
          <p className="sub">
            <code>data-signature</code> is the HMAC-SHA256 of the id in hexadecimal digits, or a JSON Web Token (HS256)
            with <code>sub</code> and <code>exp</code>. In Node:
          </p>
          <Copyable text={signingLine(location.origin, source.public_key)} label="how to sign" />
        </>
      ) : null}
      {update.error ? <Problem error={update.error} what="The secret could not be kept." /> : null}
    </Part>
  );
}
