//! What a source of mentions was told of and found.

use std::sync::Arc;

use axum::Json;
use parlour_engine::clock;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::At;

/// The last pages told of that are shown.
const MAX_SHOWN: usize = 50;

/// A page that is said to mention us.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldMention {
    page: String,
    target: String,
    /// `waiting`, `found`, `refused` (it does not link to us, or cannot be read) or `gone`.
    state: String,
    told_at: String,
    looked_at: Option<String>,
    /// What went wrong last.
    error: Option<String>,
}

/// A feed that is looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct WatchedFeed {
    url: String,
    looked_at: Option<String>,
    next_at: String,
    /// Entries taken since it was first looked at.
    n_taken: i64,
    /// What went wrong at the last look.
    error: Option<String>,
}

/// Both.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceMentions {
    /// Newest first, 50 at most.
    told: Vec<ToldMention>,
    /// Those looked at so far.
    feeds: Vec<WatchedFeed>,
}

/// The pages that a source was told of, and how its feeds stand.
#[utoipa::path(
    get, path = "/api/v1/sources/{id}/mentions", tag = "sources", params(("id" = i64, Path)),
    responses((status = 200, body = SourceMentions))
)]
pub(crate) async fn list_mentions(
    State(app): State<Arc<App>>,
    At(id): At<i64>,
) -> Result<Json<SourceMentions>, ApiError> {
    app.run(move |app| {
        let source = app.engine.source(id)?;
        let told = app.engine.mentions_of(&source, MAX_SHOWN)?.into_iter().map(|one| ToldMention {
            page: one.page,
            target: one.target,
            state: one.state,
            told_at: clock::rfc3339(one.told_at),
            looked_at: one.looked_at.map(clock::rfc3339),
            error: one.last_error,
        });
        let feeds = app.engine.feeds_of(&source)?.into_iter().map(|feed| WatchedFeed {
            url: feed.url,
            looked_at: feed.looked_at.map(clock::rfc3339),
            next_at: clock::rfc3339(feed.next_at),
            n_taken: feed.n_taken,
            error: feed.last_error,
        });
        Ok(SourceMentions { told: told.collect(), feeds: feeds.collect() })
    })
    .await
    .map(Json)
}
