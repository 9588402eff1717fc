//! Threads: what was said, and what the people of the Desk do about it.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use parlour_core::ask::Class;
use parlour_core::key::Key;
use parlour_core::objects::{ObjectId, Objects};
use parlour_engine::clock;
use parlour_engine::desk::asks::Conversation;
use parlour_store::reply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asks::{AskLine, line};
use crate::access::Staff;
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::{At, Sent};

/// One post.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreadPost {
    key: String,
    at: String,
    /// `person`, `brand` (a human of it), `machine`, `close` (closed without an answer), `overdue`, or `automatic` (a mail of
    /// somebody's machine).
    role: String,
    /// The person who speaks or is spoken to, `kind:value`.
    person: Option<String>,
    /// Who of the brand speaks.
    staff: Option<String>,
    verb: String,
    layer: String,
    text: String,
    /// What it asks; null where it asks nothing.
    class: Option<String>,
    /// −1, 0 or +1.
    kind: i64,
    language: Option<String>,
    /// Which words and rules it was judged by.
    #[schema(value_type = Vec<Object>)]
    because: serde_json::Value,
    /// What a mail tells beside its text; null for posts that came otherwise.
    mail: Option<PostMail>,
}

/// What a mail tells beside its text.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct PostMail {
    /// What its sender calls themselves; nobody is known by it.
    from_name: Option<String>,
    /// Whom it was sent to.
    to: Vec<String>,
    /// The first 20 of its files.
    files: Vec<PostFile>,
    n_files: u64,
    /// What looks wrong about its sender.
    doubts: Vec<Doubt>,
    /// Why it is taken for a machine's: `bounce`, `list`, `reply`, `bulk`, `loop` or `own`; null if it is not.
    automatic: Option<String>,
    /// Whether it came in HTML alone, and this is its text.
    was_html: bool,
    /// Whether it can be seen as it was sent.
    #[serde(default)]
    has_page: bool,
    /// How many pictures from elsewhere that has, which are not loaded unless somebody asks for them.
    #[serde(default)]
    n_remote: u64,
    /// Whether its text was longer.
    is_cut: bool,
}

/// A file that came with a mail.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct PostFile {
    name: String,
    /// What the sender says it is.
    media_type: String,
    n_bytes: u64,
    /// Whether it is here; else it was too large, or there was no room.
    is_kept: bool,
}

/// Something that looks wrong about a sender.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Doubt {
    /// `reply_elsewhere`, `foreign_letters`, `like_ours`, `own_address`, `names_another`, `several_senders` or
    /// `not_authentic`.
    code: String,
    /// The address or domain that it is about, or nothing.
    detail: String,
}

/// What staff tell each other.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreadNote {
    id: i64,
    staff: String,
    at: String,
    text: String,
}

/// An answer that can still be taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingReply {
    id: i64,
    staff: String,
    text: String,
    /// When it goes out.
    send_at: String,
}

/// A thread with everything beside it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Thread {
    key: String,
    title: Option<String>,
    source: String,
    layer: String,
    /// The brand or product it is about, `kind:id`.
    object: Option<String>,
    /// Whoever began it, `kind:value`, united with all their ids.
    person: Option<String>,
    /// Where an answer goes; null where it stays in the Desk and goes to hooks alone.
    address: Option<String>,
    /// The kind of the source it came by; null where that is none of ours.
    door: Option<&'static str>,
    /// Whether whoever began it reads answers where they wrote, in a widget.
    is_read_at_door: bool,
    /// The last 500, in the order of their time.
    posts: Vec<ThreadPost>,
    n_posts: i64,
    asks: Vec<AskLine>,
    notes: Vec<ThreadNote>,
    waiting: Vec<WaitingReply>,
    /// What whoever looks has begun to write.
    draft: Option<String>,
    assignee: Option<String>,
    snoozed_until: Option<String>,
    /// Who is writing an answer at this moment.
    held_by: Option<String>,
    /// Other asks of the same person, newest first.
    history: Vec<AskLine>,
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReply {
    text: String,
    /// What it is: `replied` (unless given), `apologised`, `thanked` or `offered`.
    verb: Option<String>,
}

/// Why a thread is closed without an answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    reason: String,
}

/// Something written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    text: String,
}

/// Who is to answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// A name, or `me`; null for nobody.
    assignee: Option<String>,
}

/// Until when a thread rests.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// RFC 3339; null to wake it.
    until: Option<String>,
}

/// What a thread becomes part of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeInto {
    /// The other thread's key.
    into: String,
}

/// Who is writing.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hold {
    /// Whether whoever asks may write.
    is_mine: bool,
    /// Who writes.
    held_by: Option<String>,
}

/// What a post is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostCorrection {
    /// `question`, `request`, `complaint`, `suggestion`, `opinion`, `mention` or `none`.
    class: String,
    /// −1, 0 or +1.
    kind: i8,
}

/// Key of a thread or post in a path.
fn key(text: &str, what: &str) -> Result<Key, ApiError> {
    Key::from_hex(text).ok_or_else(|| ApiError::invalid(what, "must be 32 hexadecimal digits"))
}

impl From<reply::Reply> for WaitingReply {
    fn from(reply: reply::Reply) -> Self {
        Self { id: reply.id, staff: reply.staff, text: reply.text, send_at: clock::rfc3339(reply.send_at) }
    }
}

fn is_one(objects: &Objects, id: ObjectId, keys: &[Key]) -> bool {
    objects.get(id).is_some_and(|object| keys.contains(&object.key))
}

fn told(app: &App, found: Conversation) -> Result<Thread, ApiError> {
    let now = clock::now();
    let Conversation { thread, mut posts, asks, notes, waiting, draft, handling, person, names, history } = found;
    let name = |key: Key| names.get(&key).map(ToString::to_string);
    let objects = &app.engine.snapshot().objects;
    if let Some(keys) = app.brand_keys() {
        // A conversation may wander off to another brand.
        let is_seen = |object| {
            objects.id(object).is_none_or(|id| objects.line(id).iter().any(|above| is_one(objects, *above, &keys)))
        };
        posts.retain(|post| is_seen(post.object));
    }
    let object = objects.id(thread.object).and_then(|id| objects.get(id)).map(|object| object.name.to_string());
    let data = |data: &str| serde_json::from_str::<serde_json::Value>(data).unwrap_or_default();
    let line_of = |ask: parlour_store::ask::Ask| {
        let text = posts.iter().find(|post| post.key == ask.key).map(|post| post.text.clone()).unwrap_or_default();
        let person = names.get(&ask.person).cloned();
        let one = parlour_engine::desk::asks::Line {
            title: thread.title.clone(),
            text,
            person,
            handling: handling.clone(),
            ask,
        };
        line(one, now)
    };
    let asks = asks.into_iter().map(line_of).collect();
    let held = handling.as_ref().filter(|handling| handling.held_until.is_some_and(|until| now < until));
    let is_read_at_door = app.engine.is_read_at_form(&thread.source, &posts)?;
    let posts = posts.iter().map(|post| ThreadPost {
        key: post.key.to_string(),
        at: clock::rfc3339(post.at),
        role: post.role.clone(),
        person: name(post.person),
        staff: post.staff.clone(),
        verb: post.verb.clone(),
        layer: post.layer.clone(),
        text: post.text.clone(),
        class: post.class.clone(),
        kind: post.kind,
        language: post.language.clone(),
        because: data(&post.data).get("because").cloned().unwrap_or_default(),
        mail: data(&post.data).get_mut("mail").and_then(|mail| serde_json::from_value(mail.take()).ok()),
    });
    Ok(Thread {
        key: thread.key.to_string(),
        title: thread.title.clone(),
        source: thread.source.clone(),
        layer: thread.layer.clone(),
        object,
        person: name(person),
        address: thread.address.clone(),
        door: app.engine.source_named(&thread.source).map(|source| source.kind.name()),
        is_read_at_door,
        posts: posts.collect(),
        n_posts: thread.n_posts,
        asks,
        notes: notes
            .into_iter()
            .map(|note| ThreadNote { id: note.id, staff: note.staff, at: clock::rfc3339(note.at), text: note.text })
            .collect(),
        waiting: waiting.into_iter().map(Into::into).collect(),
        draft,
        snoozed_until: handling.as_ref().and_then(|handling| handling.snoozed_until).map(clock::rfc3339),
        held_by: held.and_then(|handling| handling.holder.clone()),
        assignee: handling.as_ref().and_then(|handling| handling.assignee.clone()),
        history: history.into_iter().map(|one| line(one, now)).collect(),
    })
}

/// A thread with everything beside it.
#[utoipa::path(
    get, path = "/api/v1/threads/{thread}", tag = "asks", params(("thread" = String, Path)),
    responses((status = 200, body = Thread))
)]
pub(crate) async fn get_thread(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
) -> Result<Json<Thread>, ApiError> {
    let thread = key(&thread, "thread")?;
    app.run(move |app| told(app, app.engine.conversation(thread, &staff, app.brand_keys())?)).await.map(Json)
}

/// Answers; it goes out once it can no longer be taken back. 409 while somebody else is writing.
#[utoipa::path(
    post, path = "/api/v1/threads/{thread}/reply", tag = "asks", params(("thread" = String, Path)),
    request_body = NewReply, responses((status = 201, body = WaitingReply))
)]
pub(crate) async fn reply_in_thread(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
    Sent(new): Sent<NewReply>,
) -> Result<(StatusCode, Json<WaitingReply>), ApiError> {
    let thread = key(&thread, "thread")?;
    let made = app.run(move |app| {
        let verb = new.verb.as_deref().unwrap_or("replied");
        Ok(app.engine.reply(thread, &staff, verb, &new.text)?)
    });
    Ok((StatusCode::CREATED, Json(made.await?.into())))
}

/// Takes an answer back that has not gone out; what it said is a draft again. 409 if it has gone out.
#[utoipa::path(
    delete, path = "/api/v1/replies/{id}", tag = "asks", params(("id" = i64, Path)),
    responses((status = 200, body = WaitingReply))
)]
pub(crate) async fn take_back_reply(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(id): At<i64>,
) -> Result<Json<WaitingReply>, ApiError> {
    app.run(move |app| Ok(app.engine.take_back(id, &staff)?.into())).await.map(Json)
}

/// Closes what is open in a thread without an answer.
#[utoipa::path(
    post, path = "/api/v1/threads/{thread}/close", tag = "asks", params(("thread" = String, Path)),
    request_body = Closing, responses((status = 204, description = "closed"))
)]
pub(crate) async fn close_thread(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
    Sent(closing): Sent<Closing>,
) -> Result<StatusCode, ApiError> {
    let thread = key(&thread, "thread")?;
    app.run(move |app| Ok(app.engine.close_thread(thread, &staff, &closing.reason)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a note that staff alone see.
#[utoipa::path(
    post, path = "/api/v1/threads/{thread}/notes", tag = "asks", params(("thread" = String, Path)),
    request_body = Written, responses((status = 201, body = ThreadNote))
)]
pub(crate) async fn add_note(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
    Sent(written): Sent<Written>,
) -> Result<(StatusCode, Json<ThreadNote>), ApiError> {
    let thread = key(&thread, "thread")?;
    let note = app.run(move |app| Ok(app.engine.add_note(thread, &staff, &written.text)?)).await?;
    let told = ThreadNote { id: note.id, staff: note.staff, at: clock::rfc3339(note.at), text: note.text };
    Ok((StatusCode::CREATED, Json(told)))
}

/// Gives a thread to somebody, or to nobody.
#[utoipa::path(
    put, path = "/api/v1/threads/{thread}/assignee", tag = "asks", params(("thread" = String, Path)),
    request_body = Assignment, responses((status = 204, description = "assigned"))
)]
pub(crate) async fn assign_thread(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
    Sent(assignment): Sent<Assignment>,
) -> Result<StatusCode, ApiError> {
    let thread = key(&thread, "thread")?;
    let assignee = assignment.assignee.map(|name| if name == "me" { staff } else { name });
    app.run(move |app| Ok(app.engine.assign(thread, assignee.as_deref())?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a thread rest until a time.
#[utoipa::path(
    put, path = "/api/v1/threads/{thread}/snooze", tag = "asks", params(("thread" = String, Path)),
    request_body = Snooze, responses((status = 204, description = "it rests, or is awake"))
)]
pub(crate) async fn snooze_thread(
    State(app): State<Arc<App>>,
    At(thread): At<String>,
    Sent(snooze): Sent<Snooze>,
) -> Result<StatusCode, ApiError> {
    let thread = key(&thread, "thread")?;
    let wrong = || ApiError::invalid("until", "must be a time such as `2026-05-01T09:00:00Z`");
    let until = snooze.until.map(|text| clock::micros(&text).ok_or_else(wrong)).transpose()?;
    app.run(move |app| Ok(app.engine.snooze(thread, until)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a thread part of another, for good.
#[utoipa::path(
    post, path = "/api/v1/threads/{thread}/merge", tag = "asks", params(("thread" = String, Path)),
    request_body = MergeInto, responses((status = 204, description = "they are one"))
)]
pub(crate) async fn merge_thread(
    State(app): State<Arc<App>>,
    At(thread): At<String>,
    Sent(merge): Sent<MergeInto>,
) -> Result<StatusCode, ApiError> {
    let (thread, into) = (key(&thread, "thread")?, key(&merge.into, "into")?);
    app.run(move |app| Ok(app.engine.merge_threads(thread, into)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps what whoever asks has written so far.
#[utoipa::path(
    put, path = "/api/v1/threads/{thread}/draft", tag = "asks", params(("thread" = String, Path)),
    request_body = Written, responses((status = 204, description = "kept"))
)]
pub(crate) async fn keep_draft(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
    Sent(written): Sent<Written>,
) -> Result<StatusCode, ApiError> {
    let thread = key(&thread, "thread")?;
    app.run(move |app| Ok(app.engine.keep_draft(thread, &staff, &written.text)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that whoever asks is writing an answer, so that nobody else does.
#[utoipa::path(
    put, path = "/api/v1/threads/{thread}/hold", tag = "asks", params(("thread" = String, Path)),
    responses((status = 200, body = Hold))
)]
pub(crate) async fn hold_thread(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
) -> Result<Json<Hold>, ApiError> {
    let thread = key(&thread, "thread")?;
    app.run(move |app| {
        let held_by = app.engine.hold(thread, &staff)?.and_then(|handling| handling.holder);
        Ok(Hold { is_mine: held_by.as_deref() == Some(&staff), held_by })
    })
    .await
    .map(Json)
}

/// Says that whoever asks writes no more.
#[utoipa::path(
    delete, path = "/api/v1/threads/{thread}/hold", tag = "asks", params(("thread" = String, Path)),
    responses((status = 204, description = "let go"))
)]
pub(crate) async fn let_thread_go(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(thread): At<String>,
) -> Result<StatusCode, ApiError> {
    let thread = key(&thread, "thread")?;
    app.run(move |app| Ok(app.engine.let_go(thread, &staff)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what a post is, where the rules were wrong.
#[utoipa::path(
    put, path = "/api/v1/posts/{post}/correction", tag = "asks", params(("post" = String, Path)),
    request_body = PostCorrection, responses((status = 204, description = "corrected"))
)]
pub(crate) async fn correct_post(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    At(post): At<String>,
    Sent(correction): Sent<PostCorrection>,
) -> Result<StatusCode, ApiError> {
    let post = key(&post, "post")?;
    let class = Class::of_name(&correction.class)
        .ok_or_else(|| ApiError::invalid("class", format!("`{}` is no class of ask", correction.class)))?;
    app.run(move |app| Ok(app.engine.correct(post, class, correction.kind, &staff)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
