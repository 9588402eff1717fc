//! The meter: how many requests each route was asked, how they went, and how long they took.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;

/// Upper ends of the classes of latency, in microseconds.
const BOUNDS_MICROS: [u64; 11] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// What is counted of all routes.
#[derive(Debug, Default)]
pub(crate) struct Meter(RwLock<BTreeMap<String, Arc<Route>>>);

/// What is counted of one route.
#[derive(Debug, Default)]
struct Route {
    /// By the first digit of the status.
    by_class: [AtomicU64; 6],
    /// By latency; the last has no upper end.
    by_latency: [AtomicU64; BOUNDS_MICROS.len() + 1],
    micros: AtomicU64,
}

impl Meter {
    /// Counts a request that was answered. `route` is one of the few patterns of the router, never what was asked.
    pub(crate) fn count(&self, route: &str, status: StatusCode, took: Duration) {
        let route = self.route(route);
        let micros = took.as_micros().min(u128::from(u64::MAX)) as u64;
        let class = usize::from(status.as_u16() / 100).min(5);
        let bucket = BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        route.by_class[class].fetch_add(1, Ordering::Relaxed);
        route.by_latency[bucket].fetch_add(1, Ordering::Relaxed);
        route.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn route(&self, name: &str) -> Arc<Route> {
        if let Some(route) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(route);
        }
        let mut routes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(routes.entry(name.to_owned()).or_default())
    }

    /// Writes the counts in the text format of Prometheus.
    pub(crate) fn write(&self, text: &mut String) -> std::fmt::Result {
        let routes = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let n = |count: &AtomicU64| count.load(Ordering::Relaxed);
        writeln!(
            text,
            "# HELP parlour_http_requests_total Requests answered.\n# TYPE parlour_http_requests_total counter"
        )?;
        for (name, route) in &routes {
            for (class, count) in route.by_class.iter().enumerate().filter(|(_, count)| n(count) > 0) {
                let labels = format!("route=\"{}\",status=\"{class}xx\"", escaped(name));
                writeln!(text, "parlour_http_requests_total{{{labels}}} {}", n(count))?;
            }
        }
        writeln!(
            text,
            "# HELP parlour_http_request_seconds How long requests took.\n\
             # TYPE parlour_http_request_seconds histogram"
        )?;
        for (name, route) in &routes {
            let name = escaped(name);
            let mut sum = 0;
            let bounds = BOUNDS_MICROS.iter().map(|micros| seconds(*micros)).chain(["+Inf".to_owned()]);
            for (bound, count) in bounds.zip(&route.by_latency) {
                sum += n(count);
                writeln!(text, "parlour_http_request_seconds_bucket{{route=\"{name}\",le=\"{bound}\"}} {sum}")?;
            }
            writeln!(text, "parlour_http_request_seconds_sum{{route=\"{name}\"}} {}", seconds(n(&route.micros)))?;
            writeln!(text, "parlour_http_request_seconds_count{{route=\"{name}\"}} {sum}")?;
        }
        Ok(())
    }
}

fn seconds(micros: u64) -> String {
    format!("{}", micros as f64 / 1e6)
}

/// A value of a label.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up() {
        let meter = Meter::default();
        for (status, micros) in [(200, 400), (204, 501), (404, 500), (503, 60_000_000)] {
            meter.count("/a\"b", StatusCode::from_u16(status).unwrap(), Duration::from_micros(micros));
        }
        let mut text = String::new();
        meter.write(&mut text).unwrap();
        for line in [
            r#"parlour_http_requests_total{route="/a\"b",status="2xx"} 2"#,
            r#"parlour_http_request_seconds_bucket{route="/a\"b",le="0.0005"} 2"#,
            r#"parlour_http_request_seconds_bucket{route="/a\"b",le="0.001"} 3"#,
            r#"parlour_http_request_seconds_bucket{route="/a\"b",le="+Inf"} 4"#,
            r#"parlour_http_request_seconds_sum{route="/a\"b"} 60.001401"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
