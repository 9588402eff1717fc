//! Taking what a request brings: its source by its key, its body decoded, its events made durable before the answer.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::HeaderMap;
use parlour_core::event::{Event, Flaw};
use parlour_core::wire::{Context, Decoded, Dialect, Item, Origin, key_in};
use parlour_engine::source::Source;
use parlour_engine::{Foretold, Novelty, Submission, clock};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::answer::Refused;
use super::{body, key};
use crate::app::App;
use crate::error::{ApiError, ErrorCode};

/// Most events that go to the engine at once.
const MAX_EVENTS: usize = 10_000;

/// A request's body, unpacked, and what came beside it.
pub(super) struct Parcel {
    headers: HeaderMap,
    query: Option<String>,
    pub(super) body: Vec<u8>,
    /// Its room among all that is on its way.
    room: OwnedSemaphorePermit,
}

/// What became of one item, for the dialects that are told.
pub(super) struct Fate {
    pub(super) message: Option<String>,
    pub(super) kind: FateKind,
}

/// Taken, or why not.
pub(super) enum FateKind {
    Accepted,
    /// It came before, and is counted once.
    Duplicate,
    Rejected {
        reason: &'static str,
        message: String,
        field: Option<String>,
    },
}

/// The header of Global Privacy Control.
pub(crate) const GPC: &str = "sec-gpc";

impl Parcel {
    /// Reads and unpacks a body of at most `most` bytes.
    pub(super) async fn read(app: &App, request: Request, dialect: Dialect) -> Result<Self, Refused> {
        let ingest = &app.engine.settings.ingest;
        let (most, setting) = match dialect {
            // PostHog's SDKs pack what they can, but send as much as they like.
            Dialect::Posthog { .. } => (ingest.unpacked_bytes, "unpacked_bytes"),
            Dialect::Segment(_) | Dialect::Native => (ingest.batch_bytes, "batch_bytes"),
        };
        let (parts, body) = request.into_parts();
        let room = app.gate.enter(body::length(&parts.headers, most, setting)?)?;
        let sent = body::read(body, most, ingest.body_seconds, setting).await?;
        let body = match body::unpacked(&sent, ingest.unpacked_bytes)? {
            std::borrow::Cow::Borrowed(_) => sent.into(),
            std::borrow::Cow::Owned(unpacked) => unpacked,
        };
        Ok(Self { headers: parts.headers, query: parts.uri.query().map(str::to_owned), body, room })
    }

    /// One that was made of something else than a body.
    pub(super) fn made(app: &App, request: Request, body: Vec<u8>) -> Result<Self, Refused> {
        let room = app.gate.enter(body.len())?;
        let (parts, _) = request.into_parts();
        Ok(Self { headers: parts.headers, query: parts.uri.query().map(str::to_owned), body, room })
    }

    /// The value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let pairs = form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes());
        pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the browser that sent it asks not to have it passed on (Global Privacy Control).
    fn is_signalled(&self) -> bool {
        self.header(GPC) == Some("1")
    }

    fn source(&self, app: &App) -> Result<Arc<Source>, Refused> {
        let mut keys = key::candidates(&self.headers, self.query.as_deref());
        if let Some(source) = keys.iter().find_map(|key| app.engine.source_of_key(key)) {
            return Ok(source);
        }
        let in_body = key_in(&self.body, &app.engine.settings.ingest.limits())?;
        if let Some(source) = in_body.as_ref().and_then(|key| app.engine.source_of_key(key)) {
            return Ok(source);
        }
        keys.extend(in_body);
        Err(ApiError::new(ErrorCode::WriteKeyUnknown, key::unknown(keys.first().map(String::as_str))).into())
    }
}

/// The source that a request which brings no events speaks for.
pub(super) fn source_of(app: &App, headers: &HeaderMap, query: Option<&str>) -> Result<Arc<Source>, Refused> {
    let keys = key::candidates(headers, query);
    let found = keys.iter().find_map(|key| app.engine.source_of_key(key));
    let unknown = || ApiError::new(ErrorCode::WriteKeyUnknown, key::unknown(keys.first().map(String::as_str)));
    found.ok_or_else(|| unknown().into())
}

/// Takes a body in a dialect: once this returns, all that could be taken is durable, and so is what was refused.
pub(super) async fn take(app: Arc<App>, parcel: Parcel, dialect: Dialect) -> Result<(), Refused> {
    let (source, decoded) = admit(&app, &parcel, dialect)?;
    let manner = (dialect, parcel.is_signalled());
    store(app, source, decoded, manner, (parcel.room, None)).await
}

/// The same, and tells what became of each item.
pub(super) async fn take_and_tell(app: Arc<App>, parcel: Parcel, dialect: Dialect) -> Result<Vec<Fate>, Refused> {
    let (source, decoded) = admit(&app, &parcel, dialect)?;
    let (decoded, fates, foretold) = foretell(Arc::clone(&app), Arc::clone(&source), decoded).await?;
    let manner = (dialect, parcel.is_signalled());
    store(app, source, decoded, manner, (parcel.room, Some(foretold))).await?;
    Ok(fates)
}

/// What becomes of each item, found out on a thread that may block: files are read for it.
async fn foretell(
    app: Arc<App>,
    source: Arc<Source>,
    decoded: Decoded,
) -> Result<(Decoded, Vec<Fate>, Foretold), Refused> {
    let looked = tokio::task::spawn_blocking(move || {
        let (fates, foretold) = fates(&app, &source, &decoded)?;
        Ok((decoded, fates, foretold))
    });
    let failed = |error| ApiError::internal(format!("looking for repeats panicked: {error}"));
    looked.await.map_err(failed)?
}

fn admit(app: &App, parcel: &Parcel, dialect: Dialect) -> Result<(Arc<Source>, Decoded), Refused> {
    let source = parcel.source(app)?;
    let decoded = decode(app, &parcel.body, dialect, &source)?;
    app.gate.pass(&source, decoded.items.len(), Instant::now())?;
    Ok((source, decoded))
}

fn decode(app: &App, body: &[u8], dialect: Dialect, source: &Source) -> Result<Decoded, Refused> {
    let engine = &app.engine;
    let origin = Origin { id: source.id, brand: source.brand.clone(), layer: source.layer };
    let (limits, vocabulary) = (engine.settings.ingest.limits(), engine.vocabulary());
    let context = Context {
        received_at: clock::now(),
        origin: &origin,
        limits: &limits,
        vocabulary: &vocabulary,
        blocked_ids: &engine.settings.standing.blocked_ids,
    };
    Ok(dialect.decode(body, &context)?)
}

/// What becomes of each item. Of what came shortly before by a door whose dialect tells nothing, and is not folded yet,
/// it is not told that it came before; it is counted once all the same.
fn fates(app: &App, source: &Source, decoded: &Decoded) -> Result<(Vec<Fate>, Foretold), Refused> {
    let (novelties, foretold) = app.engine.foretell(&source.name, decoded.events.iter()).map_err(ApiError::from)?;
    let mut events = decoded.events.iter().zip(novelties);
    let fate = |item: &Item| match item {
        // What an item amounts to comes under one id and shares its fate.
        Item::Taken { n } => match events.by_ref().take(*n).fold(None, |first, event| first.or(Some(event))) {
            Some((event, novelty)) => Fate { message: event.message.clone(), kind: kind_of(event, novelty) },
            None => Fate { message: None, kind: FateKind::Accepted },
        },
        Item::Refused(refusal) => {
            let kind = FateKind::of_flaw(&refusal.flaw, refusal.field.clone());
            Fate { message: refusal.message.clone(), kind }
        }
    };
    Ok((decoded.items.iter().map(fate).collect(), foretold))
}

fn kind_of(event: &Event, novelty: Novelty) -> FateKind {
    match novelty {
        Novelty::New => FateKind::Accepted,
        Novelty::Duplicate => FateKind::Duplicate,
        Novelty::Barred => FateKind::of_flaw(&Flaw::Erased, Some("subject".to_owned())),
        // The fold will set it aside with this reason.
        Novelty::Conflict => {
            FateKind::of_flaw(&Flaw::Conflict(event.message.clone().unwrap_or_default()), Some("id".to_owned()))
        }
    }
}

impl FateKind {
    fn of_flaw(flaw: &Flaw, field: Option<String>) -> Self {
        Self::Rejected { reason: flaw.code(), message: flaw.to_string(), field }
    }
}

/// Makes it durable. A sender that hangs up cancels nothing: what is handed to the engine is written, and its room and what
/// was foretold are held until then.
async fn store(
    app: Arc<App>,
    source: Arc<Source>,
    decoded: Decoded,
    (dialect, is_signalled): (Dialect, bool),
    held: (OwnedSemaphorePermit, Option<Foretold>),
) -> Result<(), Refused> {
    let Decoded { events, items, .. } = decoded;
    let refused = items.into_iter().filter_map(|item| match item {
        Item::Taken { .. } => None,
        Item::Refused(refusal) => Some(parlour_engine::Refused { line: None, flaw: refusal.flaw, raw: refusal.raw }),
    });
    let mut refused: Vec<parlour_engine::Refused> = refused.collect();
    let mut events: Vec<(Event, Option<u64>)> = events.into_iter().map(|event| (event, None)).collect();
    let held = Arc::new(held);
    while !events.is_empty() || !refused.is_empty() {
        let rest = events.split_off(events.len().min(MAX_EVENTS));
        let (dialect, refused) = (Some(dialect.name()), std::mem::take(&mut refused));
        let submission = Submission { events, refused, dialect, is_signalled, ..Submission::default() };
        let (tell, told) = oneshot::channel();
        let held = Arc::clone(&held);
        let taken = app.engine.append_then(&source.name, submission, move |receipt| {
            if let (Some(foretold), Ok(receipt)) = (&held.1, &receipt) {
                foretold.keep(receipt.seq);
            }
            drop(held);
            // Whoever asked may have gone; it is written all the same.
            let _gone = tell.send(receipt);
        });
        taken.map_err(ApiError::from)?;
        let nothing = |_| ApiError::internal("the engine took events and told nothing".to_owned());
        told.await.map_err(nothing)?.map_err(ApiError::from)?;
        events = rest;
    }
    Ok(())
}
