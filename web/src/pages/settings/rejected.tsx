// What was refused, why, and the payload as it came.
import { Button } from "@mantine/core";
import { useRejected } from "../../api/rejected";
import type { RejectedRow } from "../../api/types";
import { Part } from "../../components/part";
import { Answer, Words } from "../../components/states";
import { downloadCsv } from "../../csv";
import { instantText } from "../../format";
import { spaced } from "../../words";

function Line({ row }: { row: RejectedRow }) {
  return (
    <li style={{ borderBottom: "1px solid var(--line)", padding: "8px 0" }}>
      <details>
        <summary>
          <b>{spaced(row.reason)}</b>: <Words text={row.message} />{" "}
          <small className="fine">
            {row.source}
            {row.line === null ? "" : `, line ${row.line}`}, {instantText(row.at)}
          </small>
        </summary>
        <pre className="raw">{row.raw}</pre>
      </details>
    </li>
  );
}

export function RejectedSection() {
  const rejected = useRejected();
  const rows = rejected.data?.pages.flatMap((page) => page.rows) ?? [];
  const save = () =>
    downloadCsv(
      "rejected",
      ["id", "source", "line", "reason", "message", "raw", "at"],
      rows.map((row) => [row.id, row.source, row.line, row.reason, row.message, row.raw, row.at]),
    );
  return (
    <>
      <h1>{rejected.isSuccess && rows.length === 0 ? "Nothing was rejected." : "What was rejected, and why."}</h1>
      <p className="sub">Nothing that was sent is silently lost: what cannot be an event is kept here as it came.</p>
      <Answer query={rejected} what="The rejected events could not be read." height={240}>
        {() =>
          rows.length === 0 ? null : (
            <Part
              title="Newest first"
              does={
                <button type="button" onClick={save} aria-label="The rejected events shown, as CSV">
                  CSV
                </button>
              }
            >
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
                {rows.map((row) => (
                  <Line key={row.id} row={row} />
                ))}
              </ul>
            </Part>
          )
        }
      </Answer>
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
  );
}
