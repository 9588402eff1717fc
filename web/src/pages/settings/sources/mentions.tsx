// Mentions by others: which sites are ours, which feeds are looked at for which names, and what came of it.
import { Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useSourceMentions, useUpdateSource } from "../../../api/sources";
import type { Source, ToldMention, WatchedFeed } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { Answer, Words } from "../../../components/states";
import { type Column, Table } from "../../../components/table";
import { count, instantText, NONE } from "../../../format";
import { linesOf } from "./form-look";
import { KeepChange } from "./keep-change";

interface Heeded {
  sites: string[];
  feeds: string[];
  names: string[];
}

function heededOf(mapping: string | null): Heeded {
  return { sites: [], feeds: [], names: [], ...(JSON.parse(mapping ?? "{}") as Partial<Heeded>) };
}

export function MentionsSource({ source }: { source: Source }) {
  const address = `${location.origin}/webmention/${encodeURIComponent(source.name)}`;
  return (
    <>
      <Heed source={source} />
      <Part title="Let others tell">
        <p className="sub">
          With this line in the head of your pages, blogs that link to them say so by themselves (Webmention). Each page
          that is told of is fetched and must really have the link.
        </p>
        <Copyable text={`<link rel="webmention" href="${address}">`} label="the line for your pages" />
      </Part>
      <Came source={source} />
    </>
  );
}

function Heed({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const kept = heededOf(source.mapping);
  const [sites, setSites] = useState(kept.sites.join("\n"));
  const [feeds, setFeeds] = useState(kept.feeds.join("\n"));
  const [names, setNames] = useState(kept.names.join("\n"));
  const mapping = JSON.stringify({
    sites: linesOf(sites).map((site) => site.replace(/\/+$/, "")),
    feeds: linesOf(feeds),
    names: linesOf(names),
  } satisfies Heeded);
  const isChanged = mapping !== JSON.stringify(kept);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ mapping });
  };
  return (
    <Part title="What is heeded">
      <form onSubmit={submit} className="sheet">
        <Textarea
          label="Our sites"
          description="One a line, such as https://acme.example. Others may tell of links to these."
          autosize
          minRows={2}
          value={sites}
          onChange={(event) => setSites(event.currentTarget.value)}
        />
        <Textarea
          label="Feeds"
          description="RSS or Atom, one address a line, looked at every half hour unless set otherwise."
          autosize
          minRows={2}
          value={feeds}
          onChange={(event) => setFeeds(event.currentTarget.value)}
        />
        <Textarea
          label="Names"
          description="An entry of a feed counts if it has one of these words. Left empty: every entry."
          autosize
          minRows={2}
          value={names}
          onChange={(event) => setNames(event.currentTarget.value)}
        />
        <KeepChange update={update} isChanged={isChanged} />
      </form>
    </Part>
  );
}

const FEEDS: Column<WatchedFeed>[] = [
  { title: "Feed", value: (row) => row.url, isHead: true },
  {
    title: "Looked at",
    value: (row) => row.looked_at,
    show: (row) => (row.looked_at ? instantText(row.looked_at) : NONE),
  },
  { title: "Taken", value: (row) => row.n_taken, show: (row) => count(row.n_taken), isNumber: true },
  {
    title: "Wrong",
    value: (row) => row.error,
    show: (row) => (row.error ? <span className="neg">{row.error}</span> : NONE),
  },
];

const TOLD: Column<ToldMention>[] = [
  { title: "Page", value: (row) => row.page, isHead: true },
  { title: "Links to", value: (row) => row.target },
  {
    title: "State",
    value: (row) => row.state,
    show: (row) => (
      <span className={row.state === "found" ? "pos" : row.state === "waiting" ? undefined : "neg"}>
        {row.state}
        {row.error ? (
          <>
            : <Words text={row.error} />
          </>
        ) : null}
      </span>
    ),
  },
  { title: "Told", value: (row) => row.told_at, show: (row) => instantText(row.told_at) },
];

function Came({ source }: { source: Source }) {
  const found = useSourceMentions(source.id);
  return (
    <Answer query={found} what="What was told could not be read.">
      {({ told, feeds }) => (
        <>
          {feeds.length === 0 ? null : (
            <Part title="How the feeds stand">
              <Table
                caption="How the feeds stand"
                columns={FEEDS}
                rows={feeds}
                rowKey={(row) => row.url}
                isTight
                isCards
              />
            </Part>
          )}
          <Part title="Pages that were told of">
            {told.length === 0 ? (
              <p className="hush">None yet.</p>
            ) : (
              <Table
                caption="Pages that were told of"
                columns={TOLD}
                rows={told}
                rowKey={(row) => `${row.page} ${row.target}`}
                isTight
                isCards
              />
            )}
          </Part>
        </>
      )}
    </Answer>
  );
}
