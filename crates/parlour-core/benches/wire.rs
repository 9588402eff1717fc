//! How fast a batch of Segment's is decoded, on one core: 100 calls of about 280 bytes, again and again.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use parlour_core::event::{Layer, Name};
use parlour_core::parameters::Parameters;
use parlour_core::vocabulary::Vocabulary;
use parlour_core::wire::segment::{Reading, decode};
use parlour_core::wire::{Context, Limits, Origin};

const N_CALLS: usize = 100;
const LENGTH: Duration = Duration::from_secs(2);
/// 2026-11-21T20:00:00Z.
const RECEIVED_AT: i64 = 1_795_291_200_000_000;

fn main() {
    let origin = Origin { id: 1, brand: Name::new("brand", "acme"), layer: Layer::Web };
    let (limits, vocabulary) = (Limits::default(), Vocabulary::default());
    let defaults: toml::Table =
        toml::from_str(parlour_core::parameters::DEFAULT_SETTINGS).expect("the defaults are TOML");
    let standing: Parameters = defaults["standing"].clone().try_into().expect("the defaults have a standing");
    let context = Context {
        received_at: RECEIVED_AT,
        origin: &origin,
        limits: &limits,
        vocabulary: &vocabulary,
        blocked_ids: &standing.blocked_ids,
    };
    let body = batch();
    let (start, mut n_batches, mut n_events) = (Instant::now(), 0_u64, 0_usize);
    while start.elapsed() < LENGTH {
        let decoded = decode(body.as_bytes(), Reading::default(), &context).expect("the batch is one");
        n_events += decoded.events.len();
        n_batches += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = (n_batches * body.len() as u64) as f64 / 1e6;
    let told = format!(
        "{:.0} events/s, {:.0} MB/s ({} bytes an event)\n",
        n_events as f64 / seconds,
        megabytes / seconds,
        body.len() / N_CALLS
    );
    std::io::stdout().write_all(told.as_bytes()).expect("there is somewhere to print to");
}

fn batch() -> String {
    let mut body = "{\"batch\":[".to_owned();
    for call in 0..N_CALLS {
        let (kind, event) = match call % 4 {
            0 => ("page", ""),
            1 => ("track", "Product Viewed"),
            2 => ("track", "Played Chess"),
            _ => ("track", "Product Added"),
        };
        let comma = if call == 0 { "" } else { "," };
        write!(
            body,
            "{comma}{{\"type\":\"{kind}\",\"event\":\"{event}\",\"messageId\":\"5958f6e2-0190-4b2f-a7d5-{call:012}\",\
             \"userId\":\"user-{call:05}\",\"anonymousId\":\"9f64c1aa-{call:04}\",\
             \"timestamp\":\"2026-11-21T19:35:07.314+00:00\",\"properties\":{{\"product_id\":\"p{call}\",\"price\":9.99}},\
             \"context\":{{\"library\":{{\"name\":\"analytics-python\"}}}},\"integrations\":{{}}}}"
        )
        .expect("a string takes everything");
    }
    body.push_str("],\"sentAt\":\"2026-11-21T19:35:08.000+00:00\",\"writeKey\":\"WK\"}");
    body
}
