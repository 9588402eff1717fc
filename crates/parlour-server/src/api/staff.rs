//! People of the Desk, for owners: who there is, inviting, what they may do and see, keeping out.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::{Extension, Json};
use parlour_engine::clock;
use parlour_engine::desk::name_of;
use parlour_engine::staff::{Profile, Role};
use parlour_store::{passkey, session, staff};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::About;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};
use crate::sign_in::{hash_of, token};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// One person of the Desk.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffRow {
    /// What asks and the audit log know them by, for ever.
    handle: String,
    name: String,
    mail: Option<String>,
    /// `owner`, `analyst`, `agent` or `read-only`.
    role: String,
    /// The brands they see, `kind:id`; null for all.
    brands: Option<Vec<String>>,
    /// `invited`, `active` or `disabled`.
    state: &'static str,
    has_password: bool,
    n_passkeys: usize,
    /// When they were invited; null of whoever was there from the beginning.
    created_at: Option<String>,
    /// When they last used a session that is still valid, give or take a few hours.
    last_used_at: Option<String>,
}

/// All people of the Desk.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffList {
    /// By handle.
    rows: Vec<StaffRow>,
    /// Whether invitations can be sent by mail.
    can_mail: bool,
}

/// Somebody to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStaff {
    /// a–z, 0–9, `.`, `_` and `-`; it stays for ever.
    handle: String,
    name: String,
    mail: Option<String>,
    role: String,
    /// `kind:id`; null for all.
    brands: Option<Vec<String>>,
}

/// What somebody may do and see.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffChange {
    name: String,
    mail: Option<String>,
    role: String,
    /// `kind:id`; null for all.
    brands: Option<Vec<String>>,
}

/// An invitation, which is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    handle: String,
    /// The path of the link, with its token; the Desk's address goes before it.
    path: String,
    expires_at: String,
    /// Whether it was sent by mail too, …
    is_mailed: bool,
    /// … and why not, where that was tried.
    mail_error: Option<String>,
}

fn profile(
    app: &App,
    (name, mail): (String, Option<String>),
    role: &str,
    brands: Option<Vec<String>>,
) -> Result<Profile, ApiError> {
    let objects = Arc::clone(&app.engine.snapshot().objects);
    let is_known =
        |brand: &&String| name_of(brand).is_some_and(|name| objects.id(app.engine.key(&name.kind, &name.id)).is_some());
    if let Some(unknown) = brands.iter().flatten().find(|brand| !is_known(brand)) {
        let message =
            format!("there is no `{unknown}`; name objects as `kind:id`, of which something has happened already");
        return Err(ApiError::invalid("brands", message));
    }
    let names: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
    let wrong = || ApiError::invalid("role", format!("must be one of {}", names.join(", ")));
    Ok(Profile { name, mail, role: Role::of_name(role).ok_or_else(wrong)?, brands })
}

fn row(staff: staff::Staff, n_passkeys: usize, used_at: Option<i64>) -> StaffRow {
    StaffRow {
        state: match (staff.disabled_at, staff.joined_at) {
            (Some(_), _) => "disabled",
            (None, None) => "invited",
            (None, Some(_)) => "active",
        },
        has_password: staff.password.is_some(),
        n_passkeys,
        created_at: (0 < staff.created_at).then(|| clock::rfc3339(staff.created_at)),
        last_used_at: used_at.map(clock::rfc3339),
        handle: staff.handle,
        name: staff.name,
        mail: staff.mail,
        role: staff.role,
        brands: staff.brands,
    }
}

fn told(app: &App, found: staff::Staff) -> Result<StaffRow, ApiError> {
    let handle = found.handle.clone();
    let (n_passkeys, used_at) = app.engine.database.read(|conn| {
        let used = session::list(conn, &handle)?.first().map(|session| session.last_used_at);
        Ok((passkey::DESK.of(conn, &handle)?.len(), used))
    })?;
    Ok(row(found, n_passkeys, used_at))
}

/// Everybody of the Desk.
#[utoipa::path(get, path = "/api/v1/staff", tag = "staff", responses((status = 200, body = StaffList)))]
pub(crate) async fn list_staff(State(app): State<Arc<App>>) -> Result<Json<StaffList>, ApiError> {
    let list = |app: &App| {
        let all = app.engine.staff()?;
        let rows = all.into_iter().map(|staff| told(app, staff)).collect::<Result<_, _>>()?;
        Ok(StaffList { rows, can_mail: app.send_mail.is_some() })
    };
    app.run(list).await.map(Json)
}

/// Invites somebody. The link works once and for `server.invite_days`.
#[utoipa::path(
    post, path = "/api/v1/staff", tag = "staff", request_body = NewStaff, responses((status = 201, body = Invitation))
)]
pub(crate) async fn invite_staff(
    State(app): State<Arc<App>>,
    Sent(new): Sent<NewStaff>,
) -> Result<(StatusCode, Extension<About>, Json<Invitation>), ApiError> {
    let about = About(format!("{} {}", new.handle, new.role));
    let invite = move |app: &App| {
        let profile = profile(app, (new.name, new.mail), &new.role, new.brands)?;
        let (token, valid) = (token()?, valid(app));
        let made = app.engine.invite(&new.handle, profile, &hash_of(&token), valid.clone())?;
        Ok(invitation(app, &made, &token, valid.end))
    };
    Ok((StatusCode::CREATED, Extension(about), Json(app.run(invite).await?)))
}

/// Invites somebody again who has not come yet; the link they had is no longer good.
#[utoipa::path(
    post, path = "/api/v1/staff/{handle}/invitation", tag = "staff", params(("handle" = String, Path)),
    responses((status = 200, body = Invitation))
)]
pub(crate) async fn invite_staff_again(
    State(app): State<Arc<App>>,
    At(handle): At<String>,
) -> Result<Json<Invitation>, ApiError> {
    let invite = move |app: &App| {
        let (token, valid) = (token()?, valid(app));
        let found = app.engine.invite_again(&handle, &hash_of(&token), valid.clone())?;
        Ok(invitation(app, &found, &token, valid.end))
    };
    app.run(invite).await.map(Json)
}

fn valid(app: &App) -> std::ops::Range<i64> {
    let now = clock::now();
    now..now.saturating_add(i64::from(app.engine.settings.server.invite_days) * MICROS_PER_DAY)
}

fn invitation(app: &App, staff: &staff::Staff, token: &str, until: i64) -> Invitation {
    let path = format!("/invitation?token={token}");
    let sent = match (&app.send_mail, &staff.mail) {
        (Some(send), Some(mail)) => {
            let text = format!(
                "Hello {},\n\nyou are invited to the Desk of Parlour. This link is for you alone, and works once, \
                 until {}:\n\n{}{path}\n",
                staff.name,
                clock::rfc3339(until),
                base(app)
            );
            Some(send(mail, "You are invited to Parlour", &text))
        }
        (None, _) | (_, None) => None,
    };
    Invitation {
        handle: staff.handle.clone(),
        path,
        expires_at: clock::rfc3339(until),
        is_mailed: sent == Some(Ok(())),
        mail_error: sent.and_then(Result::err),
    }
}

/// Where the Desk is reached: as the settings say, or else where it listens. What a request claims is not asked: a link in a
/// mail must lead nowhere else.
pub(crate) fn base(app: &App) -> String {
    let settings = &app.engine.settings;
    let desk = settings.delivery.desk.trim_end_matches('/');
    match app.address.get() {
        _ if !desk.is_empty() => desk.to_owned(),
        Some(address) => format!("http://{address}"),
        None => format!("http://{}", settings.server.listen),
    }
}

/// Says what somebody may do and see from now on.
#[utoipa::path(
    put, path = "/api/v1/staff/{handle}", tag = "staff", params(("handle" = String, Path)), request_body = StaffChange,
    responses((status = 200, body = StaffRow))
)]
pub(crate) async fn update_staff(
    State(app): State<Arc<App>>,
    At(handle): At<String>,
    Sent(change): Sent<StaffChange>,
) -> Result<(Extension<About>, Json<StaffRow>), ApiError> {
    let brands = change.brands.as_ref().map_or("all brands".to_owned(), |brands| brands.join(" "));
    let about = About(format!("{handle} {}, {brands}", change.role));
    let update = move |app: &App| {
        let profile = profile(app, (change.name, change.mail), &change.role, change.brands)?;
        told(app, app.engine.set_profile(&handle, profile)?)
    };
    Ok((Extension(about), Json(app.run(update).await?)))
}

/// Keeps somebody out; their sessions end at once, what they did stays theirs.
#[utoipa::path(
    post, path = "/api/v1/staff/{handle}/disable", tag = "staff", params(("handle" = String, Path)),
    responses((status = 200, body = StaffRow))
)]
pub(crate) async fn disable_staff(
    State(app): State<Arc<App>>,
    At(handle): At<String>,
) -> Result<Json<StaffRow>, ApiError> {
    app.run(move |app| told(app, app.engine.set_disabled(&handle, true)?)).await.map(Json)
}

/// Lets somebody in again who was kept out.
#[utoipa::path(
    post, path = "/api/v1/staff/{handle}/enable", tag = "staff", params(("handle" = String, Path)),
    responses((status = 200, body = StaffRow))
)]
pub(crate) async fn enable_staff(
    State(app): State<Arc<App>>,
    At(handle): At<String>,
) -> Result<Json<StaffRow>, ApiError> {
    app.run(move |app| told(app, app.engine.set_disabled(&handle, false)?)).await.map(Json)
}
