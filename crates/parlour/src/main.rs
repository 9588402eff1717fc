//! The binary: subcommands and wiring; what they do is done elsewhere.

mod backup;
mod catalogue;
mod classify;
mod cli;
mod erase;
mod fit;
mod import;
mod load;
mod member;
mod output;
mod report;
mod sample;
mod serve;
mod simulate;
mod source;
mod standing;
mod telemetry;
mod traffic;
mod upkeep;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use output::Output;
use parlour_engine::{Engine, EngineError};
use telemetry::Telemetry;

/// Events are made and dropped by the million on different threads, at which it is a good deal faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let telemetry = match telemetry::begin(&cli) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            output::complain(&error);
            return ExitCode::FAILURE;
        }
    };
    let ran = run(cli, telemetry.as_ref());
    if let Some(telemetry) = telemetry {
        telemetry.end();
    }
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// What needs no data folder at work: whether it was that, and is done.
fn without_engine(cli: &Cli, out: &mut Output) -> anyhow::Result<bool> {
    let (data, database) = (cli.data.as_path(), cli.database.as_deref());
    if let Command::Completions { shell } = &cli.command {
        // Written at once: the generator takes a reader that went away for a bug.
        let mut script = Vec::new();
        clap_complete::generate(*shell, &mut Cli::command(), "parlour", &mut script);
        out.write_all(&script)?;
        out.flush()?;
    } else if let Command::Classify(options) = &cli.command {
        classify::classify(options, out)?;
    } else if let Command::Backup { to, json } = &cli.command {
        backup::backup((data, cli.places()), to, *json, out)?;
    } else if let Command::Restore { from } = &cli.command {
        backup::restore(from, (data, database), out)?;
    } else if let Command::Move(options) = &cli.command {
        backup::move_all(data, options, out)?;
    } else if let Command::Rebuild = &cli.command {
        let engine = Engine::open_to_rebuild(data, cli.places())?;
        upkeep::rebuild(ready(&engine)?, out)?;
    } else if let Command::SignIn { handle } = &cli.command {
        return serve::ask_running(data, handle.as_deref(), out);
    } else if let Command::Fit(options) = &cli.command {
        let Some(file) = &options.csv else { return Ok(false) };
        fit::fit_file(file, options, out)?;
    } else if let Command::Simulate(options) = &cli.command {
        return simulate::without_folder(options, out);
    } else if let Command::Load(options) = &cli.command {
        load::load(options, out)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn run(cli: Cli, telemetry: Option<&Telemetry>) -> anyhow::Result<()> {
    let mut out = Output::new();
    if without_engine(&cli, &mut out)? {
        return Ok(());
    }
    let engine = match Engine::open_with(&cli.data, cli.places()) {
        Err(EngineError::InUse(folder)) if matches!(cli.command, Command::Source(_)) => {
            anyhow::bail!("a server works in `{folder}`; make and change sources on its page Settings, Sources")
        }
        Err(EngineError::InUse(folder)) if matches!(cli.command, Command::Member(_)) => {
            anyhow::bail!("a server works in `{folder}`; invite people to rooms on their page in the Desk")
        }
        opened => opened?,
    };
    match cli.command {
        Command::SignIn { handle } => serve::sign_in(&engine, handle.as_deref(), &mut out),
        Command::Serve(options) => serve::serve(&engine, (&options, telemetry), &mut out),
        Command::Import(options) => import::import(&engine, &options, &mut out),
        Command::Rejected { job, to } => import::rejected(&engine, job, &to, &mut out),
        Command::Source(command) => source::source(&engine, &command, &mut out),
        Command::Catalogue(command) => catalogue::catalogue(&engine, &command, &mut out),
        Command::Member(command) => member::member(&engine, &command, &mut out),
        Command::Standing(options) => standing::standing(ready(&engine)?, &options, &mut out),
        Command::Report(options) => report::report(ready(&engine)?, &options, &mut out),
        Command::Fit(options) => fit::fit(ready(&engine)?, &options, &mut out),
        Command::Simulate(options) => simulate::simulate(&engine, &options, &mut out),
        Command::Sql { question, json } => upkeep::sql(&engine, &question, json, &mut out),
        Command::Keep { days } => upkeep::keep(ready(&engine)?, &days, &mut out),
        Command::Erase { person, yes, let_in, json } => {
            erase::erase(ready(&engine)?, (&person, !let_in), (yes, json), &mut out)
        }
        Command::Compact => upkeep::compact(ready(&engine)?, &mut out),
        Command::Doctor { json } => upkeep::doctor(&engine, json, &mut out),
        Command::Classify(_)
        | Command::Load(_)
        | Command::Rebuild
        | Command::Backup { .. }
        | Command::Restore { .. }
        | Command::Move(_)
        | Command::Completions { .. } => Ok(()),
    }
}

/// The engine with everything accepted folded in.
fn ready(engine: &Engine) -> anyhow::Result<&Engine> {
    engine.fold_all()?;
    Ok(engine)
}
