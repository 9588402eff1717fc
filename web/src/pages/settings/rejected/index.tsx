// What was refused, why, and the payload as it came: searched, mended, sent again, dropped, exported.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { after } from "../../../after";
import { useMendAll, useRejected, useRejectedCounts } from "../../../api/rejected";
import type { RejectedCount, RejectedQuery } from "../../../api/types";
import { AskOnce } from "../../../components/ask-once";
import { Part } from "../../../components/part";
import { Answer, Problem } from "../../../components/states";
import { count, counted } from "../../../format";
import { useUrl } from "../../../scope";
import { spaced } from "../../../words";
import { RejectedFilters } from "./filters";
import { RejectedLine } from "./line";
import { isFiltered, NO_FILTERS, queryOf, replayedWords, sumsBy, totalOf } from "./query";

export function RejectedSection() {
  const [params] = useSearchParams();
  const query = useMemo(() => queryOf(params), [params]);
  const counts = useRejectedCounts(query);
  return (
    <Answer query={counts} what="The rejections could not be counted." height={300}>
      {(data) => <Body query={query} counts={data.rows} />}
    </Answer>
  );
}

/** A number that narrows the list to what it counts. */
function Narrow({ n, to }: { n: number; to: Record<string, string> }) {
  const { params } = useUrl();
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(to)) next.set(name, value);
  return (
    <Link to={{ search: next.toString() }} preventScrollReset>
      {count(n)}
    </Link>
  );
}

function Headline({ query, counts }: { query: RejectedQuery; counts: RejectedCount[] }) {
  const n = totalOf(counts);
  const state = query.state ?? "open";
  if (n === 0) {
    if (!isFiltered(query)) return <h1>Nothing waits to be mended.</h1>;
    return <h1>Nothing that was rejected fits all of this.</h1>;
  }
  const worst = sumsBy(counts, "reason")[0];
  const from = sumsBy(counts, "source")[0];
  const was = n === 1 ? "was" : "were";
  return (
    <h1>
      {counted(n, "thing that was sent", "things that were sent")} {was}{" "}
      {state === "replayed" ? "rejected at first and taken later" : "not taken"}
      {worst && worst.n < n ? (
        <>
          , <Narrow n={worst.n} to={{ reason: worst.name }} /> of them because of “{spaced(worst.name)}”
        </>
      ) : null}
      {worst && worst.n === n ? `: ${spaced(worst.name)}` : ""}
      {from && from.n < n ? (
        <>
          , <Narrow n={from.n} to={{ source: from.name }} /> from {from.name}
        </>
      ) : null}
      .
    </h1>
  );
}

function Body({ query, counts }: { query: RejectedQuery; counts: RejectedCount[] }) {
  const [said, setSaid] = useState("");
  return (
    <>
      <Headline query={query} counts={counts} />
      <p className="sub">
        Nothing that was sent is silently lost: what cannot be an event is kept here as it came, until it is mended or
        its time is up (<code>engine.rejected_days</code>).
      </p>
      <RejectedFilters query={query} counts={counts} />
      <p className="sub" aria-live="polite" data-said="">
        {said}
      </p>
      <Counts counts={counts} />
      <List query={query} counts={counts} onSaid={setSaid} />
    </>
  );
}

function Counts({ counts }: { counts: RejectedCount[] }) {
  if (counts.length < 2) return null;
  return (
    <Part title="By source and reason">
      <table className="tight" style={{ maxWidth: 620 }}>
        <caption className="unseen">Rejections by source and reason</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Reason</th>
            <th scope="col" className="n">
              Rejected
            </th>
          </tr>
        </thead>
        <tbody>
          {[...counts]
            .sort((a, b) => b.n - a.n)
            .map((row) => (
              <tr key={`${row.source} ${row.reason}`}>
                <th scope="row">{row.source}</th>
                <td>{spaced(row.reason)}</td>
                <td className="n">
                  <Narrow n={row.n} to={{ source: row.source, reason: row.reason }} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Part>
  );
}

interface ListProps {
  query: RejectedQuery;
  counts: RejectedCount[];
  /** Says what was done, where it stays when what it was done to is gone from the list. */
  onSaid: (said: string) => void;
}

function List({ query, counts, onSaid }: ListProps) {
  const { set } = useUrl();
  const rejected = useRejected(query);
  const rows = rejected.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Answer query={rejected} what="The rejections could not be read." height={240}>
      {() => (
        <>
          {rows.length === 0 && isFiltered(query) ? (
            <p className="hush">
              Take a filter away, or{" "}
              <button type="button" className="link" onClick={() => set(NO_FILTERS)}>
                see all that are open
              </button>
              .
            </p>
          ) : null}
          {rows.length === 0 ? null : (
            <Part title="Newest first" does={<All query={query} counts={counts} onSaid={onSaid} />}>
              <ul className="rejections">
                {rows.map((row) => (
                  <RejectedLine key={row.id} row={row} onSaid={onSaid} />
                ))}
              </ul>
            </Part>
          )}
          {rejected.hasNextPage ? (
            <Button
              mt="sm"
              size="compact-md"
              variant="default"
              loading={rejected.isFetchingNextPage}
              onClick={() => rejected.fetchNextPage()}
            >
              More
            </Button>
          ) : null}
        </>
      )}
    </Answer>
  );
}

/** What can be done about all that match. */
function All({ query, counts, onSaid }: ListProps) {
  const { replay, drop } = useMendAll(query);
  const [isAsking, setAsking] = useState(false);
  const isOpen = (query.state ?? "open") !== "replayed";
  // A text is not counted by the server, so there is no number to name then.
  const which = query.text ? "all that match" : `all ${count(totalOf(counts))}`;
  return (
    <>
      {isOpen ? (
        <button
          type="button"
          disabled={replay.isPending}
          onClick={() => after(replay.mutateAsync(), (done) => onSaid(replayedWords(done)))}
        >
          {replay.isPending ? "sending again …" : `replay ${which}`}
        </button>
      ) : null}
      <button type="button" onClick={() => setAsking(true)}>
        drop {which}
      </button>
      {replay.error ? <Problem error={replay.error} what="They could not be sent again." /> : null}
      <AskOnce
        isOpen={isAsking}
        title={`Drop ${which}?`}
        yes="Drop them"
        isBusy={drop.isPending}
        onYes={() =>
          after(drop.mutateAsync(), ({ n_deleted }) => {
            setAsking(false);
            onSaid(`${counted(n_deleted, "rejection was", "rejections were")} dropped.`);
          })
        }
        onNo={() => setAsking(false)}
      >
        <p>
          Their payloads are gone for good; they can no longer be mended or sent again. Export them first if in doubt.
        </p>
        {drop.error ? <Problem error={drop.error} what="They could not be dropped." /> : null}
      </AskOnce>
    </>
  );
}
