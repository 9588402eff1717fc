//! Sources: who may send events, with which keys, and how much came of it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_core::event::Layer;
use parlour_engine::clock;
use parlour_engine::source::{self, Keyed, SourceKind};
use parlour_store::source_tally::{self, ACCEPTED, REJECTED};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::health::ReasonCount;
use super::mailbox::{MailboxChange, SourceMailbox};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};
use crate::links::Link;

/// One source.
#[derive(Serialize, ToSchema)]
pub(crate) struct Source {
    id: i64,
    /// Never changes, since repeats are known by it.
    name: String,
    /// `sdk`, `webhook`, `mqtt`, `mail`, `file`, `form`, `mentions` or `fediverse`.
    kind: &'static str,
    /// What its events are about unless they say otherwise, `kind:id`.
    brand: String,
    layer: &'static str,
    /// The most events it may send in a second; null for as many as it can.
    events_per_second: Option<u32>,
    /// How a body becomes events, where the source speaks no dialect we know; of a form or of mentions, their settings.
    mapping: Option<String>,
    /// The key that stands in the pages which use a form; null for other kinds, whose keys are secret.
    public_key: Option<String>,
    /// How it stands with its broker; null for other kinds, and until the broker was tried.
    broker: Option<Link>,
    /// Where it reads and how it stands with that; null for other kinds than `mail`.
    mailbox: Option<SourceMailbox>,
    /// Whether what it sends must be signed, a broker asks for a password, or a form knows users by a signature.
    has_secret: bool,
    created_at: String,
    /// Null until its first event came.
    first_event_at: Option<String>,
    last_event_at: Option<String>,
    /// Since when it may send no more.
    revoked_at: Option<String>,
    /// Oldest first.
    keys: Vec<SourceKey>,
    n_accepted: i64,
    n_rejected: i64,
    /// Its rejections by reason.
    rejected: Vec<ReasonCount>,
}

/// What is known of a write key; the key itself is shown once, when it is made.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceKey {
    /// Its first and last characters.
    hint: String,
    is_valid: bool,
    created_at: String,
    /// From when on it no longer works; null where that is not known.
    expires_at: Option<String>,
}

/// All sources.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sources {
    /// In the order in which they were made, revoked ones too.
    rows: Vec<Source>,
}

/// A source with a key that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyedSource {
    source: Source,
    /// Shown this one time.
    key: String,
}

/// A source as it is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSource {
    name: String,
    /// The id of a brand, or `kind:id`; null for the brand of the first source, or else one of this name.
    brand: Option<String>,
    /// `web` unless given.
    layer: Option<String>,
    /// `sdk` unless given.
    kind: Option<String>,
    events_per_second: Option<u32>,
    mapping: Option<String>,
    /// What it signs with; of a broker, the password, which may also stand in the mapping's `broker`.
    secret: Option<String>,
    /// Where it reads; for sources of kind `mail` alone.
    mailbox: Option<MailboxChange>,
}

/// What may change of a source. What is null stays as it is; an empty text or a zero takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceChange {
    brand: Option<String>,
    layer: Option<String>,
    events_per_second: Option<u32>,
    mapping: Option<String>,
    secret: Option<String>,
    mailbox: Option<MailboxChange>,
}

/// How a key is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Hours for which the old key goes on working; 72 unless given, 0 for none.
    overlap_hours: Option<u32>,
}

/// Counts of every source, by its name.
type Counts = HashMap<String, Vec<(String, i64)>>;

impl Source {
    fn of(app: &App, source: &source::Source, counts: &Counts) -> Self {
        let now = clock::now();
        let counts = counts.get(&source.name).map_or(&[][..], Vec::as_slice);
        let rejected = counts.iter().filter_map(|(name, n)| {
            name.strip_prefix(REJECTED).map(|reason| ReasonCount { reason: reason.to_owned(), n: *n })
        });
        let rejected: Vec<_> = rejected.collect();
        let last = app.engine.last_arrival_at(&source.name).or(source.last_event_at);
        Self {
            id: source.id,
            name: source.name.clone(),
            kind: source.kind.name(),
            brand: source.brand.to_string(),
            layer: source.layer.name(),
            events_per_second: source.events_per_second,
            mapping: source.mapping.clone(),
            public_key: app.engine.public_key(source),
            broker: app.links.get(source.id).filter(|_| source.kind == SourceKind::Mqtt),
            mailbox: source.mailbox.as_ref().map(|mailbox| SourceMailbox::of(mailbox, app.links.get(source.id))),
            has_secret: source.secret.is_some(),
            created_at: clock::rfc3339(source.created_at),
            first_event_at: source.first_event_at.map(clock::rfc3339),
            last_event_at: last.map(clock::rfc3339),
            revoked_at: source.revoked_at.map(clock::rfc3339),
            keys: source.keys.iter().map(|key| SourceKey::of(key, now)).collect(),
            n_accepted: counts.iter().find(|(name, _)| name == ACCEPTED).map_or(0, |(_, n)| *n),
            n_rejected: rejected.iter().map(|of| of.n).sum(),
            rejected,
        }
    }
}

impl SourceKey {
    fn of(key: &source::SourceKey, now: i64) -> Self {
        Self {
            hint: key.hint.clone(),
            is_valid: key.is_valid(now),
            created_at: clock::rfc3339(key.created_at),
            expires_at: key.revoked_at.or(key.expires_at).map(clock::rfc3339),
        }
    }
}

/// All sources, with what came of each.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", responses((status = 200, body = Sources)))]
pub(crate) async fn list_sources(State(app): State<Arc<App>>) -> Result<Json<Sources>, ApiError> {
    app.run(|app| {
        let counts = counts(app)?;
        // Read anew: in memory is what was true when a source was last changed, which knows of no events since.
        app.engine.reload_sources()?;
        Ok(Sources { rows: app.engine.sources().iter().map(|one| Source::of(app, one, &counts)).collect() })
    })
    .await
    .map(Json)
}

/// One source, with what came of it.
#[utoipa::path(
    get, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = i64, Path)),
    responses((status = 200, body = Source))
)]
pub(crate) async fn get_source(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Source>, ApiError> {
    app.run(move |app| {
        app.engine.reload_sources()?;
        told(app, &*app.engine.source(id)?)
    })
    .await
    .map(Json)
}

/// Makes a source; the answer has its write key, which is shown this one time.
#[utoipa::path(
    post, path = "/api/v1/sources", tag = "sources", request_body = NewSource,
    responses((status = 201, body = KeyedSource))
)]
pub(crate) async fn create_source(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewSource>,
) -> Result<(StatusCode, Json<KeyedSource>), ApiError> {
    let new = source::NewSource {
        name: new.name,
        brand: new.brand,
        layer: layer(new.layer.as_deref())?.unwrap_or_default(),
        kind: kind(new.kind.as_deref())?,
        events_per_second: new.events_per_second.filter(|n| *n > 0),
        mapping: new.mapping.filter(|text| !text.is_empty()),
        secret: new.secret.filter(|text| !text.is_empty()),
        mailbox: new.mailbox.map(Into::into),
    };
    let made = app.run(move |app| keyed(app, app.engine.create_source(new)?)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes a source; its name stays.
#[utoipa::path(
    put, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = i64, Path)), request_body = SourceChange,
    responses((status = 200, body = Source))
)]
pub(crate) async fn update_source(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(change): Sent<SourceChange>,
) -> Result<Json<Source>, ApiError> {
    app.run(move |app| {
        let mut change = change;
        let mut before = app.engine.source(id)?;
        if let Some(mailbox) = change.mailbox.take() {
            before = app.engine.update_mailbox(&before, mailbox.into())?;
            app.links.forget(id);
        }
        let after = app.engine.update_source(&changed(&before, change)?)?;
        if app.engine.subscription(&before).ok() != app.engine.subscription(&after).ok() {
            // What is known is of what was listened to before.
            app.links.forget(id);
        }
        told(app, &after)
    })
    .await
    .map(Json)
}

/// Takes a source's right to send away, at once; what it sent stays.
#[utoipa::path(
    delete, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = i64, Path)),
    responses((status = 200, body = Source))
)]
pub(crate) async fn revoke_source(State(app): State<Arc<App>>, At(id): At<i64>) -> Result<Json<Source>, ApiError> {
    app.run(move |app| told(app, &*app.engine.revoke_source(id)?)).await.map(Json)
}

/// Gives a source another write key, which is shown this one time; the old one works a while longer.
#[utoipa::path(
    post, path = "/api/v1/sources/{id}/rotate", tag = "sources", params(("id" = i64, Path)), request_body = Rotation,
    responses((status = 200, body = KeyedSource))
)]
pub(crate) async fn rotate_source(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
    Sent(rotation): Sent<Rotation>,
) -> Result<Json<KeyedSource>, ApiError> {
    let hours = rotation.overlap_hours.unwrap_or(source::OVERLAP_HOURS);
    app.run(move |app| keyed(app, app.engine.rotate_source(id, hours)?)).await.map(Json)
}

fn told(app: &App, source: &source::Source) -> Result<Source, ApiError> {
    Ok(Source::of(app, source, &counts(app)?))
}

fn keyed(app: &App, made: Keyed) -> Result<KeyedSource, ApiError> {
    Ok(KeyedSource { source: told(app, &made.source)?, key: made.key })
}

fn counts(app: &App) -> Result<Counts, ApiError> {
    let mut counts = Counts::new();
    for (source, name, n) in app.engine.database.read(source_tally::all)? {
        counts.entry(source).or_default().push((name, n));
    }
    Ok(counts)
}

fn changed(source: &source::Source, change: SourceChange) -> Result<source::Source, ApiError> {
    let kept = |old: &Option<String>, new: Option<String>| match new {
        None => old.clone(),
        Some(text) => Some(text).filter(|text| !text.is_empty()),
    };
    Ok(source::Source {
        brand: change.brand.map_or_else(|| Ok(source.brand.clone()), |text| source::brand_of(&text))?,
        layer: layer(change.layer.as_deref())?.unwrap_or(source.layer),
        events_per_second: change.events_per_second.or(source.events_per_second).filter(|n| *n > 0),
        mapping: kept(&source.mapping, change.mapping),
        secret: kept(&source.secret, change.secret),
        ..source.clone()
    })
}

fn layer(name: Option<&str>) -> Result<Option<Layer>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    let all: Vec<&str> = Layer::ALL.into_iter().map(Layer::name).collect();
    let wrong = || ApiError::invalid("layer", format!("must be one of {}", all.join(", ")));
    Layer::of_name(name).ok_or_else(wrong).map(Some)
}

fn kind(name: Option<&str>) -> Result<SourceKind, ApiError> {
    let Some(name) = name else { return Ok(SourceKind::Sdk) };
    let all: Vec<&str> = SourceKind::ALL.into_iter().map(SourceKind::name).collect();
    SourceKind::of_name(name).ok_or_else(|| ApiError::invalid("kind", format!("must be one of {}", all.join(", "))))
}
