//! Being forgotten: within one request everything of a member goes, and they keep a receipt that tells nobody who they were.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use parlour_engine::clock;
use parlour_engine::erase::{Asker, Begun};
use parlour_store::Kind;
use parlour_store::erasure::Erasure;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::{self, Seat};
use crate::api::staff::base;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// What one writes so that nobody is erased by a slip of the finger.
const WORD: &str = "forget me";
/// Seconds of a request's time that are left for telling what came of it.
const TELLING: u64 = 2;
/// Since when the signal of browsers is honoured here.
const PRIVACY_SINCE: &str = "2026-11-22";

/// That one really wants it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureWish {
    /// `forget me`.
    word: String,
    /// Whether nothing more is to be taken in under one's ids, until one comes back with them; else all is as if one were
    /// new.
    is_barred: bool,
}

/// What shows that somebody was erased. It names nobody.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureReceipt {
    pub(crate) id: String,
    asked_at: String,
    /// Null while it is under way.
    done_at: Option<String>,
    /// `room`, `desk` or `command`: where it was asked for.
    how: String,
    /// How many of what went.
    counts: BTreeMap<String, u64>,
    /// What stays, and why.
    stays: Vec<&'static str>,
    /// A keyed hash of all this, by which this server knows that it wrote it.
    seal: String,
    /// Where this receipt can be read again.
    address: String,
}

impl ErasureReceipt {
    pub(crate) fn of(app: &App, erasure: Erasure) -> Self {
        let mut stays = vec![
            "a keyed hash of each id, so that what still comes under it is refused; nobody can be read from it",
            "what others said, also of you, is theirs",
            "what was sent to other systems before is with these; whoever runs this server can tell you which",
            "copies that were made of this server's data elsewhere; put back here, they are erased again at once",
        ];
        if app.engine.database.kind() == Kind::Postgres {
            stays.push("PostgreSQL's own log and backups, until that server overwrites them");
        }
        Self {
            seal: app.engine.seal_of_receipt(&erasure),
            address: format!("{}/api/v1/receipts/{}", base(app).trim_end_matches('/'), erasure.id),
            asked_at: clock::rfc3339(erasure.asked_at),
            done_at: erasure.done_at.map(clock::rfc3339),
            counts: serde_json::from_str(&erasure.counts).unwrap_or_default(),
            how: erasure.how,
            id: erasure.id,
            stays,
        }
    }
}

/// Whether the signal of Global Privacy Control is honoured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrivacySupport {
    gpc: bool,
    last_update: &'static str,
}

/// Erases everything that is known of oneself, one's room with it.
#[utoipa::path(
    delete, path = "/api/v1/room/known", tag = "rooms", security(("room" = [])), request_body = ErasureWish,
    responses(
        (status = 200, body = ErasureReceipt, description = "everything is gone; one is signed out"),
        (status = 202, body = ErasureReceipt, description = "it takes longer than a request may; look at `address` again"),
    )
)]
pub(crate) async fn erase_oneself(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(wish): Sent<ErasureWish>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<ErasureReceipt>), ApiError> {
    if wish.word.trim().to_lowercase() != WORD {
        return Err(ApiError::invalid("word", format!("must be `{WORD}`")));
    }
    let gone = guard::no_cookie(&app);
    let begin = move |app: &App| {
        // What is on its way may name ids that are not known yet.
        app.engine.fold_all()?;
        let ids = app.engine.ids_of_member(&seat.member.id);
        Ok(app.engine.begin_erasure(&ids, Asker::Room, wish.is_barred)?)
    };
    let begun = Arc::clone(&app).run(begin).await?;
    let (status, receipt) = carried_out(app, begun).await?;
    Ok((status, [(header::SET_COOKIE, gone)], Json(receipt)))
}

/// Does what was begun, and waits for it as long as a request may take; after that it goes on by itself, as it does where
/// it failed: the receipt says then that it is under way.
pub(crate) async fn carried_out(app: Arc<App>, begun: Begun) -> Result<(StatusCode, ErasureReceipt), ApiError> {
    let under_way = begun.erasure.clone();
    let patience = Duration::from_secs(app.engine.settings.server.request_seconds.saturating_sub(TELLING).max(1));
    let work = Arc::clone(&app).run(move |app| Ok(app.engine.carry_out(begun)?));
    #[expect(clippy::disallowed_methods, reason = "whoever asked may go; what was begun is finished all the same")]
    let work = tokio::spawn(work);
    let done = match tokio::time::timeout(patience, work).await {
        Ok(Ok(Ok(done))) => Some(done),
        Ok(Ok(Err(error))) => {
            tracing::error!(?error, "an erasure could not be finished; it will be tried again");
            None
        }
        Ok(Err(_)) | Err(_) => None,
    };
    let status = if done.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, ErasureReceipt::of(&app, done.unwrap_or(under_way))))
}

/// A receipt, for whoever has its address.
#[utoipa::path(
    get, path = "/api/v1/receipts/{receipt}", tag = "rooms", security(()), params(("receipt" = String, Path)),
    responses((status = 200, body = ErasureReceipt))
)]
pub(crate) async fn get_receipt(
    State(app): State<Arc<App>>,
    At(id): At<String>,
) -> Result<Json<ErasureReceipt>, ApiError> {
    let find = move |app: &App| {
        let found = app.engine.erasure(&id)?;
        let found = found.ok_or_else(|| ApiError::not_found("this server wrote no such receipt"))?;
        Ok(ErasureReceipt::of(app, found))
    };
    app.run(find).await.map(Json)
}

/// Says that the signal of Global Privacy Control is honoured, where browsers look for it.
#[utoipa::path(
    get, path = "/.well-known/gpc.json", tag = "rooms", security(()), responses((status = 200, body = PrivacySupport))
)]
pub(crate) async fn get_privacy_support() -> Json<PrivacySupport> {
    Json(PrivacySupport { gpc: true, last_update: PRIVACY_SINCE })
}
