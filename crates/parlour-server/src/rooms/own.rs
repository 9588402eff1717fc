//! One's own room: what one says of oneself, the handle, the door, which history is one's own, and where one is signed in.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_engine::clock;
use parlour_engine::rooms::door_of;
use parlour_engine::rooms::member::{Profile, may_be_paid};
use parlour_engine::staff::mail_checked;
use parlour_store::StoreError;
use parlour_store::member::Member;
use parlour_store::member_session::{self, Session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entering::{SHOWING_MAIL, send_link};
use super::guard::Seat;
use super::wire::Door;
use crate::api::sign_in::MailSignIn;
use crate::api::staff::base;
use crate::app::{App, State};
use crate::cursor::hex;
use crate::error::ApiError;
use crate::input::{At, Sent};

/// Days of peeks that are shown.
const PEEK_DAYS: i32 = 90;

/// One's own room.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnRoom {
    /// Where it is; null until it is chosen, which is done once.
    handle: Option<String>,
    /// Its whole address, once it has a handle.
    address: Option<String>,
    name: String,
    about: String,
    town: String,
    mail: Option<String>,
    born_year: Option<i64>,
    /// Whether one is old enough to be paid, as far as one said.
    may_be_paid: bool,
    door: Door,
    /// What one has shown to be one's own.
    claims: Vec<RoomClaim>,
    n_requests: usize,
    /// Whether this server can send mail.
    can_mail: bool,
    limits: RoomLimits,
}

/// How much a room can hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomLimits {
    frames: i64,
    photos: i64,
    acquaintances: i64,
}

/// An id that one has shown to be one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomClaim {
    /// `email`, `user` …
    kind: String,
    value: String,
    /// `mail`, `signature` or `invitation`.
    proof: String,
    at: String,
}

/// What one says of oneself, and whom the room lets in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnRoomChange {
    name: String,
    about: String,
    town: String,
    born_year: Option<i64>,
    door: Door,
}

/// Where the room is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandleChoice {
    handle: String,
}

/// A brand's word for who one is to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryClaim {
    /// The source whose secret signed it.
    source: String,
    /// The id; empty where a token says it.
    user: String,
    /// HMAC-SHA256 of the id in hexadecimal digits, or a JSON Web Token (HS256).
    signature: String,
}

/// How often the room was looked into.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPeeks {
    days: Vec<RoomPeekDay>,
    n: i64,
}

/// The same on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPeekDay {
    /// YYYY-MM-DD.
    day: String,
    n: i64,
}

/// Where one is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomSession {
    id: String,
    device: String,
    since: String,
    last_used_at: String,
    /// Whether it is the one that asks.
    is_this: bool,
}

/// All of these.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomSessions {
    sessions: Vec<RoomSession>,
}

impl OwnRoom {
    pub(crate) fn of(app: &App, member: Member) -> Result<Self, ApiError> {
        let claims = app.engine.claims(&member.id)?;
        let n_requests = app.engine.around(&member.id)?.requests.len();
        let settings = &app.engine.settings.rooms;
        let year = clock::rfc3339(clock::now()).get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
        Ok(Self {
            address: member.handle.as_ref().map(|handle| format!("{}/@{handle}", base(app))),
            may_be_paid: may_be_paid(&member, year),
            door: door_of(member.door).into(),
            handle: member.handle,
            name: member.name,
            about: member.about,
            town: member.town,
            mail: member.mail,
            born_year: member.born_year,
            claims: claims
                .into_iter()
                .map(|one| RoomClaim { kind: one.kind, value: one.value, proof: one.proof, at: clock::rfc3339(one.at) })
                .collect(),
            n_requests,
            can_mail: app.send_mail.is_some(),
            limits: RoomLimits {
                frames: settings.frames,
                photos: settings.photos,
                acquaintances: settings.acquaintances,
            },
        })
    }
}

/// One's own room.
#[utoipa::path(
    get, path = "/api/v1/room/me", tag = "rooms", security(("room" = [])), responses((status = 200, body = OwnRoom))
)]
pub(crate) async fn get_own_room(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<OwnRoom>, ApiError> {
    app.run(move |app| OwnRoom::of(app, seat.member)).await.map(Json)
}

/// Keeps what one says of oneself, and whom the room lets in.
#[utoipa::path(
    put, path = "/api/v1/room/me", tag = "rooms", security(("room" = [])), request_body = OwnRoomChange,
    responses((status = 200, body = OwnRoom))
)]
pub(crate) async fn update_own_room(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(change): Sent<OwnRoomChange>,
) -> Result<Json<OwnRoom>, ApiError> {
    let OwnRoomChange { name, about, town, born_year, door } = change;
    let profile = Profile { name, about, town, born_year, door: door.into() };
    let keep = move |app: &App| OwnRoom::of(app, app.engine.set_member_profile(&seat.member.id, &profile)?);
    app.run(keep).await.map(Json)
}

/// Says where the room is; it stays there.
#[utoipa::path(
    put, path = "/api/v1/room/me/handle", tag = "rooms", security(("room" = [])), request_body = HandleChoice,
    responses((status = 200, body = OwnRoom))
)]
pub(crate) async fn choose_handle(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(choice): Sent<HandleChoice>,
) -> Result<Json<OwnRoom>, ApiError> {
    let choose = move |app: &App| OwnRoom::of(app, app.engine.choose_handle(&seat.member.id, &choice.handle)?);
    app.run(choose).await.map(Json)
}

/// Sends a link by which one shows that an address is one's own.
#[utoipa::path(
    post, path = "/api/v1/room/me/mail", tag = "rooms", security(("room" = [])), request_body = MailSignIn,
    responses((status = 202, description = "sent"))
)]
pub(crate) async fn send_mail_proof(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(sent): Sent<MailSignIn>,
) -> Result<StatusCode, ApiError> {
    let mail = mail_checked(&sent.mail)?;
    send_link(&app, (SHOWING_MAIL, seat.member.id), mail, |_, _| Ok(true))?;
    Ok(StatusCode::ACCEPTED)
}

/// Claims what a brand knows of one, by its signature.
#[utoipa::path(
    post, path = "/api/v1/room/me/claims", tag = "rooms", security(("room" = [])), request_body = HistoryClaim,
    responses((status = 200, body = OwnRoom))
)]
pub(crate) async fn claim_history(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(claim): Sent<HistoryClaim>,
) -> Result<Json<OwnRoom>, ApiError> {
    app.of_account.take(&format!("claim {}", seat.member.id), std::time::Instant::now())?;
    let keep = move |app: &App| {
        let HistoryClaim { source, user, signature } = claim;
        app.engine.claim_signed(&seat.member.id, &source, &user, &signature)?;
        OwnRoom::of(app, seat.member)
    };
    app.run(keep).await.map(Json)
}

/// How often the room was looked into lately; by whom is not kept.
#[utoipa::path(
    get, path = "/api/v1/room/me/peeks", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomPeeks))
)]
pub(crate) async fn list_peeks(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<RoomPeeks>, ApiError> {
    let found = app.run(move |app| Ok(app.engine.peeks(&seat.member.id, PEEK_DAYS)?)).await?;
    let n = found.iter().map(|(_, n)| n).sum();
    let days = found.into_iter().map(|(day, n)| RoomPeekDay { day: day.to_string(), n }).collect();
    Ok(Json(RoomPeeks { days, n }))
}

/// Where one is signed in.
#[utoipa::path(
    get, path = "/api/v1/room/me/sessions", tag = "rooms", security(("room" = [])),
    responses((status = 200, body = RoomSessions))
)]
pub(crate) async fn list_room_sessions(
    State(app): State<Arc<App>>,
    seat: Seat,
) -> Result<Json<RoomSessions>, ApiError> {
    let list = move |app: &App| {
        let mut found = app.engine.database.read(|conn| member_session::list(conn, &seat.member.id))?;
        let now = clock::now();
        found.retain(|one| now < one.expires_at);
        let sessions = found.into_iter().map(|one| RoomSession {
            id: id_of(&one),
            is_this: one.hash == seat.session.hash,
            device: one.device,
            since: clock::rfc3339(one.created_at),
            last_used_at: clock::rfc3339(one.last_used_at),
        });
        Ok(RoomSessions { sessions: sessions.collect() })
    };
    app.run(list).await.map(Json)
}

/// What a session is called: enough of its hash to be told from others, and nothing that opens it.
fn id_of(session: &Session) -> String {
    hex(&session.hash[..16.min(session.hash.len())])
}

/// Signs out somewhere.
#[utoipa::path(
    delete, path = "/api/v1/room/me/sessions/{id}", tag = "rooms", security(("room" = [])),
    params(("id" = String, Path)), responses((status = 204, description = "ended"))
)]
pub(crate) async fn end_room_session(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(id): At<String>,
) -> Result<StatusCode, ApiError> {
    let end = move |app: &App| {
        let found = app.engine.database.read(|conn| member_session::list(conn, &seat.member.id))?;
        let one = found.into_iter().find(|one| id_of(one) == id);
        let one = one.ok_or_else(|| ApiError::not_found("you are no longer signed in there"))?;
        app.engine.database.write(move |conn| member_session::delete(conn, &one.hash))?;
        Ok(())
    };
    app.run(end).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out everywhere else.
#[utoipa::path(
    delete, path = "/api/v1/room/me/sessions", tag = "rooms", security(("room" = [])),
    responses((status = 204, description = "ended"))
)]
pub(crate) async fn end_other_room_sessions(State(app): State<Arc<App>>, seat: Seat) -> Result<StatusCode, ApiError> {
    let end = move |app: &App| {
        let (member, kept) = (seat.member.id, seat.session.hash);
        app.engine.database.write(move |conn| {
            member_session::delete_others(conn, &member, &kept)?;
            Ok::<_, StoreError>(())
        })?;
        Ok(())
    };
    app.run(end).await?;
    Ok(StatusCode::NO_CONTENT)
}
