//! `parlour sql`, `keep`, `rebuild`, `compact` and `doctor`.

use std::io::Write;

use anyhow::bail;
use parlour_core::day::Day;
use parlour_core::sentence::thousands;
use parlour_engine::Engine;
use parlour_store::Value;
use serde_json::json;

use crate::output::Output;
use crate::sample::keep_last_days;

/// Answers a question in SQL.
pub(crate) fn sql(engine: &Engine, question: &str, is_json: bool, out: &mut Output) -> anyhow::Result<()> {
    engine.keep_due()?;
    let table = engine.explore(question, None, &|| true)?;
    if is_json {
        let rows: Vec<Vec<serde_json::Value>> =
            table.rows.iter().map(|row| row.iter().map(json_of).collect()).collect();
        return out.json(&json!({ "columns": table.columns, "rows": rows, "is_cut": table.is_cut }));
    }
    let heads: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(text_of).collect()).collect();
    out.table(&heads, &rows)?;
    if table.is_cut {
        writeln!(out, "  … cut off at the limits under [explore]")?;
    }
    Ok(())
}

fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(n) => json!(n),
        Value::Real(x) => json!(x),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!(hex(bytes)),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => hex(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Keeps standings.
pub(crate) fn keep(engine: &Engine, days: &[Day], out: &mut Output) -> anyhow::Result<()> {
    let days = if days.is_empty() {
        keep_last_days(engine)?
    } else {
        for day in days {
            engine.keep_day(*day)?;
        }
        days.to_vec()
    };
    for day in days {
        writeln!(out, "kept everyone's standings on {day}")?;
    }
    Ok(())
}

/// Makes everything derived again.
pub(crate) fn rebuild(engine: &Engine, out: &mut Output) -> anyhow::Result<()> {
    let found = engine.diagnose()?;
    let rebuilt = engine.rebuild()?;
    let (before, after) = (found.activity_digest, engine.diagnose()?.activity_digest);
    writeln!(
        out,
        "made {} rows of activity and {} links from {} events",
        thousands(rebuilt.n_rows),
        thousands(rebuilt.n_links),
        thousands(rebuilt.n_events)
    )?;
    if before != after && !found.findings.is_empty() {
        writeln!(out, "what was damaged is made again: {after}")?;
        return Ok(());
    }
    if before != after {
        bail!("the activity is not what it was before: it was damaged, or this is a bug; please report it");
    }
    writeln!(out, "they are the same as before: {after}")?;
    Ok(())
}

/// Seals and merges.
pub(crate) fn compact(engine: &Engine, out: &mut Output) -> anyhow::Result<()> {
    engine.compact_all()?;
    writeln!(out, "the lake has one run of each kind")?;
    Ok(())
}

/// Examines everything.
pub(crate) fn doctor(engine: &Engine, is_json: bool, out: &mut Output) -> anyhow::Result<()> {
    let diagnosis = engine.diagnose()?;
    if is_json {
        out.json(&diagnosis)?;
    } else {
        let sums = diagnosis.sums;
        let n = |n: i64| thousands(n.unsigned_abs());
        writeln!(out, "{} sent = {} accepted + {} rejected", n(sums.sent), n(sums.accepted), n(sums.rejected))?;
        writeln!(
            out,
            "{} accepted = {} folded + {} duplicate + {} waiting",
            n(sums.accepted),
            n(sums.folded),
            n(sums.duplicate),
            n(sums.waiting)
        )?;
        if sums.erased != 0 {
            writeln!(out, "{} of those folded were erased since", n(sums.erased))?;
        }
        writeln!(
            out,
            "{} rows of activity of {} events; digest {}",
            thousands(diagnosis.n_activity_rows),
            thousands(diagnosis.n_scored),
            diagnosis.activity_digest
        )?;
        for finding in &diagnosis.findings {
            writeln!(out, "{} {finding}", out.bold("found:"))?;
        }
    }
    out.flush()?;
    if diagnosis.findings.is_empty() {
        return Ok(());
    }
    bail!("the doctor found {} things", diagnosis.findings.len())
}
