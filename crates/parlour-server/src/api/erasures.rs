//! Erasing somebody who asked for it, and what shows that it was done.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::{Extension, Json};
use parlour_engine::erase::Asker;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{asked, question};
use crate::access::About;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};
use crate::rooms::forgetting::{ErasureReceipt, carried_out};

/// Erasures that are told.
const MAX_TOLD: i64 = 200;

/// That staff really mean it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonErasure {
    /// The person's name once more, as the page has it.
    person: String,
    /// Whether nothing more is to be taken in under their ids.
    is_barred: bool,
}

/// Receipts, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erasures {
    erasures: Vec<ErasureReceipt>,
}

/// Erases everything of a person, at their wish.
#[utoipa::path(
    delete, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path)),
    request_body = PersonErasure,
    responses(
        (status = 200, body = ErasureReceipt, description = "everything is gone"),
        (status = 202, body = ErasureReceipt, description = "it takes longer than a request may; look at `address` again"),
    )
)]
pub(crate) async fn erase_person(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    Sent(sent): Sent<PersonErasure>,
) -> Result<(StatusCode, Extension<About>, Json<ErasureReceipt>), ApiError> {
    let begin = move |app: &App| {
        if sent.person != name {
            return Err(ApiError::invalid("person", format!("must be `{name}`, as in the address")));
        }
        app.engine.fold_all()?;
        let asked = asked(app, &question(None, None, None).now())?;
        let person = app.engine.person_named(&asked, &name)?;
        Ok(app.engine.begin_erasure(&app.engine.ids_of_person(person), Asker::Desk, sent.is_barred)?)
    };
    let begun = Arc::clone(&app).run(begin).await?;
    let (status, receipt) = carried_out(app, begun).await?;
    // Who it was is written down nowhere.
    Ok((status, Extension(About(format!("receipt {}", receipt.id))), Json(receipt)))
}

/// What was erased, of which nothing tells who it was.
#[utoipa::path(get, path = "/api/v1/erasures", tag = "people", responses((status = 200, body = Erasures)))]
pub(crate) async fn list_erasures(State(app): State<Arc<App>>) -> Result<Json<Erasures>, ApiError> {
    let list = |app: &App| {
        let all = app.engine.erasures(MAX_TOLD)?;
        Ok(Erasures { erasures: all.into_iter().map(|one| ErasureReceipt::of(app, one)).collect() })
    };
    app.run(list).await.map(Json)
}
