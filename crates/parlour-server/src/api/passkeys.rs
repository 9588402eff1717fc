//! Passkeys over HTTP: adding one to one's account, and signing in with it.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::{Extension, Json};
use parlour_engine::{clock, random};
use parlour_store::StoreError;
use parlour_store::passkey::{self, Keyring, Passkey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::account::AccountPasskey;
use super::metrics::Peer;
use super::session::{Session, SignedIn, agent, signed_in};
use super::sign_in::address;
use crate::access::{self, About, Seat};
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::Sent;
use crate::passkey::{EDDSA, ES256, Site, asserted, bytes_of, challenge_of, registered, text_of};
use crate::sign_in::{keep, open_for, spend};

/// How long challenges are good for, in minutes.
const MINUTES: i64 = 5;
/// Most passkeys of one person, and the longest name of one.
const MAX_PASSKEYS: usize = 20;
const MAX_NAME_BYTES: usize = 100;

/// What a browser needs for adding a passkey. Bytes are in base64url.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyCreation {
    pub(crate) challenge: String,
    pub(crate) rp_id: String,
    pub(crate) user_id: String,
    pub(crate) handle: String,
    pub(crate) name: String,
    /// COSE numbers.
    pub(crate) algorithms: Vec<i64>,
    /// Ids of the passkeys one has.
    pub(crate) known: Vec<String>,
}

/// A new passkey, as the browser made it. Bytes are in base64url.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasskey {
    /// What it is called, such as the device it is on.
    pub(crate) name: String,
    /// `clientDataJSON`.
    pub(crate) client_data: String,
    /// `attestationObject`.
    pub(crate) attestation: String,
}

/// What a browser needs for signing in with a passkey.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyRequest {
    pub(crate) challenge: String,
    pub(crate) rp_id: String,
}

/// What a passkey signed. Bytes are in base64url.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeySignIn {
    pub(crate) id: String,
    /// `clientDataJSON`.
    pub(crate) client_data: String,
    /// `authenticatorData`.
    pub(crate) authenticator_data: String,
    pub(crate) signature: String,
}

/// Where the Desk is: as the settings say, or on this machine by name.
fn site(app: &App, headers: &HeaderMap) -> Result<Site, ApiError> {
    let desk = &app.engine.settings.delivery.desk;
    let found = if desk.is_empty() {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        Site::of(&format!("http://{host}"))
    } else {
        Site::of(desk)
    };
    found.ok_or_else(|| {
        let message = "passkeys belong to a name: set `delivery.desk` to the Desk's https address, or open it as \
            http://localhost with its port";
        ApiError::new(ErrorCode::NotNow, message)
    })
}

fn challenge(app: &App, purpose: &str, handle: &str) -> Result<String, ApiError> {
    let challenge = text_of(&random::bytes::<32>()?);
    keep(&app.engine, (purpose, &challenge), (handle, String::new()), MINUTES)?;
    Ok(challenge)
}

fn bytes(path: &str, text: &str) -> Result<Vec<u8>, ApiError> {
    bytes_of(text).ok_or_else(|| ApiError::invalid(path, "must be base64url"))
}

/// A keyring, and what the challenges of its passkeys are for. The Desk and rooms have one each, and neither takes what was
/// asked for the other.
pub(crate) struct Ring {
    pub(crate) kept: Keyring,
    adding: &'static str,
    signing_in: &'static str,
    /// Where it lets in, in words.
    place: &'static str,
}

/// The ring of the Desk.
pub(crate) const DESK: Ring =
    Ring { kept: passkey::DESK, adding: "add_passkey", signing_in: "passkey", place: "this Desk" };
/// The ring of rooms.
pub(crate) const ROOMS: Ring =
    Ring { kept: passkey::ROOMS, adding: "add_room_passkey", signing_in: "room_passkey", place: "this room" };

/// Who adds a passkey: by what it is kept, as what their authenticator knows them, their handle and name.
pub(crate) struct Adding {
    pub(crate) owner: String,
    pub(crate) user: String,
    pub(crate) handle: String,
    pub(crate) name: String,
}

impl Ring {
    /// Begins to add a passkey.
    pub(crate) fn begin(&self, app: &App, headers: &HeaderMap, who: Adding) -> Result<PasskeyCreation, ApiError> {
        let Adding { owner, user, handle, name } = who;
        let rp_id = site(app, headers)?.rp_id;
        let known = app.engine.database.read(|conn| self.kept.of(conn, &owner))?;
        Ok(PasskeyCreation {
            challenge: challenge(app, self.adding, &owner)?,
            rp_id,
            user_id: text_of(&Sha256::digest(user)),
            handle,
            name,
            algorithms: vec![ES256, EDDSA],
            known: known.iter().map(|key| text_of(&key.id)).collect(),
        })
    }

    /// Adds a passkey that answers a challenge of this ring, asked for by the same person.
    pub(crate) fn add(
        &self,
        app: &App,
        headers: &HeaderMap,
        owner: String,
        new: &NewPasskey,
    ) -> Result<Passkey, ApiError> {
        let name = new.name.trim().to_owned();
        if name.is_empty() || MAX_NAME_BYTES < name.len() {
            return Err(ApiError::invalid("name", format!("must have 1 to {MAX_NAME_BYTES} bytes")));
        }
        let site = site(app, headers)?;
        let (client_data, attestation) =
            (bytes("client_data", &new.client_data)?, bytes("attestation", &new.attestation)?);
        let wrong = |flaw: &str| ApiError::invalid("attestation", format!("is no passkey for {}: {flaw}", self.place));
        let challenge = challenge_of(&client_data).ok_or_else(|| wrong("it answers no challenge"))?;
        let spent = spend(&app.engine, self.adding, &challenge)?.filter(|spent| spent.subject == owner);
        spent.ok_or_else(|| wrong("its challenge was used before or is too old; try again"))?;
        let key = registered(&site, &challenge, &client_data, &attestation).map_err(wrong)?;
        let key = Passkey {
            id: key.id,
            owner,
            name,
            algorithm: key.algorithm,
            public_key: key.public_key,
            n_signed: key.n_signed,
            created_at: clock::now(),
            last_used_at: None,
        };
        let (given, kept) = (key.clone(), self.kept);
        let is_new = app.engine.database.write(move |conn| -> Result<bool, StoreError> {
            let is_full = MAX_PASSKEYS <= kept.of(conn, &given.owner)?.len();
            if is_full || kept.get(conn, &given.id)?.is_some() {
                return Ok(false);
            }
            kept.create(conn, &given)?;
            Ok(true)
        })?;
        let full = || format!("this passkey is known already, or you have {MAX_PASSKEYS}; remove one first");
        if is_new { Ok(key) } else { Err(ApiError::new(ErrorCode::NotNow, full())) }
    }

    /// Begins to sign in.
    pub(crate) fn ask(&self, app: &App, headers: &HeaderMap) -> Result<PasskeyRequest, ApiError> {
        let rp_id = site(app, headers)?.rp_id;
        Ok(PasskeyRequest { challenge: challenge(app, self.signing_in, "")?, rp_id })
    }

    /// Whose passkey it is, if all is right with what it signed.
    pub(crate) fn whose(&self, app: &App, headers: &HeaderMap, sent: &PasskeySignIn) -> Result<String, ApiError> {
        let site = site(app, headers)?;
        let (id, client_data) = (bytes("id", &sent.id)?, bytes("client_data", &sent.client_data)?);
        let data = bytes("authenticator_data", &sent.authenticator_data)?;
        let signature = bytes("signature", &sent.signature)?;
        let challenge = challenge_of(&client_data).ok_or_else(refused)?;
        spend(&app.engine, self.signing_in, &challenge)?.ok_or_else(refused)?;
        let kept = self.kept;
        let key = app.engine.database.read(|conn| kept.get(conn, &id))?.ok_or_else(refused)?;
        let public = (key.algorithm, key.public_key.as_slice(), key.n_signed);
        let n_signed = asserted(&site, &challenge, public, (&client_data, &data, &signature)).map_err(|flaw| {
            tracing::warn!(owner = key.owner, flaw, "a passkey for {} was refused", self.place);
            refused()
        })?;
        let (before, now) = (key.n_signed, clock::now());
        let was_it = app.engine.database.write(move |conn| kept.touch(conn, &id, (before, n_signed), now))?;
        if was_it { Ok(key.owner) } else { Err(refused()) }
    }
}

/// Begins to add a passkey.
#[utoipa::path(
    post, path = "/api/v1/account/passkeys/challenge", tag = "account", responses((status = 200, body = PasskeyCreation))
)]
pub(crate) async fn begin_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    headers: HeaderMap,
) -> Result<Json<PasskeyCreation>, ApiError> {
    let begin = move |app: &App| {
        let (handle, name) = (seat.staff.handle, seat.staff.name);
        DESK.begin(app, &headers, Adding { owner: handle.clone(), user: format!("parlour {handle}"), handle, name })
    };
    app.run(begin).await.map(Json)
}

/// Adds a passkey.
#[utoipa::path(
    post, path = "/api/v1/account/passkeys", tag = "account", request_body = NewPasskey,
    responses((status = 201, body = AccountPasskey))
)]
pub(crate) async fn add_passkey(
    State(app): State<Arc<App>>,
    seat: Seat,
    headers: HeaderMap,
    Sent(new): Sent<NewPasskey>,
) -> Result<(StatusCode, Extension<About>, Json<AccountPasskey>), ApiError> {
    let about = About(new.name.clone());
    let add = move |app: &App| DESK.add(app, &headers, seat.staff.handle, &new).map(Into::into);
    Ok((StatusCode::CREATED, Extension(about), Json(app.run(add).await?)))
}

/// Begins to sign in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/sign-in/passkey/challenge", tag = "session", security(()),
    responses((status = 200, body = PasskeyRequest))
)]
pub(crate) async fn begin_passkey_sign_in(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Json<PasskeyRequest>, ApiError> {
    app.of_address.take(&address(peer), Instant::now())?;
    app.run(move |app| DESK.ask(app, &headers)).await.map(Json)
}

/// Signs in with a passkey.
#[utoipa::path(
    post, path = "/api/v1/sign-in/passkey", tag = "session", security(()), request_body = PasskeySignIn,
    responses((status = 200, body = Session, description = "signed in; sets the cookie `parlour_session`"))
)]
pub(crate) async fn sign_in_with_passkey(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Sent(sent): Sent<PasskeySignIn>,
) -> Result<SignedIn, ApiError> {
    app.of_address.take(&address(peer), Instant::now())?;
    let enter = move |app: &App| {
        let handle = DESK.whose(app, &headers, &sent)?;
        let opened = open_for(&app.engine, &handle, &agent(&headers))?;
        let outcome = if opened.is_some() { access::DONE } else { ErrorCode::SignInRefused.name() };
        access::note(app, (&handle, "signed in with a passkey"), "", outcome);
        let (seat, token) = opened.ok_or_else(refused)?;
        signed_in(app, seat, &token)
    };
    app.run(enter).await
}

pub(crate) fn refused() -> ApiError {
    let message = "this passkey is not known here, or could not be checked; sign in another way";
    ApiError::new(ErrorCode::SignInRefused, message)
}
