//! `parlour member`: rooms are handed out, also where no mail is sent.

use std::io::Write;

use parlour_engine::Engine;
use parlour_server::room_link;

use crate::cli::Member;
use crate::output::Output;

/// Does what is asked about members.
pub(crate) fn member(engine: &Engine, command: &Member, out: &mut Output) -> anyhow::Result<()> {
    let Member::Invite { person, url } = command;
    let settings = &engine.settings;
    let desk = url.clone().unwrap_or_else(|| settings.delivery.desk.clone());
    let base = if desk.is_empty() { format!("http://{}", settings.server.listen) } else { desk };
    writeln!(out, "{}", room_link(engine, &base, person.as_deref())?)?;
    Ok(())
}
