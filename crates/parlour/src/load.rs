//! `parlour load`: realistic traffic against a running server, and what came of it.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use parlour_core::sentence::thousands;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::cli::Load;
use crate::output::Output;
use crate::traffic::Traffic;

/// How often the server's sums are looked at while it folds what it accepted.
const LOOK: Duration = Duration::from_millis(20);
/// How long a server that refuses everything is tried.
const PATIENCE: Duration = Duration::from_mins(2);

/// What one connection did.
#[derive(Default)]
struct Sent {
    n_events: u64,
    n_repeats: u64,
    n_retries: u64,
    micros: Vec<u32>,
}

/// Sends traffic, waits until all of it is folded, and reports.
pub(crate) fn load(options: &Load, out: &mut Output) -> anyhow::Result<()> {
    // One thread, so that what the generator takes of the machine is one core at most.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(options, out))
}

async fn run(options: &Load, out: &mut Output) -> anyhow::Result<()> {
    let host = host_of(&options.url)?;
    let before = sums(&host).await?;
    let start = Instant::now();
    let mut senders = JoinSet::new();
    for worker in 0..options.connections {
        let share = options.events / options.connections + u64::from(worker < options.events % options.connections);
        senders.spawn(send(options.clone(), host.clone(), worker, share));
    }
    let mut all = Sent::default();
    while let Some(sent) = senders.join_next().await {
        let sent = sent??;
        all.n_events += sent.n_events;
        all.n_repeats += sent.n_repeats;
        all.n_retries += sent.n_retries;
        all.micros.extend(sent.micros);
    }
    let sent_in = start.elapsed();
    let after = loop {
        let now = sums(&host).await?;
        if now.waiting == 0 {
            break now;
        }
        tokio::time::sleep(LOOK).await;
    };
    let folded_in = start.elapsed();
    let gained = after.since(&before);
    all.micros.sort_unstable();
    let at = |share: f64| f64::from(all.micros[((all.micros.len() - 1) as f64 * share) as usize]) / 1000.0;
    let rate = |time: Duration| all.n_events as f64 / time.as_secs_f64();
    let report = json!({
        "events": all.n_events, "requests": all.micros.len(), "repeats": all.n_repeats, "retries": all.n_retries,
        "accepted_per_s": rate(sent_in).round(), "folded_per_s": rate(folded_in).round(),
        "requests_per_s": (all.micros.len() as f64 / sent_in.as_secs_f64()).round(),
        "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0),
        "server": { "accepted": gained.accepted, "rejected": gained.rejected, "folded": gained.folded,
            "duplicate": gained.duplicate },
        "server_mib": after.resident_bytes / (1 << 20), "generator_cpu_s": cpu_seconds(),
    });
    if options.json {
        out.json(&report)?;
    } else {
        tell(&report, out)?;
    }
    let is_whole =
        gained.accepted == all.n_events && gained.folded + gained.duplicate + gained.rejected >= all.n_events;
    if !is_whole || gained.duplicate != all.n_repeats {
        bail!("the server counts something else than was sent, of which {} were repeats", thousands(all.n_repeats));
    }
    Ok(())
}

fn tell(report: &serde_json::Value, out: &mut Output) -> anyhow::Result<()> {
    use std::io::Write;
    let n = |name: &str| thousands(report[name].as_f64().unwrap_or(0.0) as u64);
    writeln!(out, "{} events in {} requests, {} of them repeats", n("events"), n("requests"), n("repeats"))?;
    writeln!(out, "{} events/s accepted, {} accepted and folded", n("accepted_per_s"), n("folded_per_s"))?;
    writeln!(out, "{} requests/s; {} asked to come again", n("requests_per_s"), n("retries"))?;
    let ms = |name: &str| report[name].as_f64().unwrap_or(0.0);
    writeln!(
        out,
        "answers in {:.1} ms at the median, {:.1} at p99, {:.1} at most",
        ms("p50_ms"),
        ms("p99_ms"),
        ms("max_ms")
    )?;
    writeln!(
        out,
        "the server holds {} MiB; this generator took {:.1} CPU seconds",
        n("server_mib"),
        ms("generator_cpu_s")
    )?;
    Ok(())
}

/// Sends a worker's share over one connection, each request after the answer to the last.
async fn send(options: Load, host: String, worker: u64, share: u64) -> anyhow::Result<Sent> {
    let mut traffic = Traffic::new(options.seed, worker, options.people);
    let mut sent = Sent::default();
    let mut connection = connect(&host).await?;
    let started = Instant::now();
    while sent.n_events < share {
        let n = options.batch.min(share - sent.n_events);
        let body = Bytes::from(traffic.body(n, now()));
        if let Some(rate) = options.rate {
            let due = Duration::from_secs_f64(sent.n_events as f64 * options.connections as f64 / rate as f64);
            tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
        }
        let begun = Instant::now();
        loop {
            let asked = ask(&mut connection, &host, &options.key, body.clone()).await;
            match asked {
                Ok((StatusCode::OK, _)) => break,
                Ok((StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, wait))
                    if begun.elapsed() < PATIENCE =>
                {
                    sent.n_retries += 1;
                    tokio::time::sleep(wait).await;
                }
                Ok((status, _)) => bail!("the server answered {status}; is the key right?"),
                Err(error) if begun.elapsed() < PATIENCE => {
                    tracing::debug!(%error, "the connection was lost and is made anew");
                    sent.n_retries += 1;
                    connection = connect(&host).await?;
                }
                Err(error) => return Err(error),
            }
        }
        sent.micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        sent.n_events += n;
    }
    sent.n_repeats = traffic.n_repeats;
    Ok(sent)
}

/// A connection, and the task that drives it for as long as it is there.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _driver: JoinSet<hyper::Result<()>>,
}

async fn connect(host: &str) -> anyhow::Result<Connection> {
    let stream = TcpStream::connect(host).await.with_context(|| format!("`{host}` does not answer"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    Ok(Connection { sender, _driver: driver })
}

async fn ask(
    connection: &mut Connection,
    host: &str,
    key: &str,
    body: Bytes,
) -> anyhow::Result<(StatusCode, Duration)> {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/batch")
        .header(HOST, host)
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))?;
    connection.sender.ready().await?;
    let answer = connection.sender.send_request(request).await?;
    let status = answer.status();
    let wait = answer.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
    answer.into_body().collect().await?;
    Ok((status, Duration::from_secs(wait.unwrap_or(1))))
}

/// What the server counts.
#[derive(Clone, Copy, Default)]
struct Sums {
    accepted: u64,
    rejected: u64,
    folded: u64,
    duplicate: u64,
    waiting: u64,
    resident_bytes: u64,
}

impl Sums {
    fn since(&self, before: &Self) -> Self {
        Self {
            accepted: self.accepted - before.accepted,
            rejected: self.rejected - before.rejected,
            folded: self.folded - before.folded,
            duplicate: self.duplicate - before.duplicate,
            ..*self
        }
    }
}

/// Reads the sums from the server's metrics.
async fn sums(host: &str) -> anyhow::Result<Sums> {
    let mut connection = connect(host).await?;
    let request = Request::get("/metrics").header(HOST, host).body(Full::default())?;
    let answer = connection.sender.send_request(request).await?;
    if answer.status() != StatusCode::OK {
        bail!("`{host}/metrics` answered {}; it must be open to this machine", answer.status());
    }
    let body = answer.into_body().collect().await?.to_bytes();
    let text = std::str::from_utf8(&body).context("metrics are text")?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse::<f64>().ok()).map_or(0, |value| value as u64)
    };
    Ok(Sums {
        accepted: value("parlour_events_accepted_total"),
        rejected: value("parlour_events_rejected_total"),
        folded: value("parlour_events_folded_total"),
        duplicate: value("parlour_events_duplicate_total"),
        waiting: value("parlour_lag_events"),
        resident_bytes: value("process_resident_memory_bytes"),
    })
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(parlour_engine::clock::now()).unwrap_or_default()
}

/// The host and port of a URL such as `http://127.0.0.1:4600`.
fn host_of(url: &str) -> anyhow::Result<String> {
    let host = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    if host.contains('/') || !host.contains(':') {
        bail!("`{url}` is no address to load; write it as http://127.0.0.1:4600");
    }
    Ok(host.to_owned())
}

/// CPU seconds of this process so far.
fn cpu_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS
}
