// What happened, and where: the events of one person, newest first, with their layer.
import { Button } from "@mantine/core";
import { useTimeline } from "../../api/person";
import type { TimelineRow } from "../../api/types";
import { LayerMark } from "../../components/layers";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { downloadCsv } from "../../csv";
import { dayOf, dayShort, money } from "../../format";
import { spaced } from "../../words";

function stars(rating: number): string {
  const full = Math.max(0, Math.min(5, Math.round(rating)));
  return `${"★".repeat(full)}${"☆".repeat(5 - full)}`;
}

/** What else was sent, in words: `{"quantity":3}` becomes "quantity 3"; what is no flat object stays as it came. */
export function extraWords(extra: string): string {
  try {
    const sent: unknown = JSON.parse(extra);
    if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return extra;
    const parts = Object.entries(sent);
    if (parts.some(([, value]) => typeof value === "object" && value !== null)) return extra;
    return parts.map(([name, value]) => `${spaced(name)} ${value}`).join(", ");
  } catch {
    return extra;
  }
}

function Line({ row }: { row: TimelineRow }) {
  return (
    <li>
      <time dateTime={row.at} title={row.at}>
        {dayShort(dayOf(row.at))}
      </time>
      <LayerMark layer={row.layer} />
      <b>{spaced(row.verb)}</b>
      <span>
        {row.text ? `“${row.text}” ` : ""}
        {row.rating === null ? null : (
          <span className="nowrap" role="img" aria-label={`${row.rating} of 5 stars`}>
            {stars(row.rating)}{" "}
          </span>
        )}
        <span className={row.text ? "fine" : undefined}>{row.object_title}</span>
        {row.extra ? <span className="fine"> · {extraWords(row.extra)}</span> : null}
      </span>
      <span className="n fine">
        {row.value_minor !== null && row.currency ? money(row.value_minor, row.currency) : row.source}
      </span>
    </li>
  );
}

export function Timeline({ person, on }: { person: string; on: string | undefined }) {
  const timeline = useTimeline(person, on);
  const rows = timeline.data?.pages.flatMap((page) => page.rows) ?? [];
  const save = () =>
    downloadCsv(
      `timeline ${person}`,
      ["at", "layer", "verb", "object", "text", "rating", "value_minor", "currency", "extra", "source"],
      rows.map((r) => [
        r.at,
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
  const does = (
    <button type="button" onClick={save} aria-label="The timeline shown, as CSV">
      CSV
    </button>
  );
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
