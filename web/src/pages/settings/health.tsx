// Health: whether everything that was accepted is counted, what is kept where, and what is being worked on.
import { Link } from "react-router";
import { useHealth } from "../../api/health";
import type { Health } from "../../api/types";
import { JobLine } from "../../components/job";
import { Part } from "../../components/part";
import { Answer, Words } from "../../components/states";
import { type Column, Table } from "../../components/table";
import { bytes, count, counted, dayShort, dayText, duration, instantText, NONE } from "../../format";
import { useScope } from "../../scope";
import { spaced } from "../../words";

/** Beyond it the lag is marked as wrong; the server's finding says the same. */
const MAX_LAG_SECONDS = 60;

export function HealthSection() {
  const health = useHealth();
  return (
    <Answer query={health} what="The health could not be read." height={360}>
      {(data) => <Body health={data} />}
    </Answer>
  );
}

/** The two sums that must hold, and whether they do. */
export function equations(sums: Health["sums"]): { words: string; isTrue: boolean }[] {
  const { sent, accepted, rejected, folded, duplicate, waiting } = sums;
  const told = (isTrue: boolean, left: string, right: string) => ({
    words: `${left} ${isTrue ? "=" : "≠"} ${right}`,
    isTrue,
  });
  return [
    told(
      accepted === folded + duplicate + waiting,
      `${count(accepted)} accepted`,
      `${count(folded)} folded + ${count(duplicate)} duplicate + ${count(waiting)} waiting`,
    ),
    told(
      sent === accepted + rejected,
      `${count(sent)} sent`,
      `${count(accepted)} accepted + ${count(rejected)} rejected`,
    ),
  ];
}

function Claim({ health }: { health: Health }) {
  const [first] = equations(health.sums);
  if (health.sums.agree) return <h1>Everything that was accepted is counted: {first?.words}.</h1>;
  const wrong = equations(health.sums).filter((sum) => !sum.isTrue);
  return <h1 className="neg">The sums do not agree: {wrong.map((sum) => sum.words).join("; ")}.</h1>;
}

/** How far the fold is behind what was accepted. */
export function lagWords(health: Pick<Health, "lag_events" | "lag_seconds">): string {
  if (health.lag_events === 0) return "Nothing waits: the fold is level with what was accepted.";
  const since = health.lag_seconds > 0 ? `, the oldest for ${duration(health.lag_seconds)}` : "";
  return `${counted(health.lag_events, "event waits", "events wait")} to be folded${since}.`;
}

function Sums({ health }: { health: Health }) {
  const { to } = useScope();
  const { sums } = health;
  const parts: [string, number, string?][] = [
    ["sent", sums.sent],
    ["accepted", sums.accepted, "tab=sources"],
    ["rejected", sums.rejected, "tab=rejected&state=all"],
    ["folded", sums.folded],
    ["duplicate", sums.duplicate],
    ["waiting", sums.waiting],
  ];
  return (
    <>
      <dl className="sums">
        {parts.map(([name, n, list]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{list ? <Link to={to("/settings", list)}>{count(n)}</Link> : count(n)}</dd>
          </div>
        ))}
      </dl>
      <ul className="equations">
        {equations(sums).map(({ words, isTrue }) => (
          <li key={words} className={isTrue ? undefined : "neg"}>
            <span className={isTrue ? "pos" : "neg"} aria-hidden="true">
              {isTrue ? "✓" : "×"}
            </span>{" "}
            {words}
          </li>
        ))}
        <li>
          <span className={health.lag_seconds > MAX_LAG_SECONDS ? "neg" : "pos"} aria-hidden="true">
            {health.lag_seconds > MAX_LAG_SECONDS ? "×" : "✓"}
          </span>{" "}
          {lagWords(health)}
        </li>
      </ul>
    </>
  );
}

const runColumns: Column<Health["runs"][number]>[] = [
  { title: "Run", value: (run) => spaced(run.kind), isHead: true },
  { title: "Files", value: (run) => run.n_files, show: (run) => count(run.n_files), isNumber: true },
  { title: "Rows", value: (run) => run.n_rows, show: (run) => count(run.n_rows), isNumber: true },
  { title: "Size", value: (run) => run.n_bytes, show: (run) => bytes(run.n_bytes), isNumber: true },
  {
    title: "Days",
    value: (run) => `${run.min_day ?? ""} to ${run.max_day ?? ""}`,
    show: (run) => (run.min_day && run.max_day ? `${dayShort(run.min_day)} to ${dayShort(run.max_day)}` : NONE),
  },
];

/** What a server of several does now. */
export function roleOf(server: Health["servers"][number]): string {
  if (!server.is_alive) return "silent";
  return server.leads ? "leads" : "follows";
}

const serverColumns: Column<Health["servers"][number]>[] = [
  {
    title: "Server",
    value: (server) => server.name,
    show: (server) => (server.is_this ? `${server.name} (this one)` : server.name),
    isHead: true,
  },
  {
    title: "Role",
    value: roleOf,
    show: (server) => <span className={server.is_alive ? undefined : "neg"}>{roleOf(server)}</span>,
  },
  { title: "Took in", value: (server) => server.n_taken, show: (server) => count(server.n_taken), isNumber: true },
  {
    title: "Batches behind",
    value: (server) => server.n_behind,
    show: (server) => count(server.n_behind),
    isNumber: true,
  },
  {
    title: "Not sealed",
    value: (server) => server.n_unsealed,
    show: (server) => count(server.n_unsealed),
    isNumber: true,
  },
  { title: "Since", value: (server) => server.started_at, show: (server) => instantText(server.started_at) },
  { title: "Version", value: (server) => server.version },
];

/** What the cluster does in this server's place. */
export function clusterWords(cluster: NonNullable<Health["cluster"]>): string {
  const { n_answered, n_own, n_tasks, n_tasks_done } = cluster;
  const own =
    n_own === 0 ? "" : `; ${counted(n_own, "question", "questions")} it did not, and this server counted itself`;
  const now = n_tasks === 0 ? "" : ` At work: ${count(n_tasks_done)} of ${counted(n_tasks, "task", "tasks")} done.`;
  return `${counted(n_answered, "question was", "questions were")} answered there since the start${own}.${now}`;
}

function Cluster({ cluster }: { cluster: NonNullable<Health["cluster"]> }) {
  return (
    <Part title="Cluster" does={cluster.url}>
      <p className="sub">
        <span className={cluster.is_away ? "neg" : "pos"} aria-hidden="true">
          {cluster.is_away ? "×" : "✓"}
        </span>{" "}
        {cluster.is_away ? "Away when last asked. " : ""}
        {clusterWords(cluster)}
      </p>
    </Part>
  );
}

function KeptDays({ days }: { days: string[] }) {
  const { to } = useScope();
  if (days.length === 0)
    return <p className="hush">No day’s standings are kept yet; they are read from the activity.</p>;
  const first = days[0] ?? "";
  const last = days.at(-1) ?? "";
  return (
    <p className="sub">
      {counted(days.length, "day is", "days are")} kept, from {dayText(first)} to{" "}
      <Link to={to("/", `on=${last}`)}>{dayText(last)}</Link>; any other day is worked out when asked.
    </p>
  );
}

function Body({ health }: { health: Health }) {
  return (
    <>
      <Claim health={health} />
      {health.findings.length === 0 ? (
        <p className="sub">
          <span className="pos">✓</span> All is well, as of {instantText(health.now)}.
        </p>
      ) : (
        <div className="problem" role="alert">
          {health.findings.map((finding) => (
            <p key={finding}>
              <Words text={finding} />
            </p>
          ))}
        </div>
      )}
      <Sums health={health} />
      <RejectedReasons health={health} />
      {health.jobs.length === 0 ? null : (
        <Part title="Work">
          {health.jobs.map((job) => (
            <div key={job.id} style={{ padding: "6px 0 10px", borderBottom: "1px solid var(--line)" }}>
              <JobLine job={job} />
            </div>
          ))}
        </Part>
      )}
      <Part title="Runs in the lake" does={bytes(health.lake_bytes)}>
        {health.runs.length === 0 ? (
          <p className="hush">Nothing is sealed yet; all is in the journal.</p>
        ) : (
          <Table
            caption="Runs in the lake"
            columns={runColumns}
            rows={health.runs}
            rowKey={(run) => run.kind}
            isTight
          />
        )}
      </Part>
      {health.servers.length === 0 ? null : (
        <Part title="Servers" does={counted(health.servers.length, "server", "servers")}>
          <Table
            caption="Servers on this database"
            columns={serverColumns}
            rows={health.servers}
            rowKey={(server) => server.name + server.started_at}
            isTight
            isCards
          />
        </Part>
      )}
      {health.cluster ? <Cluster cluster={health.cluster} /> : null}
      <Part title="Kept days">
        <KeptDays days={health.kept_days} />
      </Part>
      <Part title="The house">
        <dl className="facts">
          <dt>version</dt>
          <dd>
            {health.version}, schema {health.schema}
          </dd>
          <dt>started</dt>
          <dd>{instantText(health.started_at)}</dd>
          <dt>database</dt>
          <dd>
            {health.database}, {bytes(health.database_bytes)}
          </dd>
          <dt>folder</dt>
          <dd>{health.data_dir}</dd>
          <dt>memory</dt>
          <dd>
            {bytes(health.memory_bytes)}, {counted(health.tail_rows, "row", "rows")} not yet sealed
          </dd>
        </dl>
      </Part>
    </>
  );
}

function RejectedReasons({ health }: { health: Health }) {
  const { to } = useScope();
  if (health.rejected.length === 0) return null;
  return (
    <Part title="Rejected, by reason" does={<Link to={to("/settings", "tab=rejected")}>see them</Link>}>
      <Table
        caption="Rejected, by reason"
        columns={[
          {
            title: "Reason",
            value: (row) => row.reason,
            show: (row) => (
              <Link to={to("/settings", `tab=rejected&reason=${encodeURIComponent(row.reason)}`)} className="link">
                {spaced(row.reason)}
              </Link>
            ),
            isHead: true,
          },
          { title: "Events", value: (row) => row.n, show: (row) => count(row.n), isNumber: true },
        ]}
        rows={health.rejected}
        rowKey={(row) => row.reason}
        isTight
        isNarrow
      />
    </Part>
  );
}
