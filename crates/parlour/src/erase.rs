//! `parlour erase`: somebody is forgotten at their own wish.

use std::io::Write;

use anyhow::bail;
use parlour_core::key::Key;
use parlour_core::sentence::thousands;
use parlour_engine::Engine;
use parlour_engine::desk::Question;
use parlour_engine::erase::{Asker, Counts};
use serde_json::json;

use crate::output::Output;

/// Erases a person, or tells what would go.
pub(crate) fn erase(
    engine: &Engine,
    (person, is_barred): (&str, bool),
    (is_meant, is_json): (bool, bool),
    out: &mut Output,
) -> anyhow::Result<()> {
    let asked = engine.ask(&Question::default())?;
    let key = engine.person_named(&asked, person)?;
    let ids = engine.ids_of_person(key);
    if !is_meant {
        tell(engine, &ids, out)?;
        bail!("nothing was erased; say --yes to erase them, which cannot be taken back");
    }
    let done = engine.erase(&ids, Asker::Command, is_barred)?;
    let counts: Counts = serde_json::from_str(&done.counts)?;
    if is_json {
        let seal = engine.seal_of_receipt(&done);
        return out.json(&json!({ "receipt": done.id, "counts": counts, "seal": seal }));
    }
    writeln!(out, "{} everything of theirs is erased; receipt {}", out.bold("done:"), done.id)?;
    for (what, n) in &counts {
        writeln!(out, "  {} {}", thousands(*n), what.replace('_', " "))?;
    }
    Ok(())
}

fn tell(engine: &Engine, ids: &[Key], out: &mut Output) -> anyhow::Result<()> {
    let names = engine.names(ids)?;
    let mut told: Vec<String> = names.values().map(ToString::to_string).collect();
    told.sort_unstable();
    writeln!(out, "would erase everything of {}, who is one person:", told.join(", "))?;
    // A member's rows go too; here they are told by their ids alone.
    for table in engine.everything_of(ids, "")? {
        writeln!(out, "  {} {}", thousands(table.rows.len() as u64), table.table.replace('_', " "))?;
    }
    Ok(())
}
