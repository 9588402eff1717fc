// The audit log: who did what, when, to what, and what came of it; filtered, and as a file.
import { Button, Select, TextInput } from "@mantine/core";
import { auditFile, useAudit, useStaff } from "../../api/staff";
import type { AuditQuery, Deed } from "../../api/types";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { type Column, Table } from "../../components/table";
import { counted, instantText } from "../../format";
import { useUrl } from "../../scope";

const COLUMNS: Column<Deed>[] = [
  { title: "When", isHead: true, value: (row) => instantText(row.at) },
  { title: "Who", value: (row) => row.staff },
  { title: "What", value: (row) => row.action },
  { title: "To what", value: (row) => row.object, show: (row) => <span className="broken">{row.object}</span> },
  { title: "What came of it", value: (row) => (row.outcome === "done" ? "done" : `refused (${row.outcome})`) },
];

export function AuditSection() {
  const { params, set } = useUrl();
  const text = (name: string) => params.get(name) || undefined;
  const query: AuditQuery = { staff: text("who"), action: text("what"), from: text("after"), to: text("before") };
  const audit = useAudit(query);
  const staff = useStaff();
  const pages = audit.data?.pages;
  const first = pages?.[0];
  return (
    <Answer query={{ ...audit, data: first }} what="The audit log could not be read." height={300}>
      {(data) => (
        <>
          <h1>{counted(data.n_total, "thing was", "things were")} done, or tried.</h1>
          <p className="sub">Kept for {counted(data.kept_days, "day", "days")}; nobody can change a line of it.</p>
          <Part
            title="What was done"
            does={
              <a className="link" href={auditFile(query)} download>
                JSON lines
              </a>
            }
          >
            <div className="row filters">
              <Select
                aria-label="Who"
                placeholder="anybody"
                data={(staff.data?.rows ?? []).map((row) => row.handle)}
                value={query.staff ?? null}
                onChange={(who) => set({ who })}
                clearable
              />
              <Select
                aria-label="What"
                placeholder="anything"
                data={data.actions}
                value={query.action ?? null}
                onChange={(what) => set({ what })}
                clearable
              />
              <TextInput
                type="date"
                aria-label="From"
                value={query.from ?? ""}
                onChange={(event) => set({ after: event.currentTarget.value || null })}
              />
              <TextInput
                type="date"
                aria-label="To"
                value={query.to ?? ""}
                onChange={(event) => set({ before: event.currentTarget.value || null })}
              />
            </div>
            <Table
              caption="What was done"
              columns={COLUMNS}
              rows={(pages ?? []).flatMap((page) => page.rows)}
              rowKey={(row) => row.id}
              isTight
              isCards
            />
            {audit.hasNextPage ? (
              <Button variant="default" onClick={() => audit.fetchNextPage()} loading={audit.isFetchingNextPage}>
                Earlier ones
              </Button>
            ) : null}
          </Part>
        </>
      )}
    </Answer>
  );
}
