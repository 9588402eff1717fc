// The accounts of the periods: as a drawing, as a table whose numbers open their people, and as CSV.
import { useMemo } from "react";
import type { Account, Accounts, Base, Change } from "../../api/types";
import { Chart } from "../../components/chart";
import { ChartPart } from "../../components/part";
import { hiddenLoss, ratioColumns } from "../../components/ratio-columns";
import type { Column } from "../../components/table";
import { capitalised, NONE, percent, periodText } from "../../format";
import type { Slice } from "../../slice";
import { CHANGE_WORDS } from "../../words";
import { amountOf, CHANGE_FILL, DOWN, hasAnybody, occurring, sideOf, type Unit, UP } from "./amounts";
import { accountsChart } from "./chart";
import { MoveNumber } from "./move-number";

const BASE_TITLES: Record<Base, string> = {
  active: "People who were active",
  engaged: "People who were engaged",
  degree: "Degree, all in all",
  value: "What purchases brought",
};

function columnsOf(rows: Account[], unit: Unit, slice: Slice): Column<Account>[] {
  const move = (change: Change): Column<Account> => ({
    title: capitalised(CHANGE_WORDS[change]),
    value: (row) => amountOf(row, change),
    show: (row) => <MoveNumber move={row.moves.find((one) => one.change === change)} unit={unit} slice={slice} />,
    isNumber: true,
  });
  const side = (title: string, name: "before" | "after"): Column<Account> => ({
    title,
    value: (row) => row[name],
    show: (row) => <MoveNumber move={sideOf(row, name)} unit={unit} slice={slice} />,
    isNumber: true,
  });
  const shareOf = (title: string, value: (row: Account) => number | null): Column<Account> => ({
    title,
    value,
    show: (row) => {
      const share = value(row);
      return share === null ? NONE : percent(share);
    },
    isNumber: true,
  });
  return [
    { title: "Period", value: (row) => row.period, show: (row) => periodText(row.period), isHead: true },
    side("Before", "before"),
    ...occurring(rows, ["new", "returned", "grew"]).map(move),
    ...occurring(rows, DOWN).map(move),
    side("After", "after"),
    ...ratioColumns<Account>(),
    shareOf("Only refills", (row) => row.dependency),
    shareOf("Kept", (row) => row.gross_retention),
    hiddenLoss(),
  ];
}

export function Periods({ data, slice }: { data: Accounts; slice: Slice }) {
  const unit = useMemo(() => ({ unit: data.unit, currency: data.currency }), [data.unit, data.currency]);
  const title = `${BASE_TITLES[data.base]}: what came and what went, by ${data.by}`;
  const columns = useMemo(() => columnsOf(data.rows, unit, slice), [data.rows, unit, slice]);
  const option = useMemo(
    () => accountsChart(data.rows, unit, `${BASE_TITLES[data.base]}, at the end`),
    [data.rows, unit, data.base],
  );
  const isEmpty = !hasAnybody(data.rows);
  const hasHidden = data.rows.some((row) => amountOf(row, "new") > 0 && row.before > 0);
  return (
    <ChartPart title={title} name="view" columns={columns} rows={data.rows} rowKey={(row) => row.period}>
      {isEmpty ? (
        <p className="hush">
          Nobody in these {data.rows.length} {data.by}s. Take a filter away, or choose more {data.by}s or another day.
        </p>
      ) : (
        <>
          <Chart label={`${title}; the table shows the numbers`} height={350} option={option} />
          <p className="keys">
            {[...occurring(data.rows, UP), ...occurring(data.rows, DOWN)].map((change) => (
              <span key={change}>
                <i className="key" style={{ background: `var(--${CHANGE_FILL[change]})` }} />
                {CHANGE_WORDS[change]}
              </span>
            ))}
            {hasHidden ? (
              <span>
                <i className="key hatched" />
                hatched: the part of the loss that newcomers hide
              </span>
            ) : null}
          </p>
        </>
      )}
    </ChartPart>
  );
}
