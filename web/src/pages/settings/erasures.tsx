// Who was erased nobody knows any more; that it was done, when, and what went is kept.
import { useErasures } from "../../api/erasures";
import type { ErasureReceipt } from "../../api/types";
import { TablePart } from "../../components/part";
import { Answer } from "../../components/states";
import type { Column } from "../../components/table";
import { counted, instantText } from "../../format";
import { ASKED_WORDS, traceLines } from "../../traces";

const COLUMNS: Column<ErasureReceipt>[] = [
  { title: "Asked", isHead: true, value: (row) => instantText(row.asked_at) },
  { title: "Done", value: (row) => (row.done_at ? instantText(row.done_at) : "under way") },
  { title: "By whom", value: (row) => ASKED_WORDS[row.how] ?? row.how },
  { title: "What went", isWhole: true, value: (row) => traceLines(row.counts).join(", ") || "nothing" },
  {
    title: "Receipt",
    value: (row) => row.address,
    show: (row) => (
      <a className="link" href={`/room/receipt/${row.id}`}>
        {row.id.slice(0, 8)}
      </a>
    ),
  },
];

export function ErasuresSection() {
  const erasures = useErasures();
  return (
    <Answer query={erasures} what="The erasures could not be read." height={200}>
      {({ erasures: rows }) => (
        <>
          <h1>
            {rows.length === 0
              ? "Nobody asked to be forgotten."
              : `${counted(rows.length, "person was", "people were")} erased.`}
          </h1>
          <p className="sub">
            A receipt tells that it was done, and names nobody. People erase themselves in their rooms; staff do it on a
            person’s page.
          </p>
          {rows.length === 0 ? null : (
            <TablePart title="Erasures" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} isTight isCards />
          )}
        </>
      )}
    </Answer>
  );
}
