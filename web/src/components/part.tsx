// A titled part of a page; and one that shows a chart, its numbers as a table, and both as CSV.
import { type ReactNode, useId } from "react";
import { downloadCsv } from "../csv";
import { useUrl } from "../scope";
import { type Column, csvOf, Table } from "./table";

interface PartProps {
  title: ReactNode;
  does?: ReactNode;
  children: ReactNode;
}

export function Part({ title, does, children }: PartProps) {
  const id = useId();
  return (
    <section className="part" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {does ? <div className="does">{does}</div> : null}
      </header>
      {children}
    </section>
  );
}

interface ChartPartProps<Row> {
  title: string;
  /** Where the choice between chart and table is kept in the URL. */
  name: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  /** More to choose from, before chart, table and CSV. */
  does?: ReactNode;
  children: ReactNode;
}

export function ChartPart<Row>({ title, name, columns, rows, rowKey, does, children }: ChartPartProps<Row>) {
  const { params, set } = useUrl();
  const isTable = params.get(name) === "table";
  const save = () => {
    const csv = csvOf(columns, rows);
    downloadCsv(title, csv.head, csv.rows);
  };
  const choices = (
    <>
      {does}
      <button type="button" aria-pressed={!isTable} onClick={() => set({ [name]: null })}>
        chart
      </button>
      <button type="button" aria-pressed={isTable} onClick={() => set({ [name]: "table" })}>
        table
      </button>
      <button type="button" onClick={save} aria-label={`${title} as CSV`}>
        CSV
      </button>
    </>
  );
  return (
    <Part title={title} does={choices}>
      {isTable ? <Table caption={title} columns={columns} rows={rows} rowKey={rowKey} isTight isCapped /> : children}
    </Part>
  );
}
