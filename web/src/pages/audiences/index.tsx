// Audiences: the people who fit a question, under a name, counted live; opened, renamed, deleted.

import { Modal } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { after } from "../../after";
import { useAudiences, useDeleteAudience, useSaveAudience } from "../../api/audiences";
import { useRights } from "../../api/session";
import type { Audience, Audiences as AudiencesData } from "../../api/types";
import { useWorkspace } from "../../api/workspace";
import { AskOnce } from "../../components/ask-once";
import { CsvButton } from "../../components/csv-button";
import { NameForm } from "../../components/name-form";
import { Answer, Problem, useTitle } from "../../components/states";
import { type Column, csvOf, Table } from "../../components/table";
import { downloadCsv } from "../../csv";
import { count, counted, instantText } from "../../format";
import { queryOf } from "../../people-query";
import { useScope } from "../../scope";
import { clausesOf, nounOf } from "../../words";

export function Audiences() {
  useTitle("Audiences");
  const audiences = useAudiences();
  return (
    <>
      <div className="top">
        <span>All objects</span>
      </div>
      <Answer query={audiences} what="The audiences could not be read." height={300}>
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

function Body({ data }: { data: AudiencesData }) {
  const { to } = useScope();
  if (data.rows.length === 0) {
    return (
      <>
        <h1>There are no audiences yet.</h1>
        <p className="sub">
          An audience is a question under a name, such as “customers who lapsed and had spent much”. Narrow{" "}
          <Link to={to("/people")}>People</Link> or open a kind of <Link to={to("/leaving")}>Leaving</Link>, then press{" "}
          <b>Make an audience</b>.
        </p>
      </>
    );
  }
  const largest = data.rows.reduce((a, b) => ((b.n ?? 0) > (a.n ?? 0) ? b : a));
  return (
    <>
      <h1>
        {counted(data.rows.length, "audience", "audiences")}, counted now
        {data.rows.length > 1 ? `; the largest, “${largest.name}”, has ` : ": it has "}
        <Link to={`/people?${largest.list}`} data-list="">
          {count(largest.n ?? 0)}
        </Link>{" "}
        {largest.n === 1 ? "person" : "people"}.
      </h1>
      <p className="sub">
        Each is a question that is asked anew: whoever fits comes in, whoever no longer does goes out. Pages that offer
        an audience can be narrowed to it.
      </p>
      <AudienceTable rows={data.rows} />
    </>
  );
}

/** Who the people of an audience are, in words. */
export function predicateWords(predicate: string): string {
  const query = queryOf(new URLSearchParams(predicate));
  const clauses = clausesOf(query, { n: 2, on: "today", since: "a month before" });
  if (predicate === "") return "everybody";
  return `${nounOf(query, false)} ${clauses.join(", ")}`
    .trim()
    .replaceAll("on a month before", "a month before")
    .replaceAll("after a month before", "after that day of the month before")
    .replaceAll(/\b(on|by) today/g, "today");
}

function AudienceTable({ rows }: { rows: Audience[] }) {
  const { data: workspace } = useWorkspace();
  const [renamed, setRenamed] = useState<Audience | null>(null);
  const [doomed, setDoomed] = useState<Audience | null>(null);
  const titleOf = (name: string) => workspace?.objects.find((object) => object.name === name)?.title ?? name;
  const { has } = useRights();
  const all: Column<Audience>[] = [
    {
      title: "Audience",
      value: (row) => row.name,
      show: (row) => (
        <Link to={`/people?${row.list}`} data-walk="" className="link">
          {row.name}
        </Link>
      ),
      isHead: true,
    },
    {
      title: "Who",
      value: (row) => row.predicate,
      show: (row) => predicateWords(row.predicate),
      isWhole: true,
    },
    {
      title: "Toward",
      value: (row) => row.object,
      show: (row) => <span className="nowrap">{titleOf(row.object)}</span>,
    },
    {
      title: "People now",
      value: (row) => row.n,
      show: (row) =>
        row.n === null ? (
          <span className="fine">cannot be counted; open it to see why</span>
        ) : (
          <Link to={`/people?${row.list}`} data-list="">
            {count(row.n)}
          </Link>
        ),
      isNumber: true,
    },
    { title: "Changed", value: (row) => row.updated_at, show: (row) => instantText(row.updated_at) },
    {
      title: "Acts",
      value: () => null,
      show: (row) => (
        <span className="does">
          <button type="button" onClick={() => setRenamed(row)} aria-label={`Rename ${row.name}`}>
            rename
          </button>
          <button type="button" onClick={() => setDoomed(row)} aria-label={`Delete ${row.name}`}>
            delete
          </button>
        </span>
      ),
    },
  ];
  const columns = has("analyse") ? all : all.slice(0, -1);
  const save = () => {
    const csv = csvOf(all.slice(0, -1), rows);
    downloadCsv("audiences", csv.head, csv.rows);
  };
  return (
    <>
      <p className="does" style={{ display: "flex", justifyContent: "flex-end" }}>
        <CsvButton of="The audiences" onSave={save} />
      </p>
      <Table caption="Audiences" columns={columns} rows={rows} rowKey={(row) => row.id} isCards />
      <Modal
        opened={renamed !== null}
        onClose={() => setRenamed(null)}
        title="Rename the audience"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {renamed ? <Rename audience={renamed} onDone={() => setRenamed(null)} /> : null}
      </Modal>
      <Removal audience={doomed} onDone={() => setDoomed(null)} />
    </>
  );
}

function Rename({ audience, onDone }: { audience: Audience; onDone: () => void }) {
  const save = useSaveAudience();
  const { id, object, predicate } = audience;
  return (
    <NameForm
      first={audience.name}
      yes="Rename"
      saving={save}
      failed="The name could not be changed."
      onName={(name) => after(save.mutateAsync({ id, object, predicate, name }), onDone)}
      onCancel={onDone}
    />
  );
}

function Removal({ audience, onDone }: { audience: Audience | null; onDone: () => void }) {
  const remove = useDeleteAudience();
  const close = () => {
    remove.reset();
    onDone();
  };
  return (
    <AskOnce
      isOpen={audience !== null}
      title={`Delete “${audience?.name ?? ""}”?`}
      yes="Delete it"
      isBusy={remove.isPending}
      onYes={() => audience && after(remove.mutateAsync(audience.id), close)}
      onNo={close}
    >
      <p>
        The name and the question are lost, and links narrowed to this audience no longer work. Its{" "}
        {counted(audience?.n ?? 0, "person stays", "people stay")}, with everything known of them.
      </p>
      {remove.error ? <Problem error={remove.error} what="The audience could not be deleted." /> : null}
    </AskOnce>
  );
}
