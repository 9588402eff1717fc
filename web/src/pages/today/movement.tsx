// The movement of the base: who became engaged and who stopped; or who was active, period by period. As chart, table, CSV.
import { type ReactNode, useMemo } from "react";
import { Link } from "react-router";
import { useEngaged } from "../../api/engaged";
import { useGrowth } from "../../api/growth";
import type { EngagedRow, GrowthBy, GrowthRow, PeriodFlow, Today } from "../../api/types";
import { Chart } from "../../components/chart";
import { ChartPart } from "../../components/part";
import { hiddenLoss, ratioColumns } from "../../components/ratio-columns";
import { Answer } from "../../components/states";
import type { Column } from "../../components/table";
import { count, percent, periodText } from "../../format";
import { useScope, useUrl } from "../../scope";
import { engagedChart, growthChart } from "./charts";

const ENGAGED_TITLE = "People who became engaged, and people who stopped";
const GROWTH_TITLE = "Active people: new, retained, came back, gone";
const BYS: GrowthBy[] = ["month", "week", "day"];

const engagedColumns: Column<EngagedRow>[] = [
  { title: "Month", value: (row) => row.period, show: (row) => periodText(row.period), isHead: true },
  ...(["before", "acquired", "reactivated", "disengaged", "defected", "after"] as const).map((name) => ({
    title: {
      before: "Engaged before",
      acquired: "New",
      reactivated: "Came back",
      disengaged: "Disengaged",
      defected: "Gone",
      after: "Engaged after",
    }[name],
    value: (row: EngagedRow) => row[name],
    show: (row: EngagedRow) => count(row[name]),
    isNumber: true,
  })),
  {
    title: "Hidden by newcomers",
    value: (row) => row.masked_share,
    show: (row) => (row.masked_share === null ? "" : percent(row.masked_share)),
    isNumber: true,
  },
];

function ListNumber({ row, flow }: { row: GrowthRow; flow: PeriodFlow }) {
  const { to } = useScope();
  return (
    <Link to={to("/people", row.lists[flow])} data-list="">
      {count(row[flow])}
    </Link>
  );
}

const flowTitles: Record<PeriodFlow, string> = {
  active: "Active",
  new: "New",
  retained: "Retained",
  resurrected: "Came back",
  churned: "Gone",
};

const growthColumns: Column<GrowthRow>[] = [
  { title: "Period", value: (row) => row.period, show: (row) => periodText(row.period), isHead: true },
  ...(["active", "new", "retained", "resurrected", "churned"] as const).map((flow) => ({
    title: flowTitles[flow],
    value: (row: GrowthRow) => row[flow],
    show: (row: GrowthRow) => <ListNumber row={row} flow={flow} />,
    isNumber: true,
  })),
  ...ratioColumns<GrowthRow>(),
  hiddenLoss(),
];

export function Movement({ today }: { today: Today }) {
  const { params, set } = useUrl();
  const isActive = params.get("show") === "active";
  const switcher = (
    <>
      <button type="button" aria-pressed={!isActive} onClick={() => set({ show: null, by: null })}>
        engaged
      </button>
      <button type="button" aria-pressed={isActive} onClick={() => set({ show: "active" })}>
        active
      </button>
      <span aria-hidden="true">·</span>
    </>
  );
  return isActive ? <Active today={today} switcher={switcher} /> : <Engaged switcher={switcher} />;
}

interface MovementProps {
  today: Today;
  switcher: ReactNode;
}

function Engaged({ switcher }: { switcher: ReactNode }) {
  const { scope } = useScope();
  const engaged = useEngaged(scope);
  const rows = engaged.data?.rows;
  const option = useMemo(() => engagedChart(rows ?? []), [rows]);
  return (
    <ChartPart
      title={ENGAGED_TITLE}
      name="view"
      columns={engagedColumns}
      rows={rows ?? []}
      rowKey={(row) => row.period}
      does={switcher}
    >
      <Answer query={engaged} what="The months could not be read." height={166}>
        {() => <Chart label={`${ENGAGED_TITLE}, by month; the table shows the numbers`} height={250} option={option} />}
      </Answer>
      <p className="keys">
        <span>
          <i className="key" style={{ background: "var(--pos-fill)" }} />
          new
        </span>
        <span>
          <i className="key" style={{ background: "var(--pos-deep)" }} />
          came back
        </span>
        <span>
          <i className="key" style={{ background: "var(--neg-fill)" }} />
          disengaged or gone
        </span>
        <span>
          <i className="key hatched" />
          hatched: the part that newcomers hide
        </span>
      </p>
    </ChartPart>
  );
}

function Active({ today, switcher }: MovementProps) {
  const { params, set } = useUrl();
  const { scope } = useScope();
  const asked = params.get("by");
  const by: GrowthBy = asked === "week" || asked === "day" ? asked : "month";
  const growth = useGrowth(scope, by, by !== "month");
  const rows = by === "month" ? today.growth : growth.data?.rows;
  const option = useMemo(() => growthChart(rows ?? []), [rows]);
  const choices = (
    <>
      {switcher}
      {BYS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={by === name}
          onClick={() => set({ by: name === "month" ? null : name })}
        >
          {name}
        </button>
      ))}
      <span aria-hidden="true">·</span>
    </>
  );
  const query = { data: rows, error: by === "month" ? null : growth.error, refetch: growth.refetch };
  return (
    <ChartPart
      title={GROWTH_TITLE}
      name="view"
      columns={growthColumns}
      rows={rows ?? []}
      rowKey={(row) => row.period}
      does={choices}
    >
      <Answer query={query} what="The growth by this period could not be read." height={200}>
        {() => <Chart label={`${GROWTH_TITLE}, by ${by}; the table shows the numbers`} height={250} option={option} />}
      </Answer>
      <p className="keys">
        <span>
          <i className="key" style={{ background: "var(--pos-fill)" }} />
          new
        </span>
        <span>
          <i className="key" style={{ background: "var(--accent-fill)" }} />
          retained
        </span>
        <span>
          <i className="key" style={{ background: "var(--pos-deep)" }} />
          came back
        </span>
        <span>
          <i className="key" style={{ background: "var(--neg-fill)" }} />
          gone since the period before
        </span>
      </p>
    </ChartPart>
  );
}
