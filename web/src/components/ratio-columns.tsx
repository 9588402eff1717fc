// The columns that say of a period whether it grew by itself or by newcomers, the same in every table of periods.
import { ratio } from "../format";
import type { Column } from "./table";

interface Ratios {
  quick_ratio: number | null;
  quick_without_new: number | null;
}

export function ratioColumns<Row extends Ratios>(): Column<Row>[] {
  return [
    { title: "Quick ratio", value: (row) => row.quick_ratio, show: (row) => ratio(row.quick_ratio), isNumber: true },
    {
      title: "Without new",
      value: (row) => row.quick_without_new,
      show: (row) => ratio(row.quick_without_new),
      isNumber: true,
    },
  ];
}

export function hiddenLoss<Row extends { is_masked: boolean }>(): Column<Row> {
  return {
    title: "Hidden loss",
    value: (row) => (row.is_masked ? "yes" : ""),
    show: (row) => (row.is_masked ? <b className="neg">yes</b> : ""),
    isNumber: true,
  };
}
