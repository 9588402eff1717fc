//! The sample: real purchases, carried in the binary, a simulated shop beside them, and a few rooms; see `sample/README.md`.

mod paint;
mod rooms;

use std::sync::Arc;

use anyhow::Context;
use parlour_core::day::Day;
use parlour_core::event::Name;
use parlour_doors::file::preset;
use parlour_doors::import::{Outcome, Progress, import};
use parlour_engine::Engine;
use parlour_store::setting;

use crate::simulate;

const CDNOW: &[u8] = include_bytes!("../sample/cdnow.txt.zst");
/// Under this name the sample's file is known to the engine.
pub(crate) const NAME: &str = "cdnow.txt.zst";

/// The simulated brand, and what it is called.
pub(crate) const SHOP: (&str, &str) = ("simulated-shop", "Simulated shop");
/// The setting in the database that is there while the sample is being loaded.
const LOADING: &str = "sample_loading";

/// Whether nothing was ever taken in, or a start that loaded the sample did not come to its end.
pub(crate) fn is_wanted(engine: &Engine) -> anyhow::Result<bool> {
    Ok(engine.sums()?.sent == 0 || engine.database.read(|conn| setting::get(conn, LOADING))?.is_some())
}

/// Loads the sample and keeps its last day and the month's end before it. The engine's tasks must be running. What is there
/// already is not taken in again, so it may be begun anew.
pub(crate) fn load(engine: &Arc<Engine>, told: &mut dyn FnMut(&Progress)) -> anyhow::Result<Outcome> {
    engine.database.write(|conn| setting::set(conn, LOADING, "yes"))?;
    let (world, start) = simulate::shop();
    simulate::load(engine, &world, start, SHOP.0)?;
    engine.set_title(&Name::new("brand", SHOP.0), SHOP.1)?;
    let outcome = load_purchases(engine, told)?;
    settle(engine)?;
    keep_last_days(engine)?;
    rooms::load(engine)?;
    engine.database.write(|conn| setting::delete(conn, LOADING))?;
    Ok(outcome)
}

fn load_purchases(engine: &Arc<Engine>, told: &mut dyn FnMut(&Progress)) -> anyhow::Result<Outcome> {
    let folder = engine.folder.join("sample");
    std::fs::create_dir_all(&folder).context("the data folder cannot be written")?;
    let path = folder.join(NAME);
    std::fs::write(&path, CDNOW).context("the data folder cannot be written")?;
    let mapping = preset("cdnow").context("the preset of the sample is missing")?;
    let outcome = import(engine, &path, &mapping, false, told)?;
    let _ = std::fs::remove_dir_all(&folder);
    Ok(outcome)
}

/// After an import: folds and seals what was read, so that the lake has it. The days that were kept are kept again when
/// they are due.
pub(crate) fn settle(engine: &Engine) -> anyhow::Result<()> {
    engine.fold_all()?;
    engine.seal_once(true)?;
    Ok(engine.forget_kept()?)
}

/// Keeps the standings of the last day with activity and of a month before it.
pub(crate) fn keep_last_days(engine: &Engine) -> anyhow::Result<Vec<Day>> {
    let snapshot = engine.snapshot();
    let Some(_) = snapshot.days else { return Ok(Vec::new()) };
    let last = engine.default_day(&snapshot);
    let days = vec![last.months_before(1), last];
    for day in &days {
        engine.keep_day(*day)?;
    }
    Ok(days)
}
