// What happened, and where: the events of one person, newest first, with their layer.

import { Button } from "@mantine/core";
import { useState } from "react";
import { useTimeline } from "../../api/person";
import type { TimelineRow } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { LayerMark } from "../../components/layers";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { downloadCsv } from "../../csv";
import { dayOf, dayShort, exactText, money } from "../../format";
import { setOut } from "../../payload";
import { spaced } from "../../words";

function stars(rating: number): string {
  const full = Math.max(0, Math.min(5, Math.round(rating)));
  return `${"★".repeat(full)}${"☆".repeat(5 - full)}`;
}

const CALL_FIELDS = new Set(["type", "messageId", "userId", "anonymousId", "event", "distinct_id"]);

/** What else was sent, in words: `{"quantity":3}` becomes "quantity 3"; what is no flat object is no matter for a line. */
export function extraWords(extra: string): string {
  try {
    const sent: unknown = JSON.parse(extra);
    if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return extra;
    const parts = Object.entries(sent);
    // A whole call of an SDK repeats what the line says already.
    if (parts.some(([name]) => CALL_FIELDS.has(name))) return "";
    if (parts.some(([, value]) => typeof value === "object" && value !== null)) return "";
    return parts.map(([name, value]) => `${spaced(name)} ${value}`).join(", ");
  } catch {
    return extra;
  }
}

/** How far the sender's clock was off, in milliseconds; sending alone takes some. */
export function skewOf({ at, said_at }: Pick<TimelineRow, "at" | "said_at">): number {
  return said_at === null ? 0 : Math.abs(Date.parse(said_at) - Date.parse(at));
}

/** From here on a line says that the clock was put right; from there on the two times are shown beside each other. */
const SKEW_TOLD_MS = 60_000;
const SKEW_SHOWN_MS = 1_000;

function Line({ row }: { row: TimelineRow }) {
  const [isOpen, setOpen] = useState(false);
  const extra = row.extra ? extraWords(row.extra) : "";
  return (
    <li>
      <time dateTime={row.at} title={exactText(row.at)}>
        {dayShort(dayOf(row.at))}
      </time>
      <LayerMark layer={row.layer} />
      <b>
        {row.is_by_brand ? "the brand " : ""}
        {spaced(row.verb.replace(/^did:/, ""))}
      </b>
      <span>
        {row.text ? `“${row.text}” ` : ""}
        {row.rating === null ? null : (
          <span className="nowrap" role="img" aria-label={`${row.rating} of 5 stars`}>
            {stars(row.rating)}{" "}
          </span>
        )}
        <span className={row.text ? "fine" : undefined}>{row.object_title}</span>
        {extra ? <span className="fine"> · {extra}</span> : null}
        <span className="fine"> · via {row.source}</span>
        {skewOf(row) < SKEW_TOLD_MS ? null : <span className="fine"> · its clock was put right</span>}
      </span>
      <span className="n fine">
        {row.value_minor !== null && row.currency ? `${money(row.value_minor, row.currency)} ` : ""}
        <button
          type="button"
          className="why"
          aria-expanded={isOpen}
          aria-label={`What was sent, raw: ${spaced(row.verb)}, ${dayShort(dayOf(row.at))}`}
          onClick={() => setOpen(!isOpen)}
        >
          raw
        </button>
      </span>
      {isOpen ? <Sent row={row} /> : null}
    </li>
  );
}

/** When it happened, was said to have happened, and came; and the payload as it was sent. */
function Sent({ row }: { row: TimelineRow }) {
  const isSkewed = skewOf(row) >= SKEW_SHOWN_MS;
  return (
    <div className="sent">
      <dl className="facts">
        <dt>happened</dt>
        <dd>
          {exactText(row.at)}
          {isSkewed ? ", by our clock" : ""}
        </dd>
        {row.said_at && isSkewed ? (
          <>
            <dt>its clock said</dt>
            <dd>{exactText(row.said_at)}</dd>
          </>
        ) : null}
        <dt>came</dt>
        <dd>{exactText(row.received_at)}</dd>
        <dt>source</dt>
        <dd>{row.source}</dd>
      </dl>
      {row.extra ? (
        <pre className="raw">{setOut(row.extra)}</pre>
      ) : (
        <p className="hush">Nothing was sent besides what stands in the line.</p>
      )}
    </div>
  );
}

export function Timeline({ person, on }: { person: string; on: string | undefined }) {
  const timeline = useTimeline(person, on);
  const rows = timeline.data?.pages.flatMap((page) => page.rows) ?? [];
  const save = () =>
    downloadCsv(
      `timeline ${person}`,
      [
        "at",
        "said_at",
        "received_at",
        "layer",
        "verb",
        "object",
        "text",
        "rating",
        "value_minor",
        "currency",
        "extra",
        "source",
      ],
      rows.map((r) => [
        r.at,
        r.said_at,
        r.received_at,
        r.layer,
        r.verb,
        r.object,
        r.text,
        r.rating,
        r.value_minor,
        r.currency,
        r.extra,
        r.source,
      ]),
    );
  const does = <CsvButton of="The timeline shown," onSave={save} />;
  return (
    <Part title="What happened, and where" does={does}>
      <Answer query={timeline} what="The timeline could not be read." height={160}>
        {() =>
          rows.length === 0 ? (
            <p className="hush">Nothing is recorded.</p>
          ) : (
            <ul className="happened">
              {rows.map((row, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two events of one instant differ by nothing else, and rows only append
                <Line key={`${row.at} ${row.verb} ${at}`} row={row} />
              ))}
            </ul>
          )
        }
      </Answer>
      {timeline.hasNextPage ? (
        <Button
          mt="sm"
          size="compact-md"
          variant="default"
          loading={timeline.isFetchingNextPage}
          onClick={() => timeline.fetchNextPage()}
        >
          Earlier
        </Button>
      ) : null}
    </Part>
  );
}
