//! `parlour serve`: the server, the engine's tasks beside it, and the link for the first owner.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

use anyhow::Context;
use parlour_core::sentence::thousands;
use parlour_doors::courier::{Courier, letters};
use parlour_doors::fediverse::Fediverse;
use parlour_doors::mentions::Mentions;
use parlour_engine::{Engine, EngineError};
use parlour_server::{App, LoadSample, SendMail, sign_in_link, sign_in_link_as};
use parlour_store::setting;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli;
use crate::output::Output;
use crate::sample;
use crate::telemetry::Telemetry;

/// Where `parlour sign-in --as` leaves the handle for the server that has the data folder.
const AS_WHOM: &str = "sign-in-as";

/// Serves until it is told to stop (Ctrl-C or SIGTERM). A hang-up signal prints another sign-in link.
pub(crate) fn serve(
    engine: &Arc<Engine>,
    (options, telemetry): (&cli::Serve, Option<&Telemetry>),
    out: &mut Output,
) -> anyhow::Result<()> {
    // Before anything runs, since it may find the settings wrong.
    let courier = Courier::new(&engine.settings)?;
    let fediverse = Fediverse::new(&engine.settings);
    let mut tasks = engine.start();
    let served = prepare(engine, options, out).and_then(|()| {
        tasks.keep_house();
        tasks.also("replies", Engine::send_replies);
        tasks.also("courier", move |engine| courier.step(engine));
        tasks.also("fediverse", move |engine| fediverse.step(engine));
        let mentions = Mentions::new(&engine.settings);
        tasks.also("mentions", move |engine| mentions.step(engine));
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(listen(engine, (options, telemetry), out));
        // Work that was begun is done to its end before the process goes.
        drop(runtime);
        served
    });
    tasks.stop();
    served
}

fn prepare(engine: &Arc<Engine>, options: &cli::Serve, out: &mut Output) -> anyhow::Result<()> {
    // Of several servers one loads it.
    if options.sample && engine.leads() && sample::is_wanted(engine)? {
        writeln!(
            out,
            "Loading the sample: the purchases of 23,570 customers of a music shop, 1997 to 1998, and a simulated shop"
        )?;
        out.flush()?;
        let outcome = sample::load(engine, &mut |_| {})?;
        engine.database.write(|conn| setting::set(conn, parlour_server::IS_SAMPLE, "yes"))?;
        let n_simulated = engine.sums()?.accepted.saturating_sub(outcome.n_accepted as i64);
        let (n, n_simulated) = (thousands(outcome.n_accepted), thousands(n_simulated.max(0) as u64));
        writeln!(out, "Loaded {n} purchases, and {n_simulated} events that are simulated")?;
    }
    Ok(())
}

async fn listen(
    engine: &Arc<Engine>,
    (options, telemetry): (&cli::Serve, Option<&Telemetry>),
    out: &mut Output,
) -> anyhow::Result<()> {
    let address = options.listen.as_ref().unwrap_or(&engine.settings.server.listen);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another with --listen"))?;
    let url = format!("http://{}", listener.local_addr()?);
    // Before anybody can know that it is there, and ask it to end.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    writeln!(out, "Parlour is at {}", out.bold(&url))?;
    print_link(engine, &url, out).await?;
    let app = App::sending(Arc::clone(engine), Some(load_sample()), send_mail(engine)?);
    if let Some(telemetry) = telemetry {
        telemetry.measure(Arc::clone(&app));
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = parlour_server::serve(listener, app, async {
        let _ = stopped.await;
    });
    let mut stop = Some(stop);
    tokio::pin!(server);
    loop {
        tokio::select! {
            served = &mut server => return Ok(served?),
            _ = interrupt.recv() => drop(stop.take()),
            _ = terminate.recv() => drop(stop.take()),
            _ = hang_up.recv() => print_link_as(engine, &url, out).await?,
        }
    }
}

/// Asks the server that has the data folder for another link, as the owner or as somebody else; `false` if there is none.
pub(crate) fn ask_running(folder: &Path, handle: Option<&str>, out: &mut Output) -> anyhow::Result<bool> {
    let Ok(lock) = std::fs::File::open(folder.join("lock")) else { return Ok(false) };
    let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() else { return Ok(false) };
    let process = std::fs::read_to_string(folder.join("lock"))?;
    if let Some(handle) = handle {
        std::fs::write(folder.join(AS_WHOM), handle)?;
    }
    let asked = std::process::Command::new("kill").args(["-HUP", process.trim()]).status();
    anyhow::ensure!(
        asked.is_ok_and(|status| status.success()),
        "process {process} has the data folder and cannot be asked"
    );
    writeln!(out, "Asked the server (process {process}); the link is in its output")?;
    Ok(true)
}

/// Prints a link for a server that is yet to be started.
pub(crate) fn sign_in(engine: &Arc<Engine>, handle: Option<&str>, out: &mut Output) -> anyhow::Result<()> {
    let base = format!("http://{}", engine.settings.server.listen);
    let link = handle.map_or_else(|| sign_in_link(engine, &base), |handle| sign_in_link_as(engine, &base, handle))?;
    writeln!(
        out,
        "Start `parlour serve`, then sign in, once and within {} minutes: {link}",
        engine.settings.server.link_minutes
    )?;
    Ok(())
}

/// Prints a link for whoever was asked for since; that somebody is not there stops no server.
async fn print_link_as(engine: &Arc<Engine>, url: &str, out: &mut Output) -> anyhow::Result<()> {
    let file = engine.folder.join(AS_WHOM);
    let Ok(handle) = std::fs::read_to_string(&file) else { return print_link(engine, url, out).await };
    std::fs::remove_file(&file)?;
    let (engine_too, base) = (Arc::clone(engine), url.to_owned());
    let (name, minutes) = (handle.clone(), engine.settings.server.link_minutes);
    match tokio::task::spawn_blocking(move || sign_in_link_as(&engine_too, &base, handle.trim())).await? {
        Ok(link) => writeln!(out, "Sign in as {}, once and within {minutes} minutes: {link}", name.trim())?,
        Err(error) => writeln!(out, "No link: {error}")?,
    }
    out.flush()?;
    Ok(())
}

/// How invitations and sign-in links are sent, where there is a mail server.
fn send_mail(engine: &Engine) -> anyhow::Result<Option<SendMail>> {
    let letters = letters(&engine.settings)?;
    Ok(letters.map(|send| Arc::new(send) as SendMail))
}

async fn print_link(engine: &Arc<Engine>, url: &str, out: &mut Output) -> anyhow::Result<()> {
    let (engine_too, base) = (Arc::clone(engine), url.to_owned());
    let link = tokio::task::spawn_blocking(move || sign_in_link(&engine_too, &base)).await??;
    let minutes = engine.settings.server.link_minutes;
    writeln!(out, "Sign in, once and within {minutes} minutes: {link}")?;
    if std::io::stdout().is_terminal() {
        writeln!(out, "(`parlour sign-in` makes another link; Ctrl-C stops)")?;
    }
    out.flush()?;
    Ok(())
}

/// Begins to load the sample on a thread of its own and answers with its job.
fn load_sample() -> LoadSample {
    Arc::new(|engine| {
        let engine = Arc::clone(engine);
        let (sender, receiver) = channel();
        let failed = sender.clone();
        let load = move || {
            let told = sample::load(&engine, &mut |progress| {
                let _ = sender.send(Ok(progress.job));
            });
            if let Err(error) = told {
                tracing::error!(%error, "the sample could not be loaded");
                let _ = failed.send(Err(EngineError::Invalid(error.to_string())));
            }
        };
        std::thread::Builder::new().name("sample".to_owned()).spawn(load).expect("the system can start a thread");
        receiver.recv().unwrap_or_else(|_| Err(EngineError::NotFound("the sample is empty".to_owned())))
    })
}
