//! `parlour backup`, `restore` and `move`.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use parlour_core::sentence::thousands;
use parlour_engine::Places;
use parlour_engine::backup::{Manifest, demand_whole};
use parlour_store::Database;
use parlour_store::transfer::{self, Progress, State};

use crate::cli::Move;
use crate::output::Output;

/// Copies everything.
pub(crate) fn backup(
    (data, places): (&Path, Places<'_>),
    to: &Path,
    is_json: bool,
    out: &mut Output,
) -> anyhow::Result<()> {
    let manifest = parlour_engine::backup::backup(data, places, to, &mut telling())?;
    if is_json {
        return out.json(&manifest);
    }
    writeln!(out, "{} are in {}", told(&manifest), to.display())?;
    Ok(())
}

/// Puts a backup somewhere.
pub(crate) fn restore(from: &Path, (data, database): (&Path, Option<&str>), out: &mut Output) -> anyhow::Result<()> {
    let manifest = parlour_engine::backup::restore(from, data, database, &mut telling())?;
    writeln!(out, "{} are in {}; start the server with --data and that folder", told(&manifest), data.display())?;
    Ok(())
}

fn told(manifest: &Manifest) -> String {
    format!(
        "{} events, {} files and {:.1} MB",
        thousands(manifest.n_accepted.unsigned_abs()),
        thousands(manifest.files.len() as u64),
        manifest.n_bytes() as f64 / 1e6
    )
}

/// Moves everything that a database holds.
pub(crate) fn move_all(data: &Path, options: &Move, out: &mut Output) -> anyhow::Result<()> {
    let own = format!("sqlite:{}", data.join("parlour.db").display());
    let (from, to) = (options.from.as_deref().unwrap_or(&own), options.to.as_str());
    if let Some(file) = from.strip_prefix("sqlite:")
        && !Path::new(file).is_file()
    {
        anyhow::bail!("there is no database `{file}`; name it with --from, or its folder with --data");
    }
    let (source, target) = (Database::open(from)?, Database::open(to)?);
    // What broke off after all had arrived is gone on with, too.
    if target.read(transfer::state)? != State::Filling || source.read(transfer::state)? == State::Filling {
        demand_whole(&source)?;
    }
    let mut tell = telling();
    let begun = Instant::now();
    let arrived = source.read(|conn| transfer::copy(conn, (source.kind(), &target), &mut tell))?;
    let shown = without_password(to);
    let kept = shown.clone();
    source.write(move |conn| transfer::set_moved(conn, &kept))?;
    transfer::finish(&target)?;
    let n_rows: u64 = arrived.iter().map(|table| table.n_rows).sum();
    writeln!(
        out,
        "{} rows of {} tables are in {shown}, the sums agree; {:.0} s",
        thousands(n_rows),
        arrived.len(),
        begun.elapsed().as_secs_f64()
    )?;
    writeln!(out, "start the server with --database and that URL; the lake and the pictures stay in the data folder")?;
    Ok(())
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((user, place)) => format!("{scheme}://{}@{place}", user.split(':').next().unwrap_or_default()),
        None => format!("{scheme}://{rest}"),
    }
}

/// Says to people how far it is.
fn telling() -> impl FnMut(Progress<'_>) {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}").expect("it is constant"));
    move |progress| {
        bar.set_message(progress.table.to_owned());
        bar.set_length(progress.n_rows);
        bar.set_position(progress.n_done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        assert_eq!(without_password("postgres://a:secret@db:5432/x?options=-c"), "postgres://a@db:5432/x");
        assert_eq!(without_password("postgres://db/x"), "postgres://db/x");
        assert_eq!(without_password("sqlite:./x.db"), "sqlite:./x.db");
    }
}
