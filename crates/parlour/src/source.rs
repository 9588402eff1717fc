//! `parlour source`: who may send events, and with which keys.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use parlour_core::event::Layer;
use parlour_engine::source::{Keyed, NewSource, Source, SourceKind};
use parlour_engine::{Engine, clock};
use serde_json::{Value, json};

use crate::cli;
use crate::output::Output;

/// Does what one of the subcommands says.
pub(crate) fn source(engine: &Engine, command: &cli::Source, out: &mut Output) -> anyhow::Result<()> {
    match command {
        cli::Source::Create { name, brand, layer, kind, mapping, json } => {
            let layer = Layer::of_name(layer).with_context(|| {
                let all: Vec<&str> = Layer::ALL.into_iter().map(Layer::name).collect();
                format!("`{layer}` is no layer; take one of {}", all.join(", "))
            })?;
            let kind = SourceKind::of_name(kind).with_context(|| {
                let all: Vec<&str> = SourceKind::ALL.into_iter().map(SourceKind::name).collect();
                format!("`{kind}` is no kind of source; take one of {}", all.join(", "))
            })?;
            let read = |path: &PathBuf| {
                std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
            };
            let mapping = mapping.as_ref().map(read).transpose()?;
            let new = NewSource { brand: brand.clone(), layer, kind, mapping, ..NewSource::named(name) };
            tell(&engine.create_source(new)?, *json, out)
        }
        cli::Source::Rotate { name, overlap, json } => {
            tell(&engine.rotate_source(named(engine, name)?.id, *overlap)?, *json, out)
        }
        cli::Source::Revoke { name } => {
            engine.revoke_source(named(engine, name)?.id)?;
            writeln!(out, "source `{name}` may send no more; what it sent stays")?;
            Ok(())
        }
        cli::Source::List { json } => list(engine, *json, out),
    }
}

fn named(engine: &Engine, name: &str) -> anyhow::Result<Arc<Source>> {
    engine
        .source_named(name)
        .with_context(|| format!("there is no source `{name}`; `parlour source list` has them all"))
}

fn tell(keyed: &Keyed, is_json: bool, out: &mut Output) -> anyhow::Result<()> {
    if is_json {
        let mut told = json_of(&keyed.source);
        told["key"] = json!(keyed.key);
        return out.json(&told);
    }
    writeln!(out, "the write key of source `{}`, shown this one time:", keyed.source.name)?;
    let key = out.bold(&keyed.key);
    writeln!(out, "{key}")?;
    Ok(())
}

fn list(engine: &Engine, is_json: bool, out: &mut Output) -> anyhow::Result<()> {
    let sources = engine.sources();
    if is_json {
        return out.json(&sources.iter().map(|source| json_of(source)).collect::<Vec<_>>());
    }
    if sources.is_empty() {
        writeln!(out, "there is no source yet; `parlour source create NAME` makes one")?;
        return Ok(());
    }
    let now = clock::now();
    let rows: Vec<Vec<String>> = sources
        .iter()
        .map(|source| {
            let keys = source.keys.iter().filter(|key| key.is_valid(now)).map(|key| key.hint.as_str());
            let state = if source.revoked_at.is_some() { "revoked" } else { "open" };
            let last = source.last_event_at.map_or_else(|| "never".to_owned(), clock::rfc3339);
            vec![
                source.name.clone(),
                source.kind.name().to_owned(),
                source.brand.to_string(),
                source.layer.name().to_owned(),
                state.to_owned(),
                keys.collect::<Vec<_>>().join(" "),
                last,
            ]
        })
        .collect();
    out.table(&["name", "kind", "brand", "layer", "state", "keys", "last event"], &rows)?;
    Ok(())
}

fn json_of(source: &Source) -> Value {
    let now = clock::now();
    let key = |key: &parlour_engine::source::SourceKey| {
        json!({
            "hint": key.hint,
            "is_valid": key.is_valid(now),
            "created_at": clock::rfc3339(key.created_at),
            "expires_at": key.expires_at.map(clock::rfc3339),
        })
    };
    json!({
        "id": source.id,
        "name": source.name,
        "kind": source.kind.name(),
        "brand": source.brand.to_string(),
        "layer": source.layer.name(),
        "events_per_second": source.events_per_second,
        "created_at": clock::rfc3339(source.created_at),
        "first_event_at": source.first_event_at.map(clock::rfc3339),
        "last_event_at": source.last_event_at.map(clock::rfc3339),
        "revoked_at": source.revoked_at.map(clock::rfc3339),
        "keys": source.keys.iter().map(key).collect::<Vec<_>>(),
    })
}
