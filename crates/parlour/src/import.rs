//! `parlour import` and `parlour rejected`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use parlour_core::sentence::thousands;
use parlour_doors::file::{self, Also, Field, Mapping, PRESETS, preset};
use parlour_doors::import::{self, Outcome, Progress};
use parlour_engine::Engine;
use serde_json::json;

use crate::cli::{Import, MappingFlags};
use crate::output::Output;
use crate::sample::settle;

/// Imports files, one after the other.
pub(crate) fn import(engine: &Arc<Engine>, options: &Import, out: &mut Output) -> anyhow::Result<()> {
    let mapping = mapping(options)?;
    if let Some(n) = options.dry_run {
        return options.files.iter().try_for_each(|file| dry_run(engine, file, &mapping, n, out));
    }
    engine.forget_kept()?;
    let tasks = engine.start();
    let imported = options.files.iter().try_for_each(|file| import_one(engine, file, &mapping, options, out));
    // What still waits is folded here, where a full disk is told and not waited out.
    tasks.stop();
    imported?;
    settle(engine)
}

fn import_one(
    engine: &Engine,
    path: &Path,
    mapping: &Mapping,
    options: &Import,
    out: &mut Output,
) -> anyhow::Result<()> {
    let bar = progress_bar(path, options.json);
    let mut told = |progress: &Progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.read_bytes);
        bar.set_message(format!("{} records", thousands(progress.n_done + progress.n_rejected)));
    };
    let outcome = import::import(engine, path, mapping, options.again, &mut told);
    bar.finish_and_clear();
    let outcome = outcome.with_context(|| format!("import of `{}`", path.display()))?;
    let rejected = export(engine, path, mapping, &outcome, options)?;
    if options.json {
        let file = path.display().to_string();
        let rejected = rejected.map(|path| path.display().to_string());
        return out.json(&json!({ "file": file, "outcome": outcome, "rejected_file": rejected }));
    }
    print(path, &outcome, rejected.as_deref(), out)
}

fn print(path: &Path, outcome: &Outcome, rejected: Option<&Path>, out: &mut Output) -> anyhow::Result<()> {
    let name = path.display();
    if outcome.n_accepted + outcome.n_rejected == 0 && outcome.n_lines_before > 0 {
        writeln!(out, "{name}: nothing new; its {} lines were imported before", thousands(outcome.n_lines_before))?;
        return Ok(());
    }
    let (taken, refused) = (thousands(outcome.n_accepted), thousands(outcome.n_rejected));
    writeln!(out, "{name}: {} events accepted, {refused} refused", out.bold(&taken))?;
    if outcome.n_lines_before > 0 {
        writeln!(out, "  went on after line {}, where an earlier import ended", thousands(outcome.n_lines_before))?;
    }
    if let Some(rejected) = rejected {
        let reasons = file::reasons_path(rejected);
        writeln!(out, "  refused records are in {}, their reasons in {};", rejected.display(), reasons.display())?;
        writeln!(out, "  mend them there and import that file with the same mapping")?;
    }
    Ok(())
}

fn export(
    engine: &Engine,
    path: &Path,
    mapping: &Mapping,
    outcome: &Outcome,
    options: &Import,
) -> anyhow::Result<Option<PathBuf>> {
    if outcome.n_rejected == 0 {
        return Ok(None);
    }
    let to = options.rejected.clone().unwrap_or_else(|| {
        let mut name = path.file_stem().unwrap_or_default().to_os_string();
        name.push(".rejected");
        let inner = Path::new(path.file_stem().unwrap_or_default()).extension();
        if let Some(extension) = inner.or(path.extension()) {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    });
    let header = file::open(path, mapping, &file::Opening::new(engine.started_at, &engine.vocabulary()))?;
    let header = header.source().header.clone();
    import::export_refused(engine, outcome.job, header.as_deref(), &to)?;
    Ok(Some(to))
}

/// Writes what a job refused.
pub(crate) fn rejected(engine: &Engine, job: i64, to: &Path, out: &mut Output) -> anyhow::Result<()> {
    engine.job(job)?;
    let n = import::export_refused(engine, job, None, to)?;
    writeln!(out, "{} refused records are in {}", thousands(n), to.display())?;
    Ok(())
}

fn dry_run(engine: &Engine, path: &Path, mapping: &Mapping, n: usize, out: &mut Output) -> anyhow::Result<()> {
    for record in import::preview(engine, path, mapping, n)? {
        match record.outcome {
            Ok(event) => writeln!(out, "{}: {}", record.line, serde_json::to_string(&event)?)?,
            Err(refused) => writeln!(out, "{}: refused, {}", record.line, refused.flaw)?,
        }
    }
    Ok(())
}

fn progress_bar(path: &Path, is_quiet: bool) -> ProgressBar {
    if is_quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let shape = "{prefix} {wide_bar} {percent}% {msg} {binary_bytes_per_sec} {eta} left";
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(shape).expect("the template is constant"));
    bar.set_prefix(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The mapping: preset or file, with the flags over it.
fn mapping(options: &Import) -> anyhow::Result<Mapping> {
    let mut mapping = match (&options.preset, &options.mapping) {
        (Some(name), _) => preset(name).with_context(|| {
            let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            format!("there is no preset `{name}`; there are {}", known.join(", "))
        })?,
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("mapping `{}`", path.display()))?;
            toml::from_str(&text).with_context(|| format!("mapping `{}`", path.display()))?
        }
        (None, None) => Mapping::default(),
    };
    lay_over(&mut mapping, &options.flags)?;
    if mapping.person.is_none() || mapping.verb.is_none() || mapping.object.is_none() || mapping.time.is_none() {
        bail!(
            "say which columns are person, verb, object and time: --preset, --mapping, or --person --verb --object --time"
        );
    }
    Ok(mapping)
}

fn lay_over(mapping: &mut Mapping, flags: &MappingFlags) -> anyhow::Result<()> {
    fn set<T: Clone>(field: &mut T, flag: Option<&T>) {
        if let Some(flag) = flag {
            field.clone_from(flag);
        }
    }
    let column = |field: &mut Option<String>, flag: &Option<String>| {
        if flag.is_some() {
            field.clone_from(flag);
        }
    };
    let either = |field: &mut Option<Field>, flag: &Option<String>| {
        if let Some(flag) = flag {
            *field = Some(Field::from(flag.as_str()));
        }
    };
    mapping.format = flags.format.or(mapping.format);
    mapping.delimiter = flags.delimiter.or(mapping.delimiter);
    column(&mut mapping.person, &flags.person);
    set(&mut mapping.person_kind, flags.person_kind.as_ref());
    either(&mut mapping.verb, &flags.verb);
    either(&mut mapping.object, &flags.object);
    set(&mut mapping.object_kind, flags.object_kind.as_ref());
    either(&mut mapping.parent, &flags.parent);
    set(&mut mapping.parent_kind, flags.parent_kind.as_ref());
    column(&mut mapping.time, &flags.time);
    set(&mut mapping.time_format, flags.time_format.as_ref());
    set(&mut mapping.zone, flags.zone.as_ref());
    column(&mut mapping.value, &flags.value);
    either(&mut mapping.currency, &flags.currency);
    set(&mut mapping.decimal, flags.decimal.as_ref());
    column(&mut mapping.text, &flags.text);
    column(&mut mapping.rating, &flags.rating);
    either(&mut mapping.layer, &flags.layer);
    column(&mut mapping.message, &flags.message);
    column(&mut mapping.reply_to, &flags.reply_to);
    for also in &flags.also {
        let (kind, name) = also.split_once('=').with_context(|| format!("--also `{also}`: write it as kind=column"))?;
        mapping.also.push(Also { column: name.to_owned(), kind: kind.to_owned() });
    }
    Ok(())
}
