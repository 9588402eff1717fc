// What arrives, as it arrives: newest first, each opening to what was sent. It can be held still to be read.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Tail } from "../../../api/sources";
import type { Arrival } from "../../../api/types";
import { LayerMark } from "../../../components/layers";
import { Part } from "../../../components/part";
import { Words } from "../../../components/states";
import { counted, timeOfDay } from "../../../format";
import { spaced } from "../../../words";
import { arrivalKey, payload } from "./arrivals";

const STATE_WORDS: Record<Tail["state"], string> = {
  opening: "opening …",
  live: "live",
  lost: "the stream broke off; it begins again by itself",
};

export function TailPart({ tail }: { tail: Tail }) {
  const [held, setHeld] = useState<Arrival[] | null>(null);
  const rows = held ?? tail.rows;
  const lastHeld = held?.at(-1);
  const nMissed = held ? tail.rows.length - 1 - (lastHeld ? tail.rows.lastIndexOf(lastHeld) : -1) : 0;
  const state = held ? `held still; ${counted(nMissed, "event", "events")} came since` : STATE_WORDS[tail.state];
  return (
    <Part
      title="What arrives"
      does={
        <>
          <span data-tail={tail.state}>
            <span className={tail.state === "live" && !held ? "pos" : undefined} aria-hidden="true">
              ●
            </span>{" "}
            {state}
          </span>
          <button type="button" onClick={() => setHeld(held ? null : tail.rows)} aria-pressed={held !== null}>
            {held ? "go on" : "hold still"}
          </button>
        </>
      }
    >
      {rows.length === 0 ? (
        <p className="hush">Nothing has come since the server started. What comes is seen here within a second.</p>
      ) : (
        <ul className="arrivals">
          {rows.toReversed().map((row) => (
            <Line key={arrivalKey(row)} row={row} />
          ))}
        </ul>
      )}
      {held ? (
        <Button size="compact-sm" variant="default" mt="sm" onClick={() => setHeld(null)}>
          Go on
        </Button>
      ) : null}
    </Part>
  );
}

function Line({ row }: { row: Arrival }) {
  return (
    <li data-accepted={row.is_accepted}>
      <details>
        <summary data-walk="">
          <time dateTime={row.received_at}>{timeOfDay(row.received_at)}</time>
          {row.is_accepted ? <Accepted row={row} /> : <Refused row={row} />}
        </summary>
        <pre className="raw">{payload(row)}</pre>
      </details>
    </li>
  );
}

function Accepted({ row }: { row: Arrival }) {
  return (
    <>
      <span className="pos" role="img" aria-label="accepted">
        ✓
      </span>
      <span className="what">
        {row.subject} <b>{spaced((row.verb ?? "").replace(/^did:/, ""))}</b> {row.object}
      </span>
      {row.layer ? <LayerMark layer={row.layer} /> : null}
    </>
  );
}

function Refused({ row }: { row: Arrival }) {
  return (
    <>
      <span className="neg" role="img" aria-label="rejected">
        ×
      </span>
      <span className="what">
        <b>{spaced(row.reason ?? "rejected")}</b>: <Words text={row.message ?? ""} />
      </span>
    </>
  );
}
