//! Traces and metrics as a collector of OpenTelemetry receives them, and the log in JSON.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::Value;

use crate::house::{House, PARLOUR};
use crate::senders::source;
use crate::served::{Line, PATIENCE, Served};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Answers every request with 200, and tells its path and body; ends with the test.
fn collector() -> (SocketAddr, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let heard = heard.clone();
            thread::spawn(move || hear(&stream.unwrap(), &heard));
        }
    });
    (address, told)
}

fn hear(mut stream: &TcpStream, heard: &Sender<(String, Vec<u8>)>) -> Option<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        lines.read_line(&mut first).ok().filter(|n| *n > 0)?;
        loop {
            let mut line = String::new();
            lines.read_line(&mut line).ok()?;
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = n.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body).ok()?;
        heard.send((first.split(' ').nth(1)?.to_owned(), body)).ok()?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn serve(house: &House, otlp: &str) -> Served {
    let mut command = Command::new(PARLOUR);
    command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp).env("OTEL_METRIC_EXPORT_INTERVAL", "100");
    command.env("OTEL_BSP_SCHEDULE_DELAY", "100").env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=tests");
    Served::of(house, command).expect("the server starts")
}

/// Three events in one request, by one whom a trace must not name.
fn send(to: &Served, key: &str) {
    let event = |n: u8| {
        format!(
            r#"{{"type":"track","event":"Bought","userId":"anna.secret","messageId":"m{n}","timestamp":"2024-05-0{n}T10:00:00Z"}}"#
        )
    };
    let body = format!("{{\"batch\":[{},{},{}]}}", event(1), event(2), event(3));
    assert_eq!(Line::to(to.address).unwrap().post("/v1/batch", key, body.as_bytes()).unwrap().status, 200);
}

/// A metric's only number, where it was sent.
fn number(sent: &ExportMetricsServiceRequest, name: &str) -> Option<f64> {
    let mut metrics = sent.resource_metrics.iter().flat_map(|of| &of.scope_metrics).flat_map(|of| &of.metrics);
    let points = match metrics.find(|metric| metric.name == name)?.data.as_ref()? {
        metric::Data::Sum(sum) => &sum.data_points,
        metric::Data::Gauge(gauge) => &gauge.data_points,
        metric::Data::Histogram(_) | metric::Data::ExponentialHistogram(_) | metric::Data::Summary(_) => return None,
    };
    match points.first()?.value? {
        number_data_point::Value::AsDouble(value) => Some(value),
        number_data_point::Value::AsInt(value) => Some(value as f64),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn a_collector_is_sent_what_happens_and_no_person() {
    let house = House::new("");
    let key = source(&house);
    let (address, told) = collector();
    let served = serve(&house, &format!("http://{address}/"));
    send(&served, &key);
    let mut line = Line::to(served.address).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: x\r\ntraceparent: 00-{TRACE}-b7ad6b7169203331-01\r\n\r\n");
    line.stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(line.answer().unwrap().status, 200);

    let (mut spans, mut attributes): (Vec<Span>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut n_folded, mut everything) = (None, Vec::new());
    let is_there = |spans: &[Span], name: &str| spans.iter().any(|span| span.name == name);
    // A request is told by its pattern: what stands in its place may name somebody.
    let awaited = ["POST /v1/{call}", "GET /healthz", "fold"];
    let since = Instant::now();
    while n_folded != Some(3.0) || !awaited.iter().all(|name| is_there(&spans, name)) {
        assert!(since.elapsed() < PATIENCE, "{n_folded:?} of three are folded; {spans:?}");
        let (path, body) = told.recv_timeout(PATIENCE).expect("they are sent");
        if path == "/v1/traces" {
            for of in ExportTraceServiceRequest::decode(body.as_slice()).unwrap().resource_spans {
                let resource = of.resource.unwrap().attributes;
                attributes.extend(resource.iter().map(|pair| format!("{}={:?}", pair.key, pair.value)));
                spans.extend(of.scope_spans.into_iter().flat_map(|of| of.spans));
            }
        } else {
            assert_eq!(path, "/v1/metrics");
            let sent = ExportMetricsServiceRequest::decode(body.as_slice()).unwrap();
            assert_eq!(number(&sent, "parlour_sums_agree"), Some(1.0));
            n_folded = number(&sent, "parlour_events_folded_total");
        }
        everything.extend(body);
    }
    served.stop();
    let asked = spans.iter().find(|span| span.name == "GET /healthz").unwrap();
    assert_eq!((hex(&asked.trace_id), hex(&asked.parent_span_id)), (TRACE.to_owned(), "b7ad6b7169203331".to_owned()));
    let says = |name: &str, text: &str| {
        attributes.iter().any(|pair| pair.starts_with(&format!("{name}=")) && pair.contains(text))
    };
    assert!(says("service.name", "parlour") && says("deployment.environment", "tests"), "{attributes:?}");
    assert!(!String::from_utf8_lossy(&everything).contains("anna"), "a trace names a person");
}

#[test]
fn a_collector_that_is_away_stops_nobody_and_a_wrong_one_is_told() {
    let house = House::new("");
    let key = source(&house);
    let served = serve(&house, "http://127.0.0.1:1");
    send(&served, &key);
    served.stop();
    let log = std::fs::read_to_string(house.path("server.log")).unwrap();
    assert!(log.contains("metrics could not be sent to the collector"), "{log}");
    let said = house.fails(&["serve", "--listen", "127.0.0.1:0", "--otlp", "collector:4317"]);
    assert!(
        said.contains("`collector:4317` is no place of a collector") && said.contains("http://localhost:4318"),
        "{said}"
    );
}

#[test]
fn the_log_is_json_where_that_is_asked_for() {
    let house = House::new("");
    let key = source(&house);
    let mut command = Command::new(PARLOUR);
    command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG").env("PARLOUR_LOG_JSON", "true");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let served = Served::of(&house, command).expect("the server starts");
    send(&served, &key);
    served.stop();
    let log = std::fs::read_to_string(house.path("server.log")).unwrap();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let told = lines.iter().find(|line| line["fields"]["message"] == "metrics could not be sent to the collector");
    assert_eq!(told.unwrap()["level"], "WARN", "{log}");
}
