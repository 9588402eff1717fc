//! Talks: what staff write down of somebody they talked to, and what a text asks by the rules, before it is kept.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_core::ask::Class;
use parlour_core::event::Name;
use parlour_engine::clock;
use parlour_engine::desk::name_of;
use parlour_engine::talks::{Place, Talk, Talker};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Staff;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Sent;

/// A talk.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTalk {
    /// What the page calls it, so that what is sent twice is written down once.
    id: String,
    /// Somebody who is known, `kind:value`.
    person: Option<String>,
    name: Option<String>,
    mail: Option<String>,
    phone: Option<String>,
    /// `face` or `phone`.
    place: String,
    /// What it was about, `kind:id`; null for the brand of the first source.
    object: Option<String>,
    said: String,
    /// What it asks, where that is not what the rules say; null for what they say.
    class: Option<String>,
    /// What they were told.
    answer: Option<String>,
    /// Until when something was promised, RFC 3339; then the ask stays open and rests until then.
    promised_until: Option<String>,
}

/// Where a talk was written down.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotedTalk {
    thread: String,
}

/// A text to be judged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saying {
    text: String,
}

/// What a text asks by the rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct SayingJudged {
    /// `question`, `request`, `complaint`, `suggestion`, `opinion`, `mention` or `none`.
    class: &'static str,
    /// −1, 0 or +1.
    kind: i8,
    language: Option<String>,
    /// Which words and rules it was judged by.
    #[schema(value_type = Vec<Object>)]
    because: serde_json::Value,
}

fn name(field: &str, text: Option<String>) -> Result<Option<Name>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || ApiError::invalid(field, "must be such as `user:7`");
    let (kind, id) = text.split_once(':').filter(|(kind, id)| !kind.is_empty() && !id.is_empty()).ok_or_else(wrong)?;
    Ok(Some(Name::new(kind, id)))
}

/// Writes down a talk with somebody, with what they were told. It is in the queue, or answered, like all that is asked.
#[utoipa::path(
    post, path = "/api/v1/talks", tag = "asks", request_body = NewTalk, responses((status = 201, body = NotedTalk))
)]
pub(crate) async fn note_talk(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    Sent(new): Sent<NewTalk>,
) -> Result<(StatusCode, Json<NotedTalk>), ApiError> {
    let class = |text: &str| {
        Class::of_name(text).ok_or_else(|| ApiError::invalid("class", "must be a class of asks, or `none`"))
    };
    let moment = |text: &str| {
        clock::micros(text).ok_or_else(|| ApiError::invalid("promised_until", "must be a time as RFC 3339 has it"))
    };
    let mut talk = Talk {
        talker: Talker {
            known: name("person", new.person)?,
            name: new.name.unwrap_or_default(),
            mail: new.mail.unwrap_or_default(),
            phone: new.phone.unwrap_or_default(),
        },
        place: Place::of_name(&new.place).ok_or_else(|| ApiError::invalid("place", "must be `face` or `phone`"))?,
        object: name("object", new.object)?,
        class: new.class.as_deref().map(class).transpose()?,
        promised_until: new.promised_until.as_deref().map(moment).transpose()?,
        id: new.id,
        said: new.said,
        answer: new.answer.unwrap_or_default(),
    };
    let note = move |app: &App| {
        if let Some(within) = app.within() {
            // Whoever sees some brands talks for these.
            let own = || within.first().and_then(|name| name_of(name));
            let object = talk.object.take().or_else(own).filter(|_| !within.is_empty());
            let object = object.ok_or_else(|| ApiError::invalid("object", "must be a brand of yours"))?;
            if !app.may_see(&object.to_string())? {
                return Err(ApiError::invalid("object", "must be a brand of yours, or something of one"));
            }
            talk.object = Some(object);
        }
        Ok(app.engine.note_talk(&staff, talk)?)
    };
    let thread = app.run(note).await?;
    Ok((StatusCode::CREATED, Json(NotedTalk { thread: thread.to_string() })))
}

/// What a text asks by the rules; nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/asks/classify", tag = "asks", request_body = Saying,
    responses((status = 200, body = SayingJudged))
)]
pub(crate) async fn classify_saying(
    State(app): State<Arc<App>>,
    Sent(Saying { text }): Sent<Saying>,
) -> Result<Json<SayingJudged>, ApiError> {
    app.run(move |app| {
        let found = app.engine.classify(&text);
        Ok(SayingJudged {
            class: found.class.name(),
            kind: found.kind.sign(),
            language: found.language.map(|language| language.to_string()),
            because: serde_json::to_value(&found.because).unwrap_or_default(),
        })
    })
    .await
    .map(Json)
}
