//! The log, and for whoever runs a collector of OpenTelemetry, traces and metrics over OTLP. Metrics are those of `/metrics`,
//! by the same names: there is one list of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter, MeterProvider};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use parlour_server::App;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::cli::{self, Cli, Command};
use crate::output;

/// How this program is named there, unless `OTEL_SERVICE_NAME` says otherwise.
const NAME: &str = "parlour";
/// Whose spans are sent.
const OURS: [&str; 2] = ["parlour_server", "parlour_engine"];
/// Longer than any process lives: metrics are sent when they were read, not by the reader's own clock.
const NEVER: Duration = Duration::from_hours(24 * 365 * 100);

/// What is being sent.
pub(crate) struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    interval: Duration,
    measuring: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

/// The samples of a metric: what tells them apart, and how much.
type Samples = Vec<(Vec<KeyValue>, f64)>;

/// Metrics that were read last, by their names.
type Read = Arc<Mutex<BTreeMap<String, Samples>>>;

/// Begins the log, and the traces of `serve` where there is a collector.
pub(crate) fn begin(cli: &Cli) -> anyhow::Result<Option<Telemetry>> {
    let telemetry = if let Command::Serve(options) = &cli.command { Telemetry::new(&options.telemetry)? } else { None };
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let is_colourful = output::is_colourful(&std::io::stderr());
    let log = if cli.log_json { log.json().boxed() } else { log.with_ansi(is_colourful).boxed() };
    let traces = telemetry.as_ref().map(|telemetry| {
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_tracer(telemetry.traces.tracer(NAME))
            .with_filter(Targets::new().with_targets(OURS.map(|name| (name, tracing::Level::INFO))))
    });
    tracing_subscriber::registry().with(log.with_filter(EnvFilter::new(&cli.log))).with(traces).init();
    Ok(telemetry)
}

impl Telemetry {
    fn new(options: &cli::Telemetry) -> anyhow::Result<Option<Self>> {
        let Some(url) = options.otlp.as_deref().map(|url| url.trim_end_matches('/')) else { return Ok(None) };
        let wrong = || format!("`{url}` is no place of a collector; it is one such as http://localhost:4318");
        anyhow::ensure!(url.starts_with("http://") || url.starts_with("https://"), wrong());
        // Whoever speaks TLS finds it; another part of the process may have chosen before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let spans = SpanExporter::builder().with_http().with_endpoint(format!("{url}/v1/traces")).build();
        let measures = MetricExporter::builder().with_http().with_endpoint(format!("{url}/v1/metrics")).build();
        // What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say comes after this, and prevails.
        let name = [KeyValue::new("service.name", NAME), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
        let named = opentelemetry_sdk::resource::EnvResourceDetector::new();
        let resource = Resource::builder_empty().with_attributes(name).with_detector(Box::new(named)).build();
        let reader = PeriodicReader::builder(measures.with_context(wrong)?).with_interval(NEVER).build();
        Ok(Some(Self {
            traces: SdkTracerProvider::builder()
                .with_batch_exporter(spans.with_context(wrong)?)
                .with_resource(resource.clone())
                .build(),
            metrics: SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build(),
            interval: Duration::from_millis(options.otlp_interval),
            measuring: Mutex::default(),
        }))
    }

    /// Sends the server's metrics from now on.
    pub(crate) fn measure(&self, app: Arc<App>) {
        let (stop, stopped) = channel();
        let (metrics, interval) = (self.metrics.clone(), self.interval);
        let work = move || {
            let (meter, read, mut known) = (metrics.meter(NAME), Read::default(), HashSet::new());
            loop {
                let is_last = stopped.recv_timeout(interval) != Err(RecvTimeoutError::Timeout);
                match parlour_server::metrics_text(&app) {
                    Ok(text) => take(&text, &meter, &read, &mut known),
                    Err(error) => tracing::warn!(error, "metrics could not be read"),
                }
                if let Err(error) = metrics.force_flush() {
                    tracing::warn!(%error, "metrics could not be sent to the collector");
                }
                if is_last {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("telemetry".to_owned()).spawn(work);
        *lock(&self.measuring) = Some((stop, thread.expect("the system can start a thread")));
    }

    /// Sends what is left.
    pub(crate) fn end(self) {
        if let Some((stop, thread)) = lock(&self.measuring).take() {
            drop(stop);
            let _ = thread.join();
        }
        // Where nobody listens that was said before.
        let _ = (self.traces.shutdown(), self.metrics.shutdown());
    }
}

/// Takes what was read for what is to be sent, and makes an instrument of each metric that is new.
fn take(text: &str, meter: &Meter, read: &Read, known: &mut HashSet<String>) {
    let mut all: BTreeMap<String, Samples> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            kinds.insert(name, kind);
        } else if let Some((name, labels, value)) = sample(line) {
            all.entry(name.to_owned()).or_default().push((labels, value));
        }
    }
    let new: Vec<String> = all.keys().filter(|name| known.insert((*name).clone())).cloned().collect();
    *lock(read) = all;
    for name in new {
        let (read, of) = (Arc::clone(read), name.clone());
        let tell = move |instrument: &dyn AsyncInstrument<f64>| {
            for (labels, value) in lock(&read).get(&of).into_iter().flatten() {
                instrument.observe(*value, labels);
            }
        };
        // Parts of a histogram only grow, as counters do.
        match kinds.get(name.as_str()) {
            Some(&"gauge") => drop(meter.f64_observable_gauge(name).with_callback(tell).build()),
            _ => drop(meter.f64_observable_counter(name).with_callback(tell).build()),
        }
    }
}

/// A line of the text format of Prometheus: a name, labels, a value.
fn sample(line: &str) -> Option<(&str, Vec<KeyValue>, f64)> {
    let (series, value) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))?;
    let value = value.parse().ok()?;
    let Some((name, labels)) = series.split_once('{') else { return Some((series, Vec::new(), value)) };
    let (mut rest, mut all) = (labels.strip_suffix('}')?, Vec::new());
    while let Some((key, quoted)) = rest.split_once("=\"") {
        let (text, more) = unquoted(quoted)?;
        all.push(KeyValue::new(key.trim_start_matches(',').to_owned(), text));
        rest = more;
    }
    Some((name, all, value))
}

/// A label's value up to its closing quote, and what follows.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &quoted[at + 1..])),
            '\\' => text.push(if letters.clone().next()?.1 == 'n' {
                letters.next().map(|_| '\n')?
            } else {
                letters.next()?.1
            }),
            other => text.push(other),
        }
    }
    None
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_prometheus_reads_it() {
        let read = |line| sample(line).map(|(name, labels, value)| (name.to_owned(), labels, value));
        assert_eq!(read("parlour_lag_events 12"), Some(("parlour_lag_events".to_owned(), vec![], 12.0)));
        let labels = vec![KeyValue::new("route", "/a \"b\\ {c},\n"), KeyValue::new("le", "+Inf")];
        let line = r#"x_bucket{route="/a \"b\\ {c},\n",le="+Inf"} 0.5"#;
        assert_eq!(read(line), Some(("x_bucket".to_owned(), labels, 0.5)));
        assert_eq!((read("# HELP x y 1"), read("x{a=\"b} 1"), read("x"), read("")), (None, None, None, None));
    }
}
