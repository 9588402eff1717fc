// The weights: every parameter with its meaning, the layers' factors, the verbs with their points, and names not yet mapped.

import { Link } from "react-router";
import { useSettings } from "../../api/settings";
import type { Settings, VerbRow } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { LayerMark } from "../../components/layers";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { type Column, Table } from "../../components/table";
import { downloadCsv } from "../../csv";
import { count, counted, decimal } from "../../format";
import { useScope } from "../../scope";
import { spaced } from "../../words";

export function Weights() {
  const settings = useSettings();
  return (
    <>
      <h1>What each thing that people do is worth.</h1>
      <p className="sub">
        Weights are applied when reading, so a change here changes the past too. They are set in the vocabulary file and
        in the settings of the server.
      </p>
      <Answer query={settings} what="The settings could not be read." height={360}>
        {(data) => <Body settings={data} />}
      </Answer>
    </>
  );
}

const KIND_WORDS: Record<VerbRow["kind"], string> = {
  "+": "+ positive",
  "0": "○ neither",
  "-": "− negative",
  "±": "± from its rating or text",
};

const verbColumns: Column<VerbRow>[] = [
  { title: "Verb", value: (row) => row.verb, show: (row) => spaced(row.verb), isHead: true },
  { title: "Seen", value: (row) => row.n, show: (row) => (row.n > 0 ? count(row.n) : "·"), isNumber: true },
  { title: "Points", value: (row) => row.points, show: (row) => decimal(row.points), isNumber: true },
  { title: "Kind", value: (row) => row.kind, show: (row) => KIND_WORDS[row.kind] ?? row.kind },
  { title: "Opens an ask", value: (row) => row.ask, show: (row) => (row.ask ? spaced(row.ask) : "") },
  { title: "By", value: (row) => row.by },
  { title: "ActivityStreams 2.0", value: (row) => row.as2 },
];

const parameterColumns: Column<Settings["parameters"][number]>[] = [
  { title: "Parameter", value: (row) => row.name, show: (row) => <code>{row.name}</code>, isHead: true },
  {
    title: "Value",
    value: (row) => row.value,
    show: (row) => (
      <>
        {row.value}
        {row.value === row.default ? null : <small className="fine"> (default {row.default})</small>}
      </>
    ),
  },
  { title: "What it does", value: (row) => row.about, show: (row) => <span className="about">{row.about}</span> },
];

function Unmapped({ settings }: { settings: Settings }) {
  const { to } = useScope();
  if (settings.unmapped.length === 0) return null;
  return (
    <p className="sub">
      <Link to={to("/settings", "tab=names")}>{counted(settings.unmapped.length, "name", "names")}</Link> from outside{" "}
      {settings.unmapped.length === 1 ? "stands" : "stand"} for no verb yet.
    </p>
  );
}

function Body({ settings }: { settings: Settings }) {
  const verbs = [...settings.verbs].sort((a, b) => b.n - a.n);
  const save = () =>
    downloadCsv(
      "vocabulary",
      ["verb", "seen", "points", "kind", "ask", "role", "by", "as2"],
      verbs.map((row) => [row.verb, row.n, row.points, row.kind, row.ask, row.role, row.by, row.as2]),
    );
  return (
    <>
      <Unmapped settings={settings} />
      <Part title="Parameters">
        <Table
          caption="Parameters"
          columns={parameterColumns}
          rows={settings.parameters}
          rowKey={(row) => row.name}
          isTight
        />
      </Part>
      <Part title="Layers" does="factor">
        <ul className="layers">
          {settings.layers.map(({ layer, factor }) => (
            <li key={layer}>
              <LayerMark layer={layer} /> {decimal(factor)} ×
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Verbs" does={<CsvButton of="The verbs" onSave={save} />}>
        <Table caption="Verbs" columns={verbColumns} rows={verbs} rowKey={(row) => row.verb} isTight />
      </Part>
      <Part title="Names from outside, and the verbs they mean">
        <Table
          caption="Names from outside"
          columns={[
            { title: "Name", value: (row) => row.name, isHead: true },
            { title: "Verb", value: (row) => row.verb, show: (row) => spaced(row.verb) },
          ]}
          rows={settings.names}
          rowKey={(row) => row.name}
          isTight
          isNarrow
        />
      </Part>
    </>
  );
}
