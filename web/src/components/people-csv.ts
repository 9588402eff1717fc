// People as CSV: what is known of each, by the names the API gives it.
import type { PersonRow } from "../api/types";
import { type Column, csvOf } from "./table";

const csvColumns: Column<PersonRow>[] = [
  { title: "person", value: (row) => row.person },
  { title: "name", value: (row) => row.name },
  { title: "cell", value: (row) => row.cell },
  { title: "stage", value: (row) => row.stage },
  { title: "degree", value: (row) => row.degree },
  { title: "percentile", value: (row) => row.percentile },
  { title: "kind", value: (row) => row.kind },
  { title: "direction", value: (row) => row.direction },
  { title: "p_falling", value: (row) => row.p_falling },
  { title: "value_minor", value: (row) => row.value_minor },
  { title: "currency", value: (row) => row.currency },
  { title: "p_alive", value: (row) => row.worth?.p_alive },
  { title: "expected", value: (row) => row.worth?.expected },
  { title: "current_minor", value: (row) => row.worth?.current_minor },
  { title: "potential_minor", value: (row) => row.worth?.potential_minor },
  { title: "at_risk_minor", value: (row) => row.worth?.at_risk_minor },
  { title: "quadrant", value: (row) => row.worth?.quadrant },
  { title: "first_day", value: (row) => row.first_day },
  { title: "last_day", value: (row) => row.last_day },
  { title: "due_day", value: (row) => row.due_day },
  { title: "reason", value: (row) => row.reason },
];

export function peopleCsv(rows: PersonRow[]) {
  return csvOf(csvColumns, rows);
}
