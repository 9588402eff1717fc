// Tables as CSV (RFC 4180) that no spreadsheet will take for formulas.

export type CsvValue = string | number | null | undefined;

/** One cell. Text that a spreadsheet would run is made text again with a leading apostrophe; numbers stay numbers. */
function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvText(head: string[], rows: CsvValue[][]): string {
  return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** A file name from words: "People, falling" becomes "parlour-people-falling.csv". */
export function csvName(title: string): string {
  const words = title
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `parlour-${words || "table"}.csv`;
}

/** Hands a CSV file to the browser. The byte order mark makes spreadsheets read it as UTF-8. */
export function downloadCsv(title: string, head: string[], rows: CsvValue[][]): void {
  const file = new Blob(["\ufeff", csvText(head, rows)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = csvName(title);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
