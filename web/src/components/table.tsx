// A table from columns and rows, and the same columns and rows as CSV.

import type { ReactNode } from "react";
import type { CsvValue } from "../csv";
import { ScrollBox } from "./scroll-box";

export interface Column<Row> {
  title: string;
  /** What goes into the CSV, and onto the page unless `show` says otherwise. */
  value: (row: Row) => CsvValue;
  show?: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** The cell that names the row. */
  isHead?: boolean;
  /** Told in the CSV alone. */
  isCsvOnly?: boolean;
  /** Takes a whole line of a card. */
  isWhole?: boolean;
}

export interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  isTight?: boolean;
  isCapped?: boolean;
  isNarrow?: boolean;
  /** Whether each row becomes a card where the page is narrow. */
  isCards?: boolean;
}

export function Table<Row>({ caption, columns, rows, rowKey, isTight, isCapped, isNarrow, isCards }: TableProps<Row>) {
  const shown = columns.filter((column) => !column.isCsvOnly);
  const names = [isTight && "tight", isCards && "cards"].filter(Boolean).join(" ");
  return (
    <ScrollBox label={caption} isCapped={isCapped} isNarrow={isNarrow}>
      <table className={names || undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {shown.map((column) =>
              column.title ? (
                <th key={column.title} scope="col" className={column.isNumber ? "n" : undefined}>
                  {column.title}
                </th>
              ) : (
                <td key="what can be done" />
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {shown.map((column) => {
                const content = column.show ? column.show(row) : (column.value(row) ?? "");
                if (column.isHead) {
                  return (
                    <th key={column.title} scope="row">
                      {content}
                    </th>
                  );
                }
                return (
                  <td key={column.title} className={classOf(column)} data-label={column.title || undefined}>
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function classOf<Row>(column: Column<Row>): string | undefined {
  return [column.isNumber && "n", column.isWhole && "whole"].filter(Boolean).join(" ") || undefined;
}

export function csvOf<Row>(columns: Column<Row>[], rows: Row[]): { head: string[]; rows: CsvValue[][] } {
  return { head: columns.map((c) => c.title), rows: rows.map((row) => columns.map((c) => c.value(row))) };
}
