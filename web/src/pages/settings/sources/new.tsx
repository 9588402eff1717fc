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
  { kind: "mqtt", word: "Machines, by an MQTT broker", note: "what they publish is mapped to events here" },
];

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
      <h1>
        Three steps to the first event: name it,{" "}
        {kind === "mqtt" ? "say where its broker is, publish." : "take its key, send."}
      </h1>
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
            Make it, and {kind === "mqtt" ? "name its broker" : "show its key"}
          </Button>
        </div>
      </form>
      <p className="fine steps-ahead">
        <span className="step">2</span>{" "}
        {kind === "mqtt" ? "its broker and topics, and what a message means" : "its key, shown once"}{" "}
        <span className="step">3</span> {kind === "mqtt" ? "" : "lines to copy, and "}a check mark when the first event
        is here
      </p>
    </>
  );
}
