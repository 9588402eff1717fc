//! What is asked of everybody, counted by this process or by a cluster.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use parlour_core::day::Day;
use parlour_engine::{Engine, Places};

pub(crate) fn everybody(folder: &Path, engine: Option<&str>) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let places = Places { engine, ..Places::default() };
    let engine = Engine::open_with(folder, places)?;
    engine.fold_all()?;
    let snapshot = engine.snapshot();
    let (_, last) = snapshot.days.context("nothing ever happened here")?;
    writeln!(out, "{} rows of activity in {} runs", snapshot.view.n_rows(), snapshot.view.runs.len())?;
    for (what, n) in [("1 day", 1), ("12 days", 12)] {
        // Other days each time, as populations are remembered.
        let days: Vec<_> = (1..=n).map(|i| Day(last.0 - 30 * i - n)).collect();
        let began = Instant::now();
        let told = engine.populations_on(&snapshot, None, &days)?;
        let n_present: u64 = told.iter().flat_map(|day| day.iter()).map(|population| population.n_present).sum();
        writeln!(out, "populations of {what}: {:.2} s, {n_present} present", began.elapsed().as_secs_f64())?;
    }
    let began = Instant::now();
    let n = engine.keep_day(last)?;
    writeln!(
        out,
        "all standings of a day, measured and written: {:.2} s, {n} standings",
        began.elapsed().as_secs_f64()
    )?;
    if let Some(health) = engine.afar_health() {
        writeln!(out, "the cluster answered {}, this process {}", health.n_answered, health.n_own)?;
    }
    Ok(())
}
