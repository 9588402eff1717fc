//! Health: whether everything that was accepted is counted, what lies where, and what is wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use parlour_engine::{AfarHealth, ServerStanding, clock};
use parlour_store::{Conn, Kind, SCHEMA_VERSION, StoreError, job, journal, rejected, run, tally};
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs::Job;
use super::wire::Date;
use crate::app::{App, State};
use crate::error::ApiError;

/// The kinds of run.
const RUN_KINDS: [&str; 4] = ["activity", "event", "filter", "standing"];
/// Jobs that are told, the newest.
const MAX_JOBS: usize = 20;
/// Waiting longer than this to be folded is a finding.
const MAX_LAG_MICROS: i64 = 60_000_000;
const BYTES_PER_KIB: u64 = 1024;

/// Whether the server is there and reaches its database.
#[derive(Serialize, ToSchema)]
pub(crate) struct Liveness {
    /// `ok`.
    status: &'static str,
}

/// How everything is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    version: &'static str,
    started_at: String,
    now: String,
    /// `sqlite` or `postgres`.
    database: &'static str,
    /// Version of the database's schema.
    schema: i64,
    data_dir: String,
    sums: Sums,
    /// Events accepted and not folded yet.
    lag_events: i64,
    /// How long the oldest of those waits.
    lag_seconds: i64,
    /// Rows of activity in memory, not sealed yet.
    tail_rows: usize,
    /// Resident memory of the server; 0 where the system does not say.
    memory_bytes: u64,
    database_bytes: u64,
    /// Of the files that count.
    lake_bytes: i64,
    runs: Vec<RunKind>,
    /// Days whose standings are kept.
    kept_days: Vec<Date>,
    rejected: Vec<ReasonCount>,
    /// The servers on the database, where there may be several.
    servers: Vec<ServerHealth>,
    /// The cluster that counts in this server's place; null where there is none.
    cluster: Option<ClusterHealth>,
    /// The newest 20.
    jobs: Vec<Job>,
    /// What is wrong; empty when all is well.
    findings: Vec<String>,
}

/// What became of events.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct Sums {
    pub(super) sent: i64,
    pub(super) accepted: i64,
    pub(super) rejected: i64,
    pub(super) folded: i64,
    pub(super) duplicate: i64,
    pub(super) waiting: i64,
    /// Whether accepted = folded + duplicate + waiting and sent = accepted + rejected.
    pub(super) agree: bool,
}

/// The files of one kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunKind {
    kind: &'static str,
    n_files: usize,
    n_rows: i64,
    n_bytes: i64,
    min_day: Option<Date>,
    max_day: Option<Date>,
}

/// One server of several on a database.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerHealth {
    /// Its machine and its data folder.
    pub(super) name: String,
    version: String,
    started_at: String,
    /// Whether it gave this answer.
    is_this: bool,
    /// Whether it folds, seals and does what is done once.
    pub(super) leads: bool,
    /// Whether it stirs still.
    pub(super) is_alive: bool,
    /// Events that it took in since it was started.
    pub(super) n_taken: i64,
    /// Batches of the journal that its readers do not see yet.
    pub(super) n_behind: i64,
    /// Events that it has in memory and that are not sealed.
    n_unsealed: i64,
}

/// The cluster, as this server sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClusterHealth {
    url: String,
    /// Whether it was away when last asked.
    is_away: bool,
    /// Questions it answered since this server was started.
    n_answered: u64,
    /// Questions it did not answer, so that this server counted itself.
    n_own: u64,
    /// Tasks that are done of those under way.
    n_tasks_done: u64,
    /// All tasks under way.
    n_tasks: u64,
}

/// How many events were rejected for a reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonCount {
    pub(super) reason: String,
    pub(super) n: i64,
}

/// Everything that is read at one moment.
struct Seen {
    sums: Sums,
    oldest_waiting_at: Option<i64>,
    runs: BTreeMap<&'static str, Vec<run::Run>>,
    rejected: Vec<(String, i64)>,
    jobs: Vec<job::Job>,
}

/// Whether the server is there and reaches its database; for watchers, without a session.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, body = Liveness)))]
pub(crate) async fn get_liveness(State(app): State<Arc<App>>) -> Result<Json<Liveness>, ApiError> {
    app.run(|app| Ok(app.engine.database.read(tally::all)?)).await?;
    Ok(Json(Liveness { status: "ok" }))
}

/// How everything is: sums, lag, sizes, files, jobs, and what is wrong.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn get_health(State(app): State<Arc<App>>) -> Result<Json<Health>, ApiError> {
    app.run(health).await.map(Json)
}

fn health(app: &App) -> Result<Health, ApiError> {
    let engine = &app.engine;
    let seen = engine.database.read(seen)?;
    let now = clock::now();
    Ok(Health {
        version: env!("CARGO_PKG_VERSION"),
        started_at: clock::rfc3339(engine.started_at),
        now: clock::rfc3339(now),
        database: match engine.database.kind() {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
        },
        schema: SCHEMA_VERSION,
        data_dir: engine.folder.display().to_string(),
        sums: seen.sums,
        lag_events: seen.sums.waiting,
        lag_seconds: seen.oldest_waiting_at.map_or(0, |at| now.saturating_sub(at).max(0) / 1_000_000),
        tail_rows: engine.n_tail_rows(),
        memory_bytes: memory_bytes(),
        database_bytes: engine.database.size_bytes()?,
        lake_bytes: seen.runs.values().flatten().map(|run| run.n_bytes).sum(),
        runs: seen.runs.iter().map(|(kind, runs)| run_kind(kind, runs)).collect(),
        servers: servers(app)?,
        cluster: cluster(app),
        kept_days: engine.kept_days()?.into_iter().map(Date).collect(),
        findings: findings(app, &seen, now),
        rejected: seen.rejected.into_iter().map(|(reason, n)| ReasonCount { reason, n }).collect(),
        jobs: seen.jobs.into_iter().map(Into::into).collect(),
    })
}

/// The servers on the database, where there may be several.
pub(super) fn servers(app: &App) -> Result<Vec<ServerHealth>, ApiError> {
    let all = app.engine.servers()?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let last = app.engine.database.read(journal::last)?;
    let told = |standing: ServerStanding| {
        let ServerStanding { server, is_this, is_alive } = standing;
        ServerHealth {
            name: server.name,
            version: server.version,
            started_at: clock::rfc3339(server.started_at),
            is_this,
            leads: server.leads && is_alive,
            is_alive,
            n_taken: server.n_taken,
            n_behind: last.saturating_sub(server.folded).max(0),
            n_unsealed: server.n_unsealed,
        }
    };
    Ok(all.into_iter().map(told).collect())
}

fn cluster(app: &App) -> Option<ClusterHealth> {
    let (url, health) = (app.engine.afar_url()?, app.engine.afar_health()?);
    let (n_tasks_done, n_tasks) = health.tasks;
    let AfarHealth { is_away, n_answered, n_own, .. } = health;
    Some(ClusterHealth { url: url.to_owned(), is_away, n_answered, n_own, n_tasks_done, n_tasks })
}

/// The sums, when the oldest that waits to be folded came, and how many rejections are kept for each reason.
type Watched = (Sums, Option<i64>, Vec<(String, i64)>);

/// What machines watch.
pub(super) fn watched(app: &App) -> Result<Watched, ApiError> {
    let seen = app.engine.database.read(seen)?;
    Ok((seen.sums, seen.oldest_waiting_at, seen.rejected))
}

fn seen(conn: &mut dyn Conn) -> Result<Seen, StoreError> {
    let folded_upto = journal::cursor(conn, journal::FOLD)?;
    let waiting = journal::waiting(conn, folded_upto)?;
    let tallies = tally::all(conn)?;
    let n = |name: &str| tallies.iter().find(|(known, _)| known == name).map_or(0, |(_, n)| *n);
    let mut runs = BTreeMap::new();
    for kind in RUN_KINDS {
        runs.insert(kind, run::list(conn, kind)?);
    }
    let sums = Sums {
        sent: n(tally::SENT),
        accepted: n(tally::ACCEPTED),
        rejected: n(tally::REJECTED),
        folded: n(tally::FOLDED),
        duplicate: n(tally::DUPLICATE),
        waiting: waiting.n_events,
        agree: false,
    };
    Ok(Seen {
        sums: Sums { agree: sums.do_agree(), ..sums },
        oldest_waiting_at: waiting.oldest_at,
        runs,
        rejected: rejected::count(conn, None)?,
        jobs: job::list(conn, MAX_JOBS)?,
    })
}

impl Sums {
    fn do_agree(&self) -> bool {
        self.accepted == self.folded + self.duplicate + self.waiting && self.sent == self.accepted + self.rejected
    }
}

fn run_kind(kind: &'static str, runs: &[run::Run]) -> RunKind {
    RunKind {
        kind,
        n_files: runs.len(),
        n_rows: runs.iter().map(|run| run.n_rows).sum(),
        n_bytes: runs.iter().map(|run| run.n_bytes).sum(),
        min_day: runs.iter().map(|run| run.min_day).min().map(Date),
        max_day: runs.iter().map(|run| run.max_day).max().map(Date),
    }
}

fn findings(app: &App, seen: &Seen, now: i64) -> Vec<String> {
    let mut findings = Vec::new();
    let sums = &seen.sums;
    if !sums.agree {
        findings.push(format!(
            "the sums do not agree: {} accepted, but {} folded, {} duplicate and {} waiting; {} sent, but {} rejected; \
             run `parlour doctor`",
            sums.accepted, sums.folded, sums.duplicate, sums.waiting, sums.sent, sums.rejected
        ));
    }
    if let Some(at) = seen.oldest_waiting_at.filter(|at| now.saturating_sub(*at) > MAX_LAG_MICROS) {
        findings.push(format!("{} events wait to be folded since {}", sums.waiting, clock::rfc3339(at)));
    }
    if let Some(cluster) = cluster(app).filter(|cluster| cluster.is_away) {
        findings.push(format!(
            "the cluster at {} was away when last asked, so this server counts itself; see whether `parlour-cluster \
             scheduler` runs there",
            cluster.url
        ));
    }
    for run in seen.runs.values().flatten() {
        let found = std::fs::metadata(app.engine.lake_path(&run.file)).map(|file| file.len() as i64);
        // One among several fetches what it lacks.
        if found.is_err() && app.engine.database.is_among() {
            continue;
        }
        if found.is_err() {
            findings.push(format!("`{}` of the lake is missing; restore a backup", run.file));
        } else if run.kind != "filter" && found.is_ok_and(|n| n != run.n_bytes) {
            findings.push(format!("`{}` of the lake is not as long as it was written; restore a backup", run.file));
        }
    }
    for job in seen.jobs.iter().filter(|job| job.state == "failed") {
        let why = job.message.as_deref().unwrap_or("it does not say why");
        findings.push(format!("job {} (`{}`) failed: {why}", job.id, job.name));
    }
    findings
}

/// Resident memory as the system tells it.
pub(super) fn memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.map_or(0, |kib| kib * BYTES_PER_KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_or_do_not() {
        let sums = Sums { sent: 10, accepted: 8, rejected: 2, folded: 5, duplicate: 1, waiting: 2, agree: false };
        assert!(sums.do_agree());
        assert!(!Sums { waiting: 1, ..sums }.do_agree());
        assert!(!Sums { rejected: 1, ..sums }.do_agree());
    }
}
