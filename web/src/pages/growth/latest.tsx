// One period's account as an equation, and its ratios with what they mean.
import type { ReactNode } from "react";
import type { Account, Accounts, Change } from "../../api/types";
import { Part } from "../../components/part";
import { NONE, percent, periodText, ratio } from "../../format";
import { useUrl } from "../../scope";
import type { Slice } from "../../slice";
import { CHANGE_WORDS } from "../../words";
import { occurring, sideOf } from "./amounts";
import { MoveNumber } from "./move-number";

/** The period looked at: the one of the address, or the latest. */
export function chosenPeriod(rows: Account[], asked: string | null): Account | undefined {
  return rows.find((row) => row.period === asked) ?? rows.at(-1);
}

function Term({ sign, name, children }: { sign?: string; name: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        {sign ? <b>{sign} </b> : null}
        {name}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

const SIGNED: { change: Change; sign: string }[] = [
  { change: "new", sign: "+" },
  { change: "returned", sign: "+" },
  { change: "grew", sign: "+" },
  { change: "gone", sign: "−" },
  { change: "shrank", sign: "−" },
  { change: "turned", sign: "−" },
];

export function LatestAccount({ data, slice }: { data: Accounts; slice: Slice }) {
  const { params, set } = useUrl();
  const row = chosenPeriod(data.rows, params.get("period"));
  if (!row) return null;
  const unit = { unit: data.unit, currency: data.currency };
  const shown = occurring(
    data.rows,
    SIGNED.map(({ change }) => change),
  );
  const latest = data.rows.at(-1)?.period;
  const picker = (
    <label>
      another period{" "}
      <select
        value={row.period}
        onChange={(event) => set({ period: event.target.value === latest ? null : event.target.value })}
      >
        {data.rows.toReversed().map(({ period }) => (
          <option key={period} value={period}>
            {periodText(period)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Part title={`The account of ${periodText(row.period)}`} does={<span className="filters">{picker}</span>}>
      <dl className="account" data-account={row.period}>
        <Term name="before">
          <MoveNumber move={sideOf(row, "before")} unit={unit} slice={slice} />
        </Term>
        {SIGNED.filter(({ change }) => shown.includes(change)).map(({ change, sign }) => (
          <Term key={change} sign={sign} name={CHANGE_WORDS[change]}>
            <MoveNumber move={row.moves.find((move) => move.change === change)} unit={unit} slice={slice} />
          </Term>
        ))}
        <Term sign="=" name="after">
          <MoveNumber move={sideOf(row, "after")} unit={unit} slice={slice} />
        </Term>
      </dl>
      <Ratios row={row} />
    </Part>
  );
}

function Ratios({ row }: { row: Account }) {
  const share = (value: number | null) => (value === null ? NONE : percent(value));
  const lines: [string, string, string][] = [
    ["Quick ratio", ratio(row.quick_ratio), "what came for each one that went; below 1 shrinks"],
    ["Without new", ratio(row.quick_without_new), "the same if nobody new had come: what the base does by itself"],
    ["Kept", share(row.gross_retention), "of what was there before"],
    [
      "Only refills",
      share(row.dependency),
      "newcomers for each that went: how much of winning people replaces the lost",
    ],
    [
      "Hidden loss",
      row.is_masked ? "yes" : "no",
      row.is_masked
        ? "it grew, and would have shrunk without newcomers"
        : "newcomers do not turn a loss into growth here",
    ],
  ];
  return (
    <dl className="facts ratios">
      {lines.map(([name, value, about]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>
            <b>{value}</b> <span className="fine">{about}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
