// What one did, and what brands did toward one: newest first, a page at a time.
import { Button } from "@mantine/core";
import type { TimelineRow } from "../../api/types";
import { LayerMark } from "../../components/layers";
import { Answer } from "../../components/states";
import { dayOf, dayShort, exactText, money } from "../../format";
import { useKnownEvents } from "./api";
import { verbWords } from "./words";

export function Did() {
  const events = useKnownEvents();
  const rows = events.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Answer query={events} what="What you did could not be read." height={120}>
      {() =>
        rows.length === 0 ? (
          <p className="bare">Nothing that you did is written down.</p>
        ) : (
          <>
            <ul className="known-did">
              {rows.map((row, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two events of one instant differ by nothing else, and rows only append
                <Line key={`${row.at} ${row.verb} ${at}`} row={row} />
              ))}
            </ul>
            {events.hasNextPage ? (
              <Button variant="default" loading={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
                More
              </Button>
            ) : null}
          </>
        )
      }
    </Answer>
  );
}

function Line({ row }: { row: TimelineRow }) {
  return (
    <li>
      <time dateTime={row.at} title={exactText(row.at)}>
        {dayShort(dayOf(row.at))}
      </time>
      <div>
        {row.is_by_brand ? "The brand" : "You"} <b>{verbWords(row.verb)}</b> · <bdi>{row.object_title}</bdi>
        {row.value_minor !== null && row.currency ? ` · ${money(row.value_minor, row.currency)}` : ""}
        {row.rating === null ? "" : ` · ${row.rating} of 5 stars`}
        {row.text ? (
          <p className="said" dir="auto">
            “{row.text}”
          </p>
        ) : null}
        <div className="fine">
          <LayerMark layer={row.layer} /> · via {row.source}
        </div>
      </div>
    </li>
  );
}
