// The first of three steps from nothing to the first event: what the source is called and what its events are about. The
// other two, the key and the lines to copy, are at the head of the source's own page.
import { Autocomplete, Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useCreateSource, useSources } from "../../../api/sources";
import { useWorkspace } from "../../../api/workspace";
import { Problem } from "../../../components/states";
import { useScope } from "../../../scope";
import { LayerChoice } from "./layer-choice";
import { changeOf, draftOf, MailboxFields } from "./mailbox-fields";
import { nameFlaw } from "./words";

const KINDS = [
  { kind: "sdk", word: "A site, an app or a script of yours", note: "with an SDK, or a line of curl" },
  { kind: "webhook", word: "Another service’s webhook", note: "its JSON is mapped to events here" },
  { kind: "form", word: "Visitors, by a form or widget", note: "one line on a page; they write, and read the answer" },
  { kind: "mentions", word: "Blogs and feeds that mention us", note: "by Webmention, and by RSS or Atom" },
  { kind: "mqtt", word: "Machines, by an MQTT broker", note: "what they publish is mapped to events here" },
  { kind: "fediverse", word: "People of the fediverse", note: "they mention, follow and are answered by the brand" },
  { kind: "mail", word: "People, by mail", note: "a mailbox is read; what they ask is answered under Asks" },
];

/** What comes after the name: the second step, and what the button and the headline say of it. */
const STEPS: Record<string, { headline: string; button: string; second: string; third: string }> = {
  mqtt: {
    headline: "say where its broker is, publish.",
    button: "name its broker",
    second: "its broker and topics, and what a message means",
    third: "",
  },
  mail: { headline: "say where the mailbox is, write to it.", button: "read it", second: "how it stands", third: "" },
  form: {
    headline: "put a line on a page, write.",
    button: "show the line for a page",
    second: "the line for a page, and how it looks",
    third: "",
  },
  mentions: {
    headline: "say which sites are yours and which feeds to look at, wait.",
    button: "name sites and feeds",
    second: "your sites, and the feeds to look at",
    third: "",
  },
  fediverse: {
    headline: "look for it from another server, mention it.",
    button: "show its address",
    second: "what it is called there",
    third: "",
  },
  sdk: {
    headline: "take its key, send.",
    button: "show its key",
    second: "its key, shown once",
    third: "lines to copy, and ",
  },
};

export function NewSourceForm() {
  const { to } = useScope();
  const navigate = useNavigate();
  const { data: workspace } = useWorkspace();
  const sources = useSources();
  const create = useCreateSource();
  const [name, setName] = useState("");
  const [brand, setBrand] = useState("");
  const [layer, setLayer] = useState("web");
  const [kind, setKind] = useState("sdk");
  const [mailbox, setMailbox] = useState(draftOf(null));
  const [isTried, setTried] = useState(false);
  const steps = STEPS[kind] ?? STEPS.sdk;
  const flaw = nameFlaw(name, sources.data?.rows.map((source) => source.name) ?? []);
  const brands = (workspace?.objects ?? []).filter((object) => object.kind === "brand").map((object) => object.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (flaw) return;
    create.mutate(
      {
        name: name.trim(),
        brand: brand.trim() || null,
        layer,
        kind,
        mailbox: kind === "mail" ? changeOf(mailbox) : null,
      },
      { onSuccess: ({ source }) => navigate(to("/settings", `tab=sources&source=${source.id}`), { replace: true }) },
    );
  };
  return (
    <>
      <p className="fine">
        <Link to={to("/settings", "tab=sources")} className="link">
          Sources
        </Link>{" "}
        / new
      </p>
      <h1>Three steps to the first event: name it, {steps?.headline}</h1>
      <form onSubmit={submit} className="sheet">
        <h2>
          <span className="step">1</span> Name it
        </h2>
        <TextInput
          label="Name"
          description="Stands beside every event it sends, and never changes."
          placeholder="web-shop"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isTried ? flaw : null}
          autoComplete="off"
          data-autofocus
        />
        <Autocomplete
          label="Brand"
          description="Whom its events are toward unless they say otherwise; left empty, that of the first source, or one of the source’s name."
          placeholder={brands[0] ?? "acme"}
          data={brands}
          value={brand}
          onChange={setBrand}
        />
        <LayerChoice value={layer} onChange={setLayer} />
        <fieldset className="plain">
          <legend>What sends</legend>
          {KINDS.map((one) => (
            <label key={one.kind} className="choice">
              <input type="radio" name="kind" checked={kind === one.kind} onChange={() => setKind(one.kind)} />
              <span>
                {one.word} <small className="fine">{one.note}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {kind === "mail" ? <MailboxFields draft={mailbox} isNew onChange={setMailbox} /> : null}
        {create.error ? <Problem error={create.error} what="The source could not be made." /> : null}
        <div>
          <Button type="submit" loading={create.isPending}>
            Make it, and {steps?.button}
          </Button>
        </div>
      </form>
      <p className="fine steps-ahead">
        <span className="step">2</span> {steps?.second} <span className="step">3</span> {steps?.third}a check mark when
        the first event is here
      </p>
    </>
  );
}
