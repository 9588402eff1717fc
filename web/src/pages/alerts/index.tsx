// Alerts: what somebody should be told, newest first; each leads to what is behind it, and is marked once looked at.
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { after } from "../../after";
import { useAlerts, useSeeAlert } from "../../api/alerts";
import type { Alert, AlertQuery } from "../../api/types";
import { useWorkspace } from "../../api/workspace";
import { type Option, Switch } from "../../components/choice";
import { May } from "../../components/may";
import { Answer, Problem, useTitle } from "../../components/states";
import { dayText } from "../../format";
import { useScope, useUrl } from "../../scope";
import { behind, headline, KIND_WORDS, KINDS } from "./words";

const STATES: Option[] = [
  { value: "open", word: "not looked at" },
  { value: "seen", word: "looked at" },
  { value: "all", word: "all" },
];
const KIND_CHOICES: Option[] = [
  { value: "", word: "every kind" },
  ...KINDS.map((kind) => ({ value: kind, word: KIND_WORDS[kind] ?? kind })),
];

export function Alerts() {
  useTitle("Alerts");
  const { params } = useUrl();
  const state = STATES.find(({ value }) => value === params.get("state"))?.value ?? "open";
  const kind = KINDS.find((one) => one === params.get("kind"));
  const query: AlertQuery = { state, ...(kind ? { kind } : {}) };
  return (
    <>
      <div className="top">
        <span>All objects</span>
      </div>
      <Body query={query} />
    </>
  );
}

function Body({ query }: { query: AlertQuery }) {
  const alerts = useAlerts(query);
  const see = useSeeAlert();
  const { to } = useScope();
  const rows = alerts.data?.pages.flatMap((page) => page.rows) ?? [];
  const newest = rows[0]?.id;
  const nOpen = alerts.data?.pages[0]?.n_open ?? 0;
  return (
    <Answer query={alerts} what="The alerts could not be read." height={300}>
      {(data) => (
        <>
          <h1>{headline(nOpen, query.state ?? "open", data.pages[0]?.n_total ?? 0)}</h1>
          <p className="sub">
            Each day that is over is compared with the one before: valuable people who did not come when they were due,
            growth that hides a loss, layers where far less is done. Each is told once.{" "}
            <Link to={to("/settings", "tab=deliveries")}>Deliveries</Link> says who else is told.
          </p>
          <Choices query={query} />
          {query.state === "open" && newest !== undefined && rows.length > 1 && !query.kind ? (
            <May right="heed">
              <p>
                <Button
                  size="compact-md"
                  variant="default"
                  loading={see.all.isPending}
                  onClick={() => see.all.mutate(newest)}
                >
                  Mark all as looked at
                </Button>
              </p>
            </May>
          ) : null}
          {see.all.error ? <Problem error={see.all.error} /> : null}
          {rows.length === 0 ? (
            <Nothing query={query} />
          ) : (
            <ul className="alerts" aria-label="Alerts">
              {rows.map((alert) => (
                <AlertLine key={alert.id} alert={alert} />
              ))}
            </ul>
          )}
          {alerts.hasNextPage ? (
            <Button
              variant="default"
              loading={alerts.isFetchingNextPage}
              onClick={() => after(alerts.fetchNextPage(), () => undefined)}
            >
              Older ones
            </Button>
          ) : null}
        </>
      )}
    </Answer>
  );
}

function Choices({ query }: { query: AlertQuery }) {
  return (
    <search className="filters">
      <Switch name="state" label="alerts" value={query.state ?? "open"} choices={STATES} />
      <Switch name="kind" label="kind" value={query.kind ?? ""} choices={KIND_CHOICES} />
    </search>
  );
}

/** Why the list is empty, and what there is to look at instead. */
function Nothing({ query }: { query: AlertQuery }) {
  const { set } = useUrl();
  if (query.state === "all" && !query.kind) {
    return <p className="hush">Nothing has been told yet. Each day is looked at once it is over.</p>;
  }
  return (
    <p className="hush">
      {query.kind ? "There is none of this kind here. " : "There is none here. "}
      <button type="button" className="link" onClick={() => set({ state: "all", kind: null })}>
        Show all alerts
      </button>
    </p>
  );
}

function AlertLine({ alert }: { alert: Alert }) {
  const see = useSeeAlert();
  const { data: workspace } = useWorkspace();
  const title = workspace?.objects.find((object) => object.name === alert.object)?.title ?? alert.object;
  const { path, what } = behind(alert);
  const isOpen = alert.state === "open";
  return (
    <li data-alert={alert.id} className={isOpen ? undefined : "seen"}>
      <p>
        <Link to={path} className="link">
          <b>{alert.title}</b>
        </Link>
      </p>
      <p>{alert.text}</p>
      <p className="does">
        <span>
          {KIND_WORDS[alert.kind] ?? alert.kind} · {title} · {dayText(alert.day)}
        </span>
        <Link to={path}>{what}</Link>
        {isOpen ? (
          <May right="heed">
            <button
              type="button"
              onClick={() => see.one.mutate(alert.id)}
              aria-label={`Mark as looked at: ${alert.title}`}
            >
              mark as looked at
            </button>
          </May>
        ) : (
          <span>looked at</span>
        )}
      </p>
      {see.one.error ? <Problem error={see.one.error} /> : null}
    </li>
  );
}
