//! `parlour report`: growth, matrix and stages, as text, JSON or a page.

use std::collections::BTreeMap;
use std::io::Write;

use parlour_core::growth::{Flows, Growth};
use parlour_core::sentence::{masked_period, of_flows, of_growth, of_those_engaged, plain, thousands};
use parlour_core::standing::{Cell, Stage};
use parlour_engine::desk::Asked;
use parlour_engine::desk::overview::Overview;
use parlour_engine::{Engine, clock};
use serde::Serialize;

use crate::cli;
use crate::output::Output;
use crate::standing::question;

/// The report as programs read it.
#[derive(Serialize)]
struct Report {
    object: String,
    on: String,
    since: String,
    as_of: String,
    sentence: String,
    of_those_engaged: String,
    growth_sentence: String,
    flows: Flows,
    masked_share: Option<f64>,
    growth: Vec<Period>,
    matrix: BTreeMap<&'static str, u64>,
    stages: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the report's JSON calls it so")]
struct Period {
    period: String,
    active: u64,
    new: u64,
    retained: u64,
    resurrected: u64,
    churned: u64,
    quick_ratio: Option<f64>,
    quick_without_new: Option<f64>,
    is_masked: bool,
    sentence: Option<String>,
}

/// Prints the report.
pub(crate) fn report(engine: &Engine, options: &cli::Report, out: &mut Output) -> anyhow::Result<()> {
    let asked = engine.ask(&question(&options.about))?;
    let growth = engine.growth(&asked, options.by.into())?;
    let overview = engine.overview(&asked)?;
    let report = made(&asked, &growth, &overview);
    match options.format {
        cli::Format::Json => out.json(&report),
        cli::Format::Text => text(&report, out),
        cli::Format::Html => html(&report, out),
    }
}

fn made(asked: &Asked, growth: &Growth, overview: &Overview) -> Report {
    Report {
        object: asked.object_name(),
        on: asked.on.to_string(),
        since: asked.since.to_string(),
        as_of: clock::rfc3339(clock::now()),
        sentence: plain(&of_flows(&overview.flows)),
        of_those_engaged: plain(&of_those_engaged(&overview.flows, asked.since)),
        growth_sentence: plain(&of_growth(growth)),
        flows: overview.flows,
        masked_share: overview.flows.masked_share(),
        growth: (0..growth.counts.len()).map(|i| period(growth, i)).collect(),
        matrix: Cell::ALL.map(|cell| (cell.name(), overview.cells.get(&cell).copied().unwrap_or(0))).into(),
        stages: Stage::ALL.map(|stage| (stage.name(), overview.stages.get(&stage).copied().unwrap_or(0))).into(),
    }
}

fn period(growth: &Growth, i: usize) -> Period {
    let counts = growth.counts[i];
    let is_masked = i > 0 && counts.is_masked(growth.counts[i - 1].active);
    Period {
        period: growth.by.label(growth.first + i as i32),
        active: counts.active,
        new: counts.new,
        retained: counts.retained,
        resurrected: counts.resurrected,
        churned: counts.churned,
        quick_ratio: counts.quick_ratio(),
        quick_without_new: counts.quick_without_new(),
        is_masked,
        sentence: is_masked.then(|| plain(&masked_period(growth, i))),
    }
}

const HEADS: [&str; 9] =
    ["period", "active", "new", "retained", "came back", "gone", "quick", "without new", "hidden loss"];

fn rows(report: &Report) -> Vec<Vec<String>> {
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
    let row = |period: &Period| {
        let counts = [period.active, period.new, period.retained, period.resurrected, period.churned];
        let mut row = vec![period.period.clone()];
        row.extend(counts.map(thousands));
        row.extend([ratio(period.quick_ratio), ratio(period.quick_without_new)]);
        row.push(if period.is_masked { "yes".to_owned() } else { String::new() });
        row
    };
    report.growth.iter().map(row).collect()
}

fn text(report: &Report, out: &mut Output) -> anyhow::Result<()> {
    writeln!(out, "{} on {}, since {}\n", report.object, report.on, report.since)?;
    writeln!(out, "{}", out.bold(&report.sentence))?;
    writeln!(out, "{}\n{}\n", report.of_those_engaged, report.growth_sentence)?;
    out.table(&HEADS, &rows(report))?;
    writeln!(out, "\nMatrix (customers A, others B; 1 positive, 2 apathetic, 3 negative)")?;
    for (cell, n) in &report.matrix {
        writeln!(out, "  {cell} {:>10}", thousands(*n))?;
    }
    writeln!(out, "\nStages")?;
    for (stage, n) in &report.stages {
        writeln!(out, "  {:<14} {:>10}", stage.replace('_', " "), thousands(*n))?;
    }
    Ok(())
}

fn html(report: &Report, out: &mut Output) -> anyhow::Result<()> {
    let escape =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let cells = |row: &[String], tag: &str| {
        row.iter().fold(String::new(), |line, cell| line + &format!("<{tag}>{}</{tag}>", escape(cell)))
    };
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<title>{} on {}</title>", escape(&report.object), report.on)?;
    writeln!(
        out,
        "<style>body{{font:16px/1.5 system-ui;max-width:60rem;margin:3rem auto;padding:0 1rem;color:#2b2723;\
         background:#fbf8f3}}h1{{font:500 1.8rem/1.3 Georgia,serif}}table{{border-collapse:collapse;\
         font-variant-numeric:tabular-nums}}td,th{{padding:.3rem .8rem;text-align:right;\
         border-bottom:1px solid #e5ddd0}}td:first-child,th:first-child{{text-align:left}}</style>"
    )?;
    writeln!(out, "<p>{} on {}, since {}</p>", escape(&report.object), report.on, report.since)?;
    writeln!(out, "<h1>{}</h1>", escape(&report.sentence))?;
    writeln!(out, "<p>{}<p>{}", escape(&report.of_those_engaged), escape(&report.growth_sentence))?;
    writeln!(out, "<table><thead><tr>{}</tr></thead>", cells(&HEADS.map(str::to_owned), "th"))?;
    for row in rows(report) {
        writeln!(out, "<tr>{}</tr>", cells(&row, "td"))?;
    }
    writeln!(out, "</table>")?;
    for (title, counts) in [("Matrix", &report.matrix), ("Stages", &report.stages)] {
        writeln!(out, "<h2>{title}</h2><table>")?;
        for (name, n) in counts {
            writeln!(out, "<tr>{}</tr>", cells(&[name.replace('_', " "), thousands(*n)], "td"))?;
        }
        writeln!(out, "</table>")?;
    }
    writeln!(out, "</html>")?;
    Ok(())
}
