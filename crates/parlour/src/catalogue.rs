//! `parlour catalogue`: what brands sell, taken in and found again.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::Context;
use parlour_core::event::Currency;
use parlour_doors::catalogue;
use parlour_engine::Engine;
use serde_json::{Value, json};

use crate::cli;
use crate::output::Output;

/// Products that a search prints.
const MOST: i64 = 100;
/// Rows that are no products and are printed with their reason.
const MAX_TOLD: usize = 20;

/// Does what one of the subcommands says.
pub(crate) fn catalogue(engine: &Engine, command: &cli::Catalogue, out: &mut Output) -> anyhow::Result<()> {
    match command {
        cli::Catalogue::Import { file, brand, json } => import(engine, (file, brand), *json, out),
        cli::Catalogue::Search { words, brand } => search(engine, brand, &words.join(" "), out),
    }
}

fn import(engine: &Engine, (file, brand): (&Path, &str), is_json: bool, out: &mut Output) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    }
    let read = catalogue::read(&bytes).map_err(|why| anyhow::anyhow!("`{}`: {why}", file.display()))?;
    let done = engine.import_products(brand, &read.products)?;
    if is_json {
        let refused = read.refused.iter();
        let refused: Vec<Value> =
            refused.map(|row| json!({ "line": row.line, "id": row.id, "reason": row.reason })).collect();
        return out.json(&json!({ "n_new": done.n_new, "n_updated": done.n_updated, "refused": refused }));
    }
    writeln!(out, "{} new, {} updated, {} refused", done.n_new, done.n_updated, read.refused.len())?;
    for row in read.refused.iter().take(MAX_TOLD) {
        writeln!(out, "  line {}: {}", row.line, row.reason)?;
    }
    if MAX_TOLD < read.refused.len() {
        writeln!(out, "  and {} more; --json has them all", read.refused.len() - MAX_TOLD)?;
    }
    Ok(())
}

fn search(engine: &Engine, brand: &str, words: &str, out: &mut Output) -> anyhow::Result<()> {
    for product in engine.find_products((Some(brand), words), ("", ""), MOST)? {
        let price = product.price_minor.zip(Currency::of_code(&product.currency)).map(|(minor, currency)| {
            let amount = minor as f64 / 10f64.powi(currency.decimals() as i32);
            format!("{amount:.0$} {1}", currency.decimals() as usize, currency.code())
        });
        writeln!(out, "{}\t{}\t{}", product.id, product.name, price.unwrap_or_default())?;
    }
    Ok(())
}
