// The audit log: who did what, when, to what, and what came of it; filtered, and as a file.
import { Button } from "@mantine/core";
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
  const { params } = useUrl();
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
            <search className="filters">
              <Choice
                word="who"
                name="who"
                value={query.staff}
                names={(staff.data?.rows ?? []).map((row) => row.handle)}
              />
              <Choice word="what" name="what" value={query.action} names={data.actions} />
              <DayField word="from" name="after" value={query.from} />
              <DayField word="to" name="before" value={query.to} />
            </search>
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

interface ChoiceProps {
  word: string;
  name: string;
  value: string | null | undefined;
  names: string[];
}

function Choice({ word, name, value, names }: ChoiceProps) {
  const { set } = useUrl();
  const all = value && !names.includes(value) ? [value, ...names] : names;
  return (
    <label>
      {word}
      <select value={value ?? ""} onChange={(event) => set({ [name]: event.target.value || null })}>
        <option value="">any</option>
        {all.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function DayField({ word, name, value }: Omit<ChoiceProps, "names">) {
  const { set } = useUrl();
  return (
    <label>
      {word}
      <input type="date" value={value ?? ""} onChange={(event) => set({ [name]: event.target.value || null })} />
    </label>
  );
}
