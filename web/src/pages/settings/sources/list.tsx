// All sources: who may send, whether they do, and what came of it.

import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useSources } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { CsvButton } from "../../../components/csv-button";
import { LayerMark } from "../../../components/layers";
import { May } from "../../../components/may";
import { Part } from "../../../components/part";
import { Answer } from "../../../components/states";
import { type Column, csvOf, Table } from "../../../components/table";
import { downloadCsv } from "../../../csv";
import { count, counted } from "../../../format";
import { useScope } from "../../../scope";
import { idOf } from "../../../words";
import { HeardMark } from "./mark";
import { kindWord, sumOf } from "./words";

export function SourceList() {
  const sources = useSources();
  return (
    <Answer query={sources} what="The sources could not be read." height={280}>
      {(data) => <Body sources={data.rows} />}
    </Answer>
  );
}

function Headline({ sources }: { sources: Source[] }) {
  const { to } = useScope();
  const { nActive, nHeard, nAccepted, nRejected } = sumOf(sources);
  if (nActive === 0 && nAccepted === 0) return <h1>Nothing may send events yet.</h1>;
  return (
    <h1>
      {counted(nActive, "source", "sources")} may send events; {nHeard === 0 ? "none" : count(nHeard)}{" "}
      {nHeard <= 1 ? "has" : "have"} sent. <span className="nowrap">{count(nAccepted)} accepted,</span>{" "}
      {nRejected === 0 ? (
        "none rejected."
      ) : (
        <Link to={to("/settings", "tab=rejected&state=all")} className="neg">
          {count(nRejected)} rejected
        </Link>
      )}
      {nRejected === 0 ? "" : "."}
    </h1>
  );
}

function useColumns(): Column<Source>[] {
  const { to } = useScope();
  return [
    {
      title: "Source",
      value: (row) => row.name,
      show: (row) => (
        <Link to={to("/settings", `tab=sources&source=${row.id}`)} className="link" data-walk="">
          {row.name}
        </Link>
      ),
      isHead: true,
    },
    { title: "Last event", value: (row) => row.last_event_at, show: (row) => <HeardMark source={row} /> },
    { title: "Accepted", value: (row) => row.n_accepted, show: (row) => count(row.n_accepted), isNumber: true },
    {
      title: "Rejected",
      value: (row) => row.n_rejected,
      show: (row) =>
        row.n_rejected === 0 ? (
          "0"
        ) : (
          <Link to={to("/settings", `tab=rejected&state=all&source=${encodeURIComponent(row.name)}`)}>
            {count(row.n_rejected)}
          </Link>
        ),
      isNumber: true,
    },
    { title: "Kind", value: (row) => row.kind, show: (row) => kindWord(row.kind) },
    { title: "Brand", value: (row) => row.brand, show: (row) => idOf(row.brand) },
    { title: "Layer", value: (row) => row.layer, show: (row) => <LayerMark layer={row.layer} /> },
  ];
}

function Body({ sources }: { sources: Source[] }) {
  const { to } = useScope();
  const columns = useColumns();
  const save = () => {
    const csv = csvOf(columns, sources);
    downloadCsv("sources", csv.head, csv.rows);
  };
  return (
    <>
      <Headline sources={sources} />
      <p className="sub">
        A source is a site, an app or a service that may send events here. It has a write key of its own, and its name
        stands beside every event it sent.
      </p>
      <May right="administer">
        <Button component={Link} to={to("/settings", "tab=sources&source=new")} mt={4}>
          New source
        </Button>
      </May>
      {sources.length === 0 ? (
        <>
          <p className="sub" style={{ marginTop: 22 }}>
            Or from the command line, while the server is stopped:
          </p>
          <Copyable text="parlour source create web-shop" label="the command that makes a source" />
        </>
      ) : (
        <Part title="All sources" does={<CsvButton of="The sources" onSave={save} />}>
          <Table caption="All sources" columns={columns} rows={sources} rowKey={(row) => row.id} isCards />
        </Part>
      )}
    </>
  );
}
