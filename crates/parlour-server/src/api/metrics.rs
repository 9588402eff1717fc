//! Metrics: what machines watch, in the text format of Prometheus.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header::{self, HeaderMap, HeaderName};
use parlour_engine::clock;
use parlour_store::source_tally::{self, ACCEPTED, REJECTED};
use subtle::ConstantTimeEq;

use super::health;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::meter::escaped;

/// What a proxy in between adds: then the one on loopback is not the one who asks.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Counts, sums, lag and latencies in the text format of Prometheus.
///
/// For whoever asks from this machine, and from elsewhere with `Authorization: Bearer` and `server.metrics_token`.
#[utoipa::path(
    get, path = "/metrics", tag = "health", security(()),
    responses((status = 200, content_type = "text/plain", body = String))
)]
pub(crate) async fn get_metrics(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], String), ApiError> {
    if !may_ask(&app.engine.settings.server.metrics_token, peer.map(|Extension(Peer(at))| at), &headers) {
        let message =
            "metrics are told on this machine, or elsewhere to whoever sends `server.metrics_token` as Bearer";
        return Err(ApiError::new(ErrorCode::SignInNeeded, message));
    }
    let text = app.run(metrics).await?;
    Ok(([(header::CONTENT_TYPE, FORMAT)], text))
}

fn may_ask(token: &str, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let Some(sent) = sent.filter(|_| !token.is_empty()) {
        return bool::from(sent.as_bytes().ct_eq(token.as_bytes()));
    }
    let is_here = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    token.is_empty() && is_here && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// The same for a collector that is sent them.
pub fn metrics_text(app: &App) -> Result<String, String> {
    metrics(app).map_err(|error| error.cause.unwrap_or(error.message))
}

fn metrics(app: &App) -> Result<String, ApiError> {
    let now = clock::now();
    let (sums, oldest_at, kept) = health::watched(app)?;
    let mut text = String::new();
    let mut one = |name: &str, kind: &str, help: &str, value: i64| {
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").expect("a String takes any text");
    };
    one("parlour_events_sent_total", "counter", "Events that reached a door.", sums.sent);
    one("parlour_events_accepted_total", "counter", "Events in the journal.", sums.accepted);
    one("parlour_events_rejected_total", "counter", "Events set aside with a reason.", sums.rejected);
    one("parlour_events_folded_total", "counter", "Events in the activity.", sums.folded);
    one("parlour_events_duplicate_total", "counter", "Repeats of events.", sums.duplicate);
    one("parlour_lag_events", "gauge", "Events accepted and not folded yet.", sums.waiting);
    let lag_seconds = oldest_at.map_or(0, |at| now.saturating_sub(at).max(0) / 1_000_000);
    one("parlour_lag_seconds", "gauge", "How long the oldest of those waits.", lag_seconds);
    let help = "1 if sent = accepted + rejected and accepted = folded + duplicate + waiting; alarm on 0.";
    one("parlour_sums_agree", "gauge", help, sums.agree.into());
    let memory = health::memory_bytes() as i64;
    one("process_resident_memory_bytes", "gauge", "Resident memory.", memory);
    one("process_start_time_seconds", "gauge", "When the server started.", app.engine.started_at / 1_000_000);
    one("parlour_database_bytes", "gauge", "Size of the database.", app.engine.database.size_bytes()? as i64);
    one("parlour_tail_rows", "gauge", "Rows of activity in memory.", app.engine.n_tail_rows() as i64);
    one("parlour_leads", "gauge", "1 if this server does what one of several does alone.", app.engine.leads().into());
    if let Some(cluster) = app.engine.afar_health() {
        one("parlour_cluster_away", "gauge", "1 if the cluster was away when last asked.", cluster.is_away.into());
        one("parlour_cluster_answers_total", "counter", "Questions it answered.", cluster.n_answered as i64);
        let help = "Questions it did not answer, so that this server counted itself.";
        one("parlour_cluster_own_answers_total", "counter", help, cluster.n_own as i64);
        one("parlour_cluster_tasks_done", "gauge", "Tasks done of questions under way.", cluster.tasks.0 as i64);
        one("parlour_cluster_tasks", "gauge", "Tasks of questions under way.", cluster.tasks.1 as i64);
    }
    write_servers(app, &mut text)?;
    write_sources(app, &mut text)?;
    let head = "# HELP parlour_rejected_kept Rejections kept, by reason.\n# TYPE parlour_rejected_kept gauge\n";
    text.push_str(head);
    for (reason, n) in kept {
        line(&mut text, "parlour_rejected_kept", &[("reason", &reason)], n);
    }
    app.meter.write(&mut text).expect("a String takes any text");
    Ok(text)
}

/// Something that is told of a server.
type OfServer = fn(&health::ServerHealth) -> i64;

/// How every server stands, where there may be several: any of them tells of all.
fn write_servers(app: &App, text: &mut String) -> Result<(), ApiError> {
    let all = health::servers(app)?;
    let told: [(&str, &str, OfServer); 4] = [
        ("parlour_server_alive", "Whether a server on the database stirs.", |one| one.is_alive.into()),
        ("parlour_server_leads", "Whether it leads.", |one| one.leads.into()),
        ("parlour_server_taken_events", "Events it took in since it was started.", |one| one.n_taken),
        ("parlour_server_behind_batches", "Batches its readers do not see yet.", |one| one.n_behind),
    ];
    for (name, help, value) in told.into_iter().filter(|_| !all.is_empty()) {
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge").expect("a String takes any text");
        for one in &all {
            line(text, name, &[("server", &one.name)], value(one));
        }
    }
    Ok(())
}

fn write_sources(app: &App, text: &mut String) -> Result<(), ApiError> {
    let counts = app.engine.database.read(source_tally::all)?;
    text.push_str("# HELP parlour_source_accepted_total Events of a source in the journal.\n");
    text.push_str("# TYPE parlour_source_accepted_total counter\n");
    for (source, _, n) in counts.iter().filter(|(_, name, _)| name == ACCEPTED) {
        line(text, "parlour_source_accepted_total", &[("source", source)], *n);
    }
    text.push_str("# HELP parlour_source_rejected_total Events of a source set aside, by reason.\n");
    text.push_str("# TYPE parlour_source_rejected_total counter\n");
    for (source, name, n) in &counts {
        if let Some(reason) = name.strip_prefix(REJECTED) {
            line(text, "parlour_source_rejected_total", &[("source", source), ("reason", reason)], *n);
        }
    }
    Ok(())
}

fn line(text: &mut String, name: &str, labels: &[(&str, &str)], n: i64) {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
    writeln!(text, "{name}{{{}}} {n}", labels.join(",")).expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn metrics_are_for_this_machine_or_the_token() {
        let (here, there) = ("127.0.0.1:9".parse().ok(), "192.0.2.1:9".parse().ok());
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
        };
        let bearer = [("authorization", "Bearer t0ken")];
        assert!(may_ask("", here, &headers(&[])));
        assert!(may_ask("", "[::ffff:127.0.0.1]:9".parse().ok(), &headers(&[])));
        assert!(!may_ask("", there, &headers(&[])) && !may_ask("", None, &headers(&[])));
        assert!(!may_ask("", here, &headers(&[("x-forwarded-for", "192.0.2.1")])));
        assert!(may_ask("t0ken", there, &headers(&bearer)));
        assert!(!may_ask("other", here, &headers(&bearer)) && !may_ask("t0ken", here, &headers(&[])));
        assert!(
            !may_ask("", there, &headers(&bearer)) && !may_ask("", there, &headers(&[("authorization", "Bearer ")]))
        );
    }
}
