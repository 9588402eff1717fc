//! The widget's door: what a visitor of somebody's page writes, and what they may read. Bodies are JSON, whatever their
//! headers say, so that no browser has to ask beforehand; what opens anything is in the body and in no log.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::response::Response;
use parlour_engine::clock;
use parlour_engine::forms::{FormSettings, Letter, Line, Visitor};
use parlour_engine::source::Source;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval};

use super::answer::{self, Refused};
use super::{body, key};
use crate::api::metrics::Peer;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};

/// Largest body of the widget, bytes.
const MAX_BODY_BYTES: usize = 64 << 10;
/// How long somebody may wait for an answer before they ask again.
const WAIT: Duration = Duration::from_secs(25);
/// How often it is looked whether there is one.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Milliseconds after which a widget asks again that could not wait.
const ASK_AGAIN_MS: u32 = 5_000;

/// Who knocks, and what they bring.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Knock {
    /// The source's public key.
    key: String,
    /// What the browser made up for its conversation.
    token: Option<String>,
    user: Option<String>,
    signature: Option<String>,
    /// Something written.
    letter: Option<Written>,
    /// The state that the widget knows, …
    since: Option<String>,
    /// … and whether it waits for another.
    wait: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    text: String,
    mail: Option<String>,
    page: Option<String>,
}

#[derive(Serialize)]
struct Looks<'a> {
    title: &'a str,
    greeting: &'a str,
    color: &'a str,
    brand: &'a str,
    text_bytes: usize,
}

#[derive(Serialize)]
struct Told {
    lines: Vec<ToldLine>,
    /// What this state is called.
    state: String,
    /// Milliseconds after which to ask again.
    again_ms: u32,
}

#[derive(Serialize)]
struct ToldLine {
    id: String,
    at: String,
    by: &'static str,
    text: String,
}

struct Guest {
    source: Arc<Source>,
    settings: FormSettings,
    visitor: Visitor,
    address: Option<IpAddr>,
}

async fn let_in(app: &App, request: Request) -> Result<(Guest, Knock), Refused> {
    let (parts, sent) = request.into_parts();
    let _room = app.gate.enter(body::length(&parts.headers, MAX_BODY_BYTES, "batch_bytes")?)?;
    let sent = body::read(sent, MAX_BODY_BYTES, app.engine.settings.ingest.body_seconds, "batch_bytes").await?;
    let wrong =
        |error| ApiError::new(ErrorCode::InvalidRequest, format!("the body is not what a widget sends: {error}"));
    let mut knock: Knock = serde_json::from_slice(&sent).map_err(wrong)?;
    let unknown = || ApiError::new(ErrorCode::WriteKeyUnknown, key::unknown(Some(&knock.key)));
    let source = app.engine.form_of_key(&knock.key).ok_or_else(unknown)?;
    let settings = app.engine.form_settings(&source);
    check_site(&settings, &parts.headers)?;
    let visitor =
        Visitor { token: knock.token.take(), user: knock.user.take(), signature: knock.signature.take(), slip: None };
    let address = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    Ok((Guest { source, settings, visitor, address }, knock))
}

/// Where a form names the sites it is for, a page of another may not use it. Ours may: the Desk shows how it looks.
fn check_site(settings: &FormSettings, headers: &HeaderMap) -> Result<(), ApiError> {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let is_own = origin.split_once("://").map(|(_, own)| own) == host && host.is_some();
    if settings.sites.is_empty() || is_own || settings.sites.iter().any(|site| site == origin) {
        return Ok(());
    }
    let message = "this widget is not for pages of this site; name it under Settings, Sources";
    Err(ApiError::new(ErrorCode::ForeignOrigin, message))
}

fn told(value: &impl Serialize) -> Result<Response, Refused> {
    let text = serde_json::to_vec(value).map_err(|error| Refused(ApiError::internal(error.to_string())))?;
    Ok(answer::json(text))
}

/// How the widget looks. Nothing is kept of whoever asks.
pub(super) async fn greet(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let (guest, _) = let_in(&app, request).await?;
    told(&Looks {
        title: &guest.settings.title,
        greeting: &guest.settings.greeting,
        color: &guest.settings.color,
        brand: &guest.source.brand.id,
        text_bytes: app.engine.settings.forms.text_bytes,
    })
}

/// Takes what was written; once this answers it is durable.
pub(super) async fn write(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let (guest, knock) = let_in(&app, request).await?;
    let missing = || ApiError::invalid("letter", "say what was written");
    let Written { id, text, mail, page } = knock.letter.ok_or_else(missing)?;
    let is_known = guest.visitor.signature.as_deref().is_some_and(|signature| !signature.is_empty());
    if guest.visitor.token.is_none() && !is_known {
        return Err(ApiError::invalid("token", "must be 32 to 64 random letters and digits").into());
    }
    admit(&app, &guest)?;
    let letter = Letter { id, text, mail, page };
    app.run(move |app| Ok(app.engine.write_to_form(&guest.source, &guest.visitor, letter)?)).await?;
    Ok(answer::success())
}

fn admit(app: &App, guest: &Guest) -> Result<(), ApiError> {
    let limits = &app.engine.settings.forms;
    // Who a page says they are is not believed yet: nobody writes at another's expense. Signatures end in what differs.
    let signature =
        guest.visitor.signature.as_deref().map(|text| &text[text.floor_char_boundary(text.len().saturating_sub(64))..]);
    let who = signature.filter(|text| !text.is_empty()).or(guest.visitor.token.as_deref());
    let now = std::time::Instant::now();
    app.visits.pass((&guest.source, &guest.settings), (who, guest.address), limits.per_visitor, now)?;
    app.gate.pass(&guest.source, 1, now)
}

/// Tells what was said, at once or when it is something new.
pub(super) async fn read(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let (guest, knock) = let_in(&app, request).await?;
    let guest = Arc::new(guest);
    let until = Instant::now() + WAIT;
    let seat = if knock.wait { app.visits.watch() } else { None };
    let mut ticks = interval(LOOK_EVERY);
    ticks.tick().await;
    loop {
        let stirred = app.engine.stirred();
        let looking = Arc::clone(&guest);
        let look = move |app: &App| Ok(app.engine.read_form(&looking.source, &looking.visitor)?);
        let lines = Arc::clone(&app).run(look).await?;
        let state = state_of(&lines);
        let is_news = knock.since.as_deref() != Some(&state);
        if is_news || seat.is_none() || until <= Instant::now() || app.is_stopping() {
            let again_ms = if seat.is_some() { 0 } else { ASK_AGAIN_MS };
            return told(&Told { lines: lines.into_iter().map(ToldLine::of).collect(), state, again_ms });
        }
        while app.engine.stirred() == stirred && Instant::now() < until && !app.is_stopping() {
            ticks.tick().await;
        }
    }
}

/// Ends the conversation: nothing leads to it any more.
pub(super) async fn end(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refused> {
    let (guest, _) = let_in(&app, request).await?;
    app.run(move |app| Ok(app.engine.end_form(&guest.source, &guest.visitor)?)).await?;
    Ok(answer::success())
}

fn state_of(lines: &[Line]) -> String {
    lines.last().map_or_else(|| "0".to_owned(), |last| format!("{}-{}", lines.len(), last.id))
}

impl ToldLine {
    fn of(line: Line) -> Self {
        let by = match (line.is_own, line.is_automatic) {
            (true, _) => "you",
            (false, false) => "brand",
            (false, true) => "machine",
        };
        Self { id: line.id, at: clock::rfc3339(line.at), by, text: line.text }
    }
}
