//! What is known about oneself: every id, event, conclusion and list, each with its reason; what one says against it; and
//! for what it may be used.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_core::ask::Class;
use parlour_core::event::Layer;
use parlour_core::key::Key;
use parlour_engine::clock;
use parlour_engine::desk::{Asked, name_of};
use parlour_engine::rooms::{MEMBER, name_of_member};
use parlour_store::personal::Told;
use parlour_store::{alert, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::guard::Seat;
use crate::api::known::{self, Consent, ConsentPurpose, Dispute};
use crate::api::people::limit;
use crate::api::person::{self, Person};
use crate::api::timeline::{LIST, Timeline, page_of};
use crate::api::why::{self, Why};
use crate::api::wire::Of;
use crate::api::{asked, audiences, question};
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::input::{Asking, At, Sent};

/// Most posts and alerts that are told at once; a download has them all.
const MAX_TOLD: i64 = 200;

/// What is known about oneself.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownOfMe {
    /// What the Desk's page about one says, word for word; null where nothing was ever done under one's ids.
    person: Option<Person>,
    /// Key of the id that one has as a member, which nobody else can have.
    own: String,
    /// What one lets be done.
    consents: Vec<Consent>,
    /// What one says against what was concluded, the newest first.
    disputes: Vec<Dispute>,
    /// What one said to brands and was taken for something, the newest first; at most 200.
    posts: Vec<KnownPost>,
    /// Lists of people that one is on.
    audiences: Vec<KnownAudience>,
    /// What staff were told of one, the newest first; at most 200.
    alerts: Vec<KnownAlert>,
}

/// Something that one said, and what it was taken for.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownPost {
    id: String,
    at: String,
    /// `kind:id`.
    object: String,
    object_title: String,
    text: String,
    /// What it asks; null where it was taken for nothing that asks.
    class: Option<String>,
    /// What it feels: −1, 0 or 1.
    kind: i64,
}

/// A list of people that one is on.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownAudience {
    name: String,
    object: String,
    object_title: String,
}

/// Something that staff were told.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownAlert {
    at: String,
    title: String,
    text: String,
}

/// Where something of one lies.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownPlaces {
    places: Vec<KnownPlace>,
}

/// How much of one lies somewhere.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownPlace {
    /// The table.
    table: String,
    n: u64,
}

/// About which object.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KnownScope {
    /// `kind:id`; by default the one with the most people.
    object: Option<String>,
}

/// What is to be explained.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KnownWhy {
    of: Of,
    /// `kind:id`.
    object: String,
}

/// Which page of what one did.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KnownEvents {
    /// Rows of a page, 1 to 500; by default 50.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// The `next` of the page before.
    next: Option<String>,
}

/// A word for or against a purpose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsent {
    is_given: bool,
}

/// What one says against something concluded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDispute {
    /// `kind:id`.
    object: String,
    /// Which value of the standing.
    matter: Of,
    /// What is so instead: `like`, `indifferent` or `dislike` for `kind`; `staying` or `gone` for `stage`. It then counts
    /// in place of what was concluded.
    said: Option<String>,
    #[serde(default)]
    words: String,
}

/// Which dispute.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichDispute {
    /// `kind:id`.
    object: String,
    matter: Of,
}

/// An id that is not one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotMine {
    /// 32 hexadecimal digits.
    key: String,
}

/// What something that one said was meant as.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostMeant {
    /// `question`, `request`, `complaint`, `suggestion`, `opinion`, `mention` or `none`.
    class: String,
    /// −1, 0 or 1.
    #[schema(minimum = -1, maximum = 1)]
    kind: i8,
}

/// Everything that is known about oneself.
#[utoipa::path(
    get, path = "/api/v1/room/known", tag = "rooms", security(("room" = [])), params(KnownScope), responses((status = 200, body = KnownOfMe))
)]
pub(crate) async fn get_known(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(scope): Asking<KnownScope>,
) -> Result<Json<KnownOfMe>, ApiError> {
    app.run(move |app| known_of(&app.as_oneself(), &seat.member.id, scope.object)).await.map(Json)
}

/// Who somebody is among the people of an answer: themselves alone.
pub(super) fn oneself(app: &App, member: &str) -> Key {
    let name = name_of_member(member);
    app.engine.key(&name.kind, &name.id)
}

/// What is asked about oneself, of the present state; `None` where there is no data at all, or nothing of that object.
pub(super) fn asked_of(app: &App, object: Option<String>) -> Option<Asked> {
    asked(app, &question(object, None, None).now()).ok()
}

fn known_of(app: &App, member: &str, object: Option<String>) -> Result<KnownOfMe, ApiError> {
    let own = oneself(app, member);
    let ids = app.engine.ids_of_member(member);
    let about = asked_of(app, object);
    let person = match &about {
        Some(asked) => Some(person::of_key(app, asked, asked.snapshot.identity.person_of(own))?),
        None => None,
    };
    Ok(KnownOfMe {
        person,
        own: own.to_string(),
        consents: known::consents(app, &ids)?,
        disputes: known::disputes(app, &ids)?,
        posts: posts(app, &ids)?,
        audiences: audiences_of(app, about.as_ref(), own)?,
        alerts: alerts(app, &ids)?,
    })
}

fn posts(app: &App, ids: &[Key]) -> Result<Vec<KnownPost>, ApiError> {
    let told = app.engine.posts_of(ids, MAX_TOLD)?.into_iter().map(|post| {
        let object = app.engine.object_named(post.object).to_string();
        KnownPost {
            id: post.key.to_string(),
            at: clock::rfc3339(post.at),
            object_title: app.engine.title_of_brand(&object),
            object,
            text: post.text,
            class: post.class,
            kind: post.kind,
        }
    });
    Ok(told.collect())
}

fn audiences_of(app: &App, about: Option<&Asked>, own: Key) -> Result<Vec<KnownAudience>, ApiError> {
    let Some(asked) = about else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for one in app.engine.database.read(parlour_store::audience::list)? {
        // One whose object is gone is nobody's.
        let Ok(people) = audiences::people_of(app, asked, one.id) else { continue };
        if people.contains(&asked.snapshot.identity.person_of(own)) {
            let object_title = app.engine.title_of_brand(&one.object);
            found.push(KnownAudience { name: one.name, object: one.object, object_title });
        }
    }
    Ok(found)
}

fn alerts(app: &App, ids: &[Key]) -> Result<Vec<KnownAlert>, ApiError> {
    let people: Vec<String> = ids.iter().map(Key::to_string).collect();
    let found = app.engine.database.read(|conn| alert::of_people(conn, &people, MAX_TOLD))?;
    let told =
        |alert: alert::Alert| KnownAlert { at: clock::rfc3339(alert.made_at), title: alert.title, text: alert.text };
    Ok(found.into_iter().map(told).collect())
}

/// Where something of one lies, and how much.
#[utoipa::path(
    get, path = "/api/v1/room/known/places", tag = "rooms", security(("room" = [])), responses((status = 200, body = KnownPlaces))
)]
pub(crate) async fn list_known_places(State(app): State<Arc<App>>, seat: Seat) -> Result<Json<KnownPlaces>, ApiError> {
    let look = move |app: &App| {
        let ids = app.engine.ids_of_member(&seat.member.id);
        let told = app.engine.everything_of(&ids, &seat.member.id)?;
        let place = |told: Told| KnownPlace { table: told.table.to_owned(), n: told.rows.len() as u64 };
        Ok(KnownPlaces { places: told.into_iter().map(place).collect() })
    };
    app.run(look).await.map(Json)
}

/// What one did, newest first.
#[utoipa::path(
    get, path = "/api/v1/room/known/events", tag = "rooms", security(("room" = [])), params(KnownEvents),
    responses((status = 200, body = Timeline))
)]
pub(crate) async fn list_known_events(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(query): Asking<KnownEvents>,
) -> Result<Json<Timeline>, ApiError> {
    let page = move |app: &App| {
        let most = limit(query.limit)?;
        let cursor = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?;
        let app = app.as_oneself();
        let asked = asked(&app, &question(None, None, None).now())?;
        let person = asked.snapshot.identity.person_of(oneself(&app, &seat.member.id));
        page_of(&app, (&asked, person), (i64::MAX, most), cursor)
    };
    app.run(page).await.map(Json)
}

/// Why a value of one's standing is what it is.
#[utoipa::path(
    get, path = "/api/v1/room/known/why", tag = "rooms", security(("room" = [])), params(KnownWhy), responses((status = 200, body = Why))
)]
pub(crate) async fn explain_known(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(query): Asking<KnownWhy>,
) -> Result<Json<Why>, ApiError> {
    let explain = move |app: &App| {
        let app = app.as_oneself();
        let asked = asked(&app, &question(Some(query.object), None, None).now())?;
        let person = asked.snapshot.identity.person_of(oneself(&app, &seat.member.id));
        Ok(why::told(app.engine.why(&asked, person, query.of.into())?))
    };
    app.run(explain).await.map(Json)
}

/// Says for what one's data may be used.
#[utoipa::path(
    put, path = "/api/v1/room/known/consents/{purpose}", tag = "rooms", security(("room" = [])), params(("purpose" = ConsentPurpose, Path)),
    request_body = NewConsent, responses((status = 204))
)]
pub(crate) async fn set_consent(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(purpose): At<ConsentPurpose>,
    Sent(sent): Sent<NewConsent>,
) -> Result<StatusCode, ApiError> {
    let set = move |app: &App| Ok(app.engine.consent(&seat.member.id, purpose.into(), sent.is_given, Layer::Web)?);
    app.run(set).await.map(|()| StatusCode::NO_CONTENT)
}

/// The key of an object that one's standing may be with.
fn object_key(app: &App, object: &str) -> Result<Key, ApiError> {
    let wrong = || ApiError::invalid("object", format!("there is no object `{object}`"));
    let name = name_of(object).filter(|name| name.kind != MEMBER).ok_or_else(wrong)?;
    let key = app.engine.key(&name.kind, &name.id);
    if app.engine.snapshot().objects.id(key).is_none() {
        return Err(wrong());
    }
    Ok(key)
}

/// Says against something concluded what is so instead.
#[utoipa::path(
    post, path = "/api/v1/room/known/disputes", tag = "rooms", security(("room" = [])), request_body = NewDispute, responses((status = 204))
)]
pub(crate) async fn dispute_standing(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(sent): Sent<NewDispute>,
) -> Result<StatusCode, ApiError> {
    let dispute = move |app: &App| {
        let object = object_key(app, &sent.object)?;
        let matter = parlour_core::why::Of::from(sent.matter).name();
        app.engine.dispute(&seat.member.id, (object, matter), sent.said.as_deref(), &sent.words)?;
        Ok(())
    };
    app.run(dispute).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes back what one said against something.
#[utoipa::path(
    delete, path = "/api/v1/room/known/disputes", tag = "rooms", security(("room" = [])), params(WhichDispute), responses((status = 204))
)]
pub(crate) async fn take_back_dispute(
    State(app): State<Arc<App>>,
    seat: Seat,
    Asking(which): Asking<WhichDispute>,
) -> Result<StatusCode, ApiError> {
    let take_back = move |app: &App| {
        let object = object_key(app, &which.object)?;
        let matter = parlour_core::why::Of::from(which.matter).name();
        if app.engine.take_back_dispute(&seat.member.id, object, matter)? {
            return Ok(());
        }
        Err(ApiError::not_found("you dispute nothing of that"))
    };
    app.run(take_back).await.map(|()| StatusCode::NO_CONTENT)
}

/// Has an id be known of somebody else, since it is not one's own.
#[utoipa::path(
    post, path = "/api/v1/room/known/disown", tag = "rooms", security(("room" = [])), request_body = NotMine, responses((status = 204))
)]
pub(crate) async fn disown_id(
    State(app): State<Arc<App>>,
    seat: Seat,
    Sent(sent): Sent<NotMine>,
) -> Result<StatusCode, ApiError> {
    let disown = move |app: &App| {
        let wrong = || ApiError::invalid("key", "must have 32 hexadecimal digits".to_owned());
        app.engine.disown(&seat.member.id, Key::from_hex(&sent.key).ok_or_else(wrong)?)?;
        Ok(())
    };
    app.run(disown).await.map(|()| StatusCode::NO_CONTENT)
}

/// Says what something that one said was meant as.
#[utoipa::path(
    put, path = "/api/v1/room/known/posts/{post}", tag = "rooms", security(("room" = [])), params(("post" = String, Path)),
    request_body = PostMeant, responses((status = 204))
)]
pub(crate) async fn correct_own_post(
    State(app): State<Arc<App>>,
    seat: Seat,
    At(post): At<String>,
    Sent(sent): Sent<PostMeant>,
) -> Result<StatusCode, ApiError> {
    let correct = move |app: &App| {
        let gone = || ApiError::not_found("there is no such post of yours");
        let key = Key::from_hex(&post).ok_or_else(gone)?;
        let unknown = || ApiError::invalid("class", format!("`{}` is no class of ask", sent.class));
        let class = Class::of_name(&sent.class).ok_or_else(unknown)?;
        let ids = app.engine.ids_of_member(&seat.member.id);
        let found = app.engine.database.read(|conn| post::get(conn, key))?;
        if !found.is_some_and(|post| post.role == "person" && ids.contains(&post.person)) {
            return Err(gone());
        }
        Ok(app.engine.correct(key, class, sent.kind.signum(), &format!("member:{}", seat.member.id))?)
    };
    app.run(correct).await.map(|()| StatusCode::NO_CONTENT)
}
