// A titled part of a page; one that shows a table, also as CSV; and one that shows a chart, its numbers as a table, and both as CSV.

import { type ReactNode, useId } from "react";
import { downloadCsv } from "../csv";
import { useUrl } from "../scope";
import { CsvButton } from "./csv-button";
import { type Column, csvOf, Table, type TableProps } from "./table";

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

interface TablePartProps<Row> extends Omit<TableProps<Row>, "caption"> {
  title: string;
  /** What the file is called where the title does not say enough, such as the day. */
  file?: string;
  /** What is said before the table. */
  children?: ReactNode;
}

export function TablePart<Row>({ title, file = title, children, ...table }: TablePartProps<Row>) {
  const save = () => saveTable(file, table.columns, table.rows);
  return (
    <Part title={title} does={<CsvButton of={title} onSave={save} />}>
      {children}
      <Table caption={title} {...table} />
    </Part>
  );
}

function saveTable<Row>(file: string, columns: Column<Row>[], rows: Row[]): void {
  const csv = csvOf(columns, rows);
  downloadCsv(file, csv.head, csv.rows);
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
  const save = () => saveTable(title, columns, rows);
  const choices = (
    <>
      {does}
      <button type="button" aria-pressed={!isTable} onClick={() => set({ [name]: null })}>
        chart
      </button>
      <button type="button" aria-pressed={isTable} onClick={() => set({ [name]: "table" })}>
        table
      </button>
      <CsvButton of={title} onSave={save} />
    </>
  );
  return (
    <Part title={title} does={choices}>
      {isTable ? <Table caption={title} columns={columns} rows={rows} rowKey={rowKey} isTight isCapped /> : children}
    </Part>
  );
}
