// Names from outside: which stand for no verb yet, which do, and a verb for each. What is chosen holds for the past too.

import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { after } from "../../after";
import { useMapName, useNames } from "../../api/names";
import { useSettings } from "../../api/settings";
import type { MappedUse, Names, UnmappedUse, VerbRow } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { ScrollBox } from "../../components/scroll-box";
import { Answer, Problem } from "../../components/states";
import { downloadCsv } from "../../csv";
import { count, counted, dayShort, decimal, NONE } from "../../format";
import { useScope, useUrl } from "../../scope";
import { spaced } from "../../words";

/** Rows shown before one asks for more. */
const SHOWN = 100;

export function NamesSection() {
  const names = useNames();
  return (
    <Answer query={names} what="The names could not be read." height={360}>
      {(data) => <Body names={data} />}
    </Answer>
  );
}

function Headline({ names }: { names: Names }) {
  const nEvents = names.unmapped.reduce((sum, row) => sum + row.n, 0);
  if (names.unmapped.length === 0) return <h1>Every name that came in stands for a verb.</h1>;
  return (
    <h1>
      <a href="#unmapped" className="neg">
        {counted(names.unmapped.length, "name", "names")}
      </a>{" "}
      from outside {names.unmapped.length === 1 ? "stands" : "stand"} for no verb:{" "}
      {counted(nEvents, "event counts", "events count")} one point each, whatever was done.
    </h1>
  );
}

function Body({ names }: { names: Names }) {
  const { params, set } = useUrl();
  const asked = params.get("q") ?? "";
  const isAsked = (row: { name: string }) => row.name.toLowerCase().includes(asked.toLowerCase());
  const [said, setSaid] = useState("");
  const chosen = names.mapped.filter((row) => row.is_chosen && isAsked(row));
  const given = names.mapped.filter((row) => !row.is_chosen && isAsked(row));
  return (
    <>
      <Headline names={names} />
      <p className="sub">
        SDKs send names of their own, such as “Signed Up”. Say once which verb a name stands for: the past follows at
        once, and so it does when that is taken back.
      </p>
      <search className="filters">
        <TextInput
          type="search"
          size="xs"
          w={210}
          aria-label="Name"
          placeholder="Name"
          value={asked}
          onChange={(event) => set({ q: event.currentTarget.value })}
        />
      </search>
      <p className="sub" aria-live="polite" data-said="">
        {said}
      </p>
      <Unmapped rows={names.unmapped.filter(isAsked)} onSaid={setSaid} />
      {chosen.length === 0 ? null : <Chosen rows={chosen} onSaid={setSaid} />}
      <Given rows={given} onSaid={setSaid} />
    </>
  );
}

interface RowsProps<Row> {
  rows: Row[];
  onSaid: (said: string) => void;
}

function Unmapped({ rows, onSaid }: RowsProps<UnmappedUse>) {
  const [nShown, setShown] = useState(SHOWN);
  const save = () =>
    downloadCsv(
      "names without a verb",
      ["name", "events", "people", "last"],
      rows.map((row) => [row.name, row.n, row.n_people, row.last_day]),
    );
  return (
    <div id="unmapped">
      <Part title="Without a verb" does={<CsvButton of="The names without a verb" onSave={save} />}>
        {rows.length === 0 ? (
          <p className="hush">None. Events whose name is not known here will be listed, with how often they came.</p>
        ) : (
          <NameTable caption="Names without a verb">
            {rows.slice(0, nShown).map((row) => (
              <NameLine key={row.name} row={row} verb={null} onSaid={onSaid} />
            ))}
          </NameTable>
        )}
        {rows.length > nShown ? (
          <Button size="compact-md" variant="default" mt="sm" onClick={() => setShown(nShown + SHOWN)}>
            {count(rows.length - nShown)} more
          </Button>
        ) : null}
      </Part>
    </div>
  );
}

function Chosen({ rows, onSaid }: RowsProps<MappedUse>) {
  return (
    <Part title="Mapped here" does={counted(rows.length, "name", "names")}>
      <NameTable caption="Names mapped here">
        {rows.map((row) => (
          <NameLine key={row.name} row={row} verb={row.verb} isChosen onSaid={onSaid} />
        ))}
      </NameTable>
    </Part>
  );
}

function Given({ rows, onSaid }: RowsProps<MappedUse>) {
  const { to } = useScope();
  const met = rows.filter((row) => row.n > 0);
  return (
    <Part title="Mapped by the vocabulary" does={`${count(rows.length)} known, ${count(met.length)} came as such`}>
      <p className="sub">
        Common names of shops and apps have a verb already; the verbs themselves are under{" "}
        <Link to={to("/settings", "tab=weights")}>Weights</Link>. A choice made here wins over it.
      </p>
      <details>
        <summary>See them</summary>
        <NameTable caption="Names mapped by the vocabulary">
          {[...rows]
            .sort((a, b) => b.n - a.n || a.name.localeCompare(b.name))
            .map((row) => (
              <NameLine key={row.name} row={row} verb={row.verb} onSaid={onSaid} />
            ))}
        </NameTable>
      </details>
    </Part>
  );
}

function NameTable({ caption, children }: { caption: string; children: React.ReactNode }) {
  return (
    <ScrollBox label={caption}>
      <table className="tight names cards">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="n">
              Events
            </th>
            <th scope="col" className="n">
              People
            </th>
            <th scope="col">Last</th>
            <th scope="col">Verb</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ScrollBox>
  );
}

interface NameLineProps {
  row: { name: string; n: number; n_people: number; last_day: string | null };
  verb: string | null;
  /** Whether the verb was chosen here, and can be taken back. */
  isChosen?: boolean;
  onSaid: (said: string) => void;
}

/** What is said when a name was mapped, or no longer is. */
export function saidOf(name: string, verb: string | null, n: number): string {
  const events = counted(n, "past event", "past events");
  if (verb === null) return `“${name}” is no longer mapped by hand; its ${events} ${n === 1 ? "follows" : "follow"}.`;
  return `“${name}” now stands for “${spaced(verb)}”; its ${events} ${n === 1 ? "counts" : "count"} so too.`;
}

function NameLine({ row, verb, isChosen, onSaid }: NameLineProps) {
  const [isOpen, setOpen] = useState(false);
  const map = useMapName();
  const choose = (wanted: string | null) =>
    after(map.mutateAsync({ name: row.name, verb: wanted }), () => {
      setOpen(false);
      onSaid(saidOf(row.name, wanted, row.n));
    });
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td className="n" data-label="Events">
        {count(row.n)}
      </td>
      <td className="n" data-label="People">
        {count(row.n_people)}
      </td>
      <td className="nowrap" data-label="Last">
        {row.last_day ? dayShort(row.last_day) : NONE}
      </td>
      <td className="whole">
        {isOpen ? (
          <VerbChoice name={row.name} verb={verb} onChoose={choose} onClose={() => setOpen(false)} />
        ) : (
          <span className="row" style={{ gap: 10 }}>
            {verb ? <b>{spaced(verb)}</b> : null}
            <button
              type="button"
              className="why"
              onClick={() => setOpen(true)}
              aria-label={verb ? `Change the verb of ${row.name}` : `Choose a verb for ${row.name}`}
            >
              {verb ? "change" : "choose a verb"}
            </button>
            {isChosen ? (
              <button
                type="button"
                className="why"
                onClick={() => choose(null)}
                aria-label={`Take back the verb of ${row.name}`}
              >
                take back
              </button>
            ) : null}
          </span>
        )}
        {map.error ? <Problem error={map.error} /> : null}
      </td>
    </tr>
  );
}

const KIND_MARKS: Record<VerbRow["kind"], string> = { "+": "+", "0": "○", "-": "−", "±": "±" };

/** A verb with what it is worth: "bought · 10 points, +". */
const ROLE_WORDS: Record<string, string> = {
  purchase: ", makes a customer",
  renewal: ", goes on with a contract",
  refund: ", takes value back",
  cancellation: ", ends a contract",
};

export function verbLabel({ verb, points, kind, role }: VerbRow): string {
  const by = ROLE_WORDS[role] ?? "";
  return `${spaced(verb)} · ${decimal(points)} ${points === 1 ? "point" : "points"}, ${KIND_MARKS[kind] ?? kind}${by}`;
}

interface VerbChoiceProps {
  name: string;
  verb: string | null;
  onChoose: (verb: string) => void;
  onClose: () => void;
}

function VerbChoice({ name, verb, onChoose, onClose }: VerbChoiceProps) {
  const settings = useSettings();
  const verbs = (settings.data?.verbs ?? []).filter((row) => row.by === "person");
  const data = verbs
    .map((row) => ({ value: row.verb, label: verbLabel(row) }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Select
      aria-label={`Verb for ${name}`}
      placeholder="a verb"
      size="xs"
      w={260}
      searchable
      autoFocus
      defaultDropdownOpened
      data={data}
      value={verb}
      nothingFoundMessage="no verb by that name"
      maxDropdownHeight={280}
      allowDeselect={false}
      onChange={(wanted) => wanted && onChoose(wanted)}
      onBlur={onClose}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    />
  );
}
