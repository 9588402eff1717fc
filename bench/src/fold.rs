//! Ingest and fold through the engine: events into the journal, out of it into activity, sealed into the lake.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use parlour_core::event::{Currency, Event, Money, Name};
use parlour_engine::{Engine, Submission};
use serde_json::json;

use crate::world::Random;

/// Appends and folds generated events.
#[derive(Args)]
pub(crate) struct FoldBench {
    /// An empty data folder.
    data: PathBuf,
    /// A PostgreSQL URL in place of the folder's own database.
    #[arg(long)]
    database: Option<String>,
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    #[arg(long, default_value_t = 5_000)]
    batch: u64,
    #[arg(long, default_value_t = 100_000)]
    people: u64,
}

impl FoldBench {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let engine = Engine::open(&self.data, self.database.as_deref())?;
        let mut random = Random(7);
        let start = Instant::now();
        let mut sent = 0;
        while sent < self.events {
            let n = self.batch.min(self.events - sent);
            let events = (sent..sent + n).map(|i| (event(i, self.people, &mut random), None)).collect();
            engine.append("bench", Submission { events, ..Submission::default() })?;
            sent += n;
        }
        let appended = start.elapsed().as_secs_f64();
        let start = Instant::now();
        engine.fold_all()?;
        let folded = start.elapsed().as_secs_f64();
        let start = Instant::now();
        engine.seal_once(true)?;
        let sealed = start.elapsed().as_secs_f64();
        let n = self.events as f64;
        let result = json!({
            "database": self.database.as_ref().map_or("sqlite", |_| "postgres"),
            "events": self.events,
            "append_per_s": n / appended,
            "fold_per_s": n / folded,
            "seal_per_s": n / sealed,
            "all_per_s": n / (appended + folded + sealed),
        });
        writeln!(std::io::stdout(), "{result}")?;
        Ok(())
    }
}

fn event(i: u64, n_people: u64, random: &mut Random) -> Event {
    let person = Name::new("user", random.below(n_people).to_string());
    let at = 1_700_000_000_000_000 + random.below(86_400 * 365) as i64 * 1_000_000;
    let mut event = Event::new(at, person, "bought", Name::new("brand", "b"));
    event.message = Some(format!("m{i}"));
    event.value = Some(Money { minor: 1999, currency: Currency::of_code("USD").unwrap_or_default() });
    event
}
