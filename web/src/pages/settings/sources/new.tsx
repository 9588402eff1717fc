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
import { nameFlaw } from "./words";

const KINDS = [
  { kind: "sdk", word: "A site, an app or a script of yours", note: "with an SDK, or a line of curl" },
  { kind: "webhook", word: "Another service’s webhook", note: "its JSON is mapped to events here" },
  { kind: "form", word: "Visitors, by a form or widget", note: "one line on a page; they write, and read the answer" },
  { kind: "mentions", word: "Blogs and feeds that mention us", note: "by Webmention, and by RSS or Atom" },
  { kind: "mqtt", word: "Machines, by an MQTT broker", note: "what they publish is mapped to events here" },
];

/** What comes after the name, where that is not a key: in the headline, on the button, and as the second step. */
const WAYS: Record<string, [string, string, string]> = {
  mqtt: ["say where its broker is, publish.", "name its broker", "its broker and topics, and what a message means"],
  form: ["put a line on a page, write.", "show the line for a page", "the line for a page, and how it looks"],
  mentions: [
    "say which sites are yours and which feeds to look at, wait.",
    "name sites and feeds",
    "your sites, and the feeds to look at",
  ],
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
  const [isTried, setTried] = useState(false);
  const flaw = nameFlaw(name, sources.data?.rows.map((source) => source.name) ?? []);
  const brands = (workspace?.objects ?? []).filter((object) => object.kind === "brand").map((object) => object.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (flaw) return;
    create.mutate(
      { name: name.trim(), brand: brand.trim() || null, layer, kind },
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
      <h1>Three steps to the first event: name it, {WAYS[kind]?.[0] ?? "take its key, send."}</h1>
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
        {create.error ? <Problem error={create.error} what="The source could not be made." /> : null}
        <div>
          <Button type="submit" loading={create.isPending}>
            Make it, and {WAYS[kind]?.[1] ?? "show its key"}
          </Button>
        </div>
      </form>
      <p className="fine steps-ahead">
        <span className="step">2</span> {WAYS[kind]?.[2] ?? "its key, shown once"} <span className="step">3</span>{" "}
        {WAYS[kind] ? "" : "lines to copy, and "}a check mark when the first event is here
      </p>
    </>
  );
}
