//! Occasions: what a brand holds somewhere, and who comes, as far as they let it know.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_engine::clock;
use parlour_engine::offers::ics;
use parlour_engine::offers::occasions::OccasionWords;
use parlour_engine::offers::totals::total;
use parlour_store::member;
use parlour_store::occasion::Occasion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OfBrand, OfferBrand, ToldTotal, held, micros_of};
use crate::app::{App, Shared, State};
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// An occasion.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct OfferOccasion {
    pub(crate) id: String,
    pub(crate) brand: OfferBrand,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) place: String,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    /// RFC 3339 UTC.
    pub(crate) starts_at: String,
    pub(crate) ends_at: String,
    /// The zone of time there.
    pub(crate) zone: String,
    pub(crate) capacity: Option<i64>,
    /// Its page; may be empty.
    pub(crate) url: String,
    pub(crate) is_cancelled: bool,
    pub(crate) is_over: bool,
    /// For calendars.
    pub(crate) ics: String,
}

impl OfferOccasion {
    pub(crate) fn of(app: &Shared, one: &Occasion) -> Self {
        let title = app.engine.title_of_brand(&one.brand);
        Self {
            id: one.id.clone(),
            brand: OfferBrand { name: one.brand.clone(), title },
            title: one.title.clone(),
            about: one.about.clone(),
            place: one.place.clone(),
            latitude: one.at.map(|(latitude, _)| latitude),
            longitude: one.at.map(|(_, longitude)| longitude),
            starts_at: clock::rfc3339(one.starts_at),
            ends_at: clock::rfc3339(one.ends_at),
            zone: one.zone.clone(),
            capacity: one.capacity,
            url: one.url.clone(),
            is_cancelled: one.cancelled_at.is_some(),
            is_over: one.ends_at <= clock::now(),
            ics: format!("/occasions/{}/calendar.ics", one.id),
        }
    }
}

/// Occasions, what begins first first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferOccasions {
    occasions: Vec<OfferOccasion>,
    /// The brand's feed for calendars.
    feed: String,
}

/// An occasion as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OccasionChange {
    /// `kind:id`; an occasion keeps its brand.
    brand: String,
    title: String,
    #[serde(default)]
    about: String,
    place: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// RFC 3339 UTC.
    starts_at: String,
    ends_at: String,
    /// Such as `Europe/Berlin`.
    zone: String,
    capacity: Option<i64>,
    #[serde(default)]
    url: String,
}

/// Who answered what, as far as it may be told.
#[derive(Serialize, ToSchema)]
pub(crate) struct OccasionAnswers {
    n_going: ToldTotal,
    n_waiting: ToldTotal,
    n_interested: ToldTotal,
    /// Those who let the brand know.
    people: Vec<OccasionAnswer>,
}

/// What somebody answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct OccasionAnswer {
    handle: Option<String>,
    name: String,
    answer: String,
    is_waiting: bool,
}

/// The occasions of a brand, past and to come.
#[utoipa::path(
    get, path = "/api/v1/brand/occasions", tag = "offers", params(OfBrand),
    responses((status = 200, body = OfferOccasions))
)]
pub(crate) async fn list_occasions(
    State(app): State<Arc<App>>,
    Asking(of): Asking<OfBrand>,
) -> Result<Json<OfferOccasions>, ApiError> {
    let list = move |app: &App| {
        held(app, &of.brand)?;
        let found = app.engine.occasions(&of.brand, 0)?;
        let occasions = found.iter().map(|one| OfferOccasion::of(app, one)).collect();
        Ok(OfferOccasions { occasions, feed: format!("/brands/{}/occasions.ics", of.brand) })
    };
    app.run(list).await.map(Json)
}

/// Makes an occasion.
#[utoipa::path(
    post, path = "/api/v1/brand/occasions", tag = "offers", request_body = OccasionChange,
    responses((status = 201, body = OfferOccasion))
)]
pub(crate) async fn create_occasion(
    State(app): State<Arc<App>>,
    Sent(change): Sent<OccasionChange>,
) -> Result<(StatusCode, Json<OfferOccasion>), ApiError> {
    app.run(move |app| keep(app, None, change)).await.map(|one| (StatusCode::CREATED, Json(one)))
}

/// Keeps what is now said of an occasion.
#[utoipa::path(
    put, path = "/api/v1/brand/occasions/{occasion}", tag = "offers", params(("occasion" = String, Path)),
    request_body = OccasionChange, responses((status = 200, body = OfferOccasion))
)]
pub(crate) async fn update_occasion(
    State(app): State<Arc<App>>,
    At(occasion): At<String>,
    Sent(change): Sent<OccasionChange>,
) -> Result<Json<OfferOccasion>, ApiError> {
    app.run(move |app| keep(app, Some(&occasion), change)).await.map(Json)
}

fn keep(app: &App, id: Option<&str>, change: OccasionChange) -> Result<OfferOccasion, ApiError> {
    held(app, &change.brand)?;
    let words = OccasionWords {
        title: change.title,
        about: change.about,
        place: change.place,
        at: change.latitude.zip(change.longitude),
        starts_at: micros_of("starts_at", &change.starts_at)?,
        ends_at: micros_of("ends_at", &change.ends_at)?,
        zone: change.zone,
        capacity: change.capacity,
        url: change.url,
    };
    Ok(OfferOccasion::of(app, &app.engine.put_occasion(&change.brand, id, words)?))
}

/// Calls an occasion off.
#[utoipa::path(
    post, path = "/api/v1/brand/occasions/{occasion}/cancel", tag = "offers", params(("occasion" = String, Path)),
    responses((status = 204, description = "it is called off"))
)]
pub(crate) async fn cancel_occasion(
    State(app): State<Arc<App>>,
    At(occasion): At<String>,
) -> Result<StatusCode, ApiError> {
    let cancel = move |app: &App| {
        own(app, &occasion)?;
        Ok(app.engine.cancel_occasion(&occasion)?)
    };
    app.run(cancel).await.map(|()| StatusCode::NO_CONTENT)
}

/// Who comes: totals of many, and by name those who let the brand know.
#[utoipa::path(
    get, path = "/api/v1/brand/occasions/{occasion}/answers", tag = "offers", params(("occasion" = String, Path)),
    responses((status = 200, body = OccasionAnswers))
)]
pub(crate) async fn get_answers(
    State(app): State<Arc<App>>,
    At(occasion): At<String>,
) -> Result<Json<OccasionAnswers>, ApiError> {
    let told = move |app: &App| {
        own(app, &occasion)?;
        let (rsvps, answers) = app.engine.answers_to(&occasion)?;
        let k = app.engine.settings.offers.k;
        let open: Vec<_> = rsvps.into_iter().filter(|one| one.tells && one.answer != "not_going").collect();
        let seen = |answer: &str, is_waiting: bool| {
            open.iter().filter(|one| one.answer == answer && one.is_waiting == is_waiting).count() as i64
        };
        let (going, waiting, interested) = (seen("going", false), seen("going", true), seen("interested", false));
        let ids: Vec<String> = open.iter().map(|one| one.member.clone()).collect();
        let members = app.engine.database.read(|conn| member::of_ids(conn, &ids))?;
        let person = |one: &parlour_store::occasion::Rsvp| {
            let member = members.iter().find(|member| member.id == one.member)?;
            Some(OccasionAnswer {
                handle: member.handle.clone(),
                name: member.name.clone(),
                answer: one.answer.clone(),
                is_waiting: one.is_waiting,
            })
        };
        Ok(OccasionAnswers {
            n_going: total(answers.n_going, going, k).into(),
            n_waiting: total(answers.n_waiting, waiting, k).into(),
            n_interested: total(answers.n_interested, interested, k).into(),
            people: open.iter().filter_map(person).collect(),
        })
    };
    app.run(told).await.map(Json)
}

/// An occasion for a calendar.
#[utoipa::path(
    get, path = "/occasions/{occasion}/calendar.ics", tag = "offers", security(()),
    params(("occasion" = String, Path)),
    responses((status = 200, description = "iCalendar", content_type = "text/calendar", body = String))
)]
pub(crate) async fn get_calendar(State(app): State<Arc<App>>, At(occasion): At<String>) -> Result<Response, ApiError> {
    let found = app.run(move |app| Ok(app.engine.occasion(&occasion)?)).await?;
    Ok(calendar(&found.title, std::slice::from_ref(&found)))
}

/// All occasions of a brand that are not long over, for calendars that come again.
#[utoipa::path(
    get, path = "/brands/{brand}/occasions.ics", tag = "offers", security(()), params(("brand" = String, Path)),
    responses((status = 200, description = "iCalendar", content_type = "text/calendar", body = String))
)]
pub(crate) async fn get_calendar_of_brand(
    State(app): State<Arc<App>>,
    At(brand): At<String>,
) -> Result<Response, ApiError> {
    const KEPT: i64 = 90 * 86_400_000_000;
    let found = move |app: &App| {
        let occasions = app.engine.occasions(&brand, clock::now() - KEPT)?;
        Ok((app.engine.title_of_brand(&brand), occasions))
    };
    let (title, occasions) = app.run(found).await?;
    Ok(calendar(&title, &occasions))
}

fn calendar(title: &str, occasions: &[Occasion]) -> Response {
    let mut response = ics::calendar(title, occasions).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// An occasion of a brand that whoever asks sees to.
fn own(app: &App, occasion: &str) -> Result<Occasion, ApiError> {
    let found = app.engine.occasion(occasion)?;
    held(app, &found.brand).map_err(|_| ApiError::not_found("there is no such occasion"))?;
    Ok(found)
}
