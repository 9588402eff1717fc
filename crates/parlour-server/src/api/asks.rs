//! Asks: the queue, how many wait, looking for words, and news as it comes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::http::{HeaderName, header};
use axum::response::sse::{self, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use parlour_core::ask::Class;
use parlour_core::day::Day;
use parlour_core::event::{Layer, Name};
use parlour_core::key::Key;
use parlour_engine::desk::asks::{COUNTED_BY, Counts, Line, MAX_COUNTED};
use parlour_engine::{clock, desk};
use parlour_store::ask::{self, ANSWERED, Assignee, CLOSED, OPEN};
use parlour_store::thread;
use serde::{Deserialize, Serialize};
use tokio::time::interval;
use utoipa::{IntoParams, ToSchema};

use super::wire::Date;
use crate::access::Staff;
use crate::app::{App, State};
use crate::cursor::Cursor;
use crate::error::{ApiError, ErrorCode};
use crate::input::Asking;

/// Marks a cursor of the queue, and one of a search.
const LIST: u8 = b'q';
const SEARCH: u8 = b'w';
const PAGE_ROWS: usize = 50;
/// What the thirds of askers are called in addresses.
pub(crate) const ASKERS: [&str; 3] = ["top", "middle", "bottom"];
/// Characters of a text that a line of the queue tells.
const EXCERPT: usize = 240;
/// How often there is a look whether something changed, how often a sign of life, and for how long.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const WATCH_FOR: Duration = Duration::from_hours(1);

/// One ask as a line.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskLine {
    /// The ask's key.
    key: String,
    /// Its thread's key.
    thread: String,
    /// Who asks, `kind:value`; null where nobody knows any more.
    person: Option<String>,
    /// What its thread is called.
    title: Option<String>,
    /// What was said first, as far as a line has room.
    text: String,
    /// `question`, `request`, `complaint`, `suggestion`, `opinion` or `mention`.
    class: String,
    /// −1, 0 or +1.
    kind: i64,
    /// `open`, `answered` or `closed`.
    state: String,
    layer: String,
    source: String,
    /// The language, by its code of two letters.
    language: Option<String>,
    opened_at: String,
    last_at: String,
    /// When an answer is due.
    due_at: String,
    /// Whether it is open beyond that time.
    is_overdue: bool,
    /// Whether it was answered after that time.
    is_late: bool,
    /// Hours around the clock that it waited, until now or until what ended it.
    hours: f64,
    acknowledged_at: Option<String>,
    /// When another person answered it.
    peer_at: Option<String>,
    answered_at: Option<String>,
    /// Who of the brand answered.
    answered_by: Option<String>,
    closed_at: Option<String>,
    closed_why: Option<String>,
    /// When it was noted to be overdue.
    ignored_at: Option<String>,
    /// Posts of the person while it was open.
    n_posts: i64,
    assignee: Option<String>,
    snoozed_until: Option<String>,
    /// Who is writing an answer at this moment.
    held_by: Option<String>,
}

/// A page of the queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asks {
    /// How many are asked for; at most a million are counted.
    n_total: i64,
    /// What is due first comes first.
    rows: Vec<AskLine>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// How many are open, by what.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskCount {
    /// Empty where nobody knows.
    value: String,
    n: i64,
}

/// A brand that has asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskedBrand {
    /// `kind:id`.
    object: String,
    n_open: i64,
}

/// How many asks wait.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskCounts {
    n_open: i64,
    n_overdue: i64,
    /// Open and assigned to whoever looks.
    n_mine: i64,
    n_unassigned: i64,
    n_snoozed: i64,
    class: Vec<AskCount>,
    layer: Vec<AskCount>,
    language: Vec<AskCount>,
    source: Vec<AskCount>,
    /// All brands that ever had asks.
    brands: Vec<AskedBrand>,
}

/// A thread that was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundThread {
    thread: String,
    title: Option<String>,
    last_at: String,
    /// Its last ask; null where nothing was asked.
    ask: Option<AskLine>,
}

/// A page of what was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundThreads {
    rows: Vec<FoundThread>,
    next: Option<String>,
}

/// Which asks are asked for.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskQuery {
    /// `open` (unless given), `answered`, `closed`, or `all`.
    state: Option<String>,
    class: Option<String>,
    layer: Option<String>,
    language: Option<String>,
    source: Option<String>,
    /// The brand, `kind:id`.
    brand: Option<String>,
    /// A person's name, `kind:value`.
    person: Option<String>,
    /// `me`, `none`, or a name.
    assignee: Option<String>,
    /// Whether only what is overdue.
    overdue: Option<bool>,
    /// Whether only what was answered too late.
    late: Option<bool>,
    /// Whether only what another person answered.
    peer: Option<bool>,
    /// Whether only what a machine acknowledged and nobody answered.
    acknowledged: Option<bool>,
    /// Answered by this member of staff; `none` for nobody known.
    staff: Option<String>,
    /// How engaged who asks is: `top`, `middle` or `bottom` third of those who ever asked the `brand`, which it needs.
    asker: Option<String>,
    /// Whether only what rests; without it what rests is left out of what is open.
    snoozed: Option<bool>,
    /// Opened on this day or later.
    from: Option<Date>,
    /// Opened on this day or earlier.
    to: Option<Date>,
    /// The `next` of the page before.
    next: Option<String>,
}

/// Of which brand.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskBrandQuery {
    /// `kind:id`; all of them without it.
    brand: Option<String>,
}

/// Which words.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskSearchQuery {
    /// All of these words, the last one perhaps unfinished.
    q: String,
    /// The `next` of the page before.
    next: Option<String>,
}

pub(crate) fn line(line: Line, now: i64) -> AskLine {
    let Line { ask, title, text, person, handling } = line;
    let told = |at: Option<i64>| at.map(clock::rfc3339);
    let is_open = ask.state == OPEN;
    let until = ask.answered_at.or(ask.closed_at).unwrap_or(now);
    let held = handling.as_ref().filter(|handling| handling.held_until.is_some_and(|until| now < until));
    AskLine {
        key: ask.key.to_string(),
        thread: ask.thread.to_string(),
        person: person.map(|name| name.to_string()),
        title,
        text: text.chars().take(EXCERPT).collect(),
        class: ask.class,
        kind: ask.kind,
        layer: ask.layer,
        source: ask.source,
        language: ask.language,
        opened_at: clock::rfc3339(ask.opened_at),
        last_at: clock::rfc3339(ask.last_at),
        due_at: clock::rfc3339(ask.due_at),
        is_overdue: is_open && ask.due_at < now,
        is_late: ask.answered_at.is_some_and(|at| ask.due_at < at),
        hours: (until - ask.opened_at).max(0) as f64 / 3.6e9,
        acknowledged_at: told(ask.acknowledged_at),
        peer_at: told(ask.peer_at),
        answered_at: told(ask.answered_at),
        answered_by: ask.staff,
        closed_at: told(ask.closed_at),
        closed_why: ask.closed_why,
        ignored_at: told(ask.ignored_at),
        n_posts: ask.n_posts,
        state: ask.state,
        held_by: held.and_then(|handling| handling.holder.clone()),
        snoozed_until: told(handling.as_ref().and_then(|handling| handling.snoozed_until)),
        assignee: handling.and_then(|handling| handling.assignee),
    }
}

/// The key of a brand by its name.
pub(crate) fn brand_key(app: &App, name: Option<&str>) -> Result<Option<Key>, ApiError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let wrong = || ApiError::invalid("brand", "must be a name such as `brand:acme`");
    let named = desk::name_of(name).ok_or_else(wrong)?;
    if app.within().is_some_and(|brands| !brands.iter().any(|brand| brand == name)) {
        let message =
            format!("`{name}` is not among the brands you see; an owner can change that under Settings, People");
        return Err(ApiError::new(ErrorCode::Forbidden, message));
    }
    Ok(Some(app.engine.key(&named.kind, &named.id)))
}

fn one_of(path: &str, text: Option<String>, is_known: impl Fn(&str) -> bool) -> Result<Option<String>, ApiError> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) if !is_known(&text) => Err(ApiError::invalid(path, format!("`{text}` is not known"))),
        text => Ok(text),
    }
}

impl AskQuery {
    /// The brand and the third of its askers, where one is asked for.
    fn band(&self, app: &App) -> Result<Option<(Key, usize)>, ApiError> {
        let Some(asker) = self.asker.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = || ApiError::invalid("asker", "must be `top`, `middle` or `bottom`");
        let band = ASKERS.iter().position(|name| *name == asker).ok_or_else(wrong)?;
        let needs = || ApiError::invalid("asker", "needs `brand`");
        Ok(Some((brand_key(app, self.brand.as_deref())?.ok_or_else(needs)?, band)))
    }

    pub(crate) fn wanted(self, app: &App, staff: &str) -> Result<ask::Wanted, ApiError> {
        let now = clock::now();
        let state = match self.state.as_deref() {
            None | Some("" | OPEN) => Some(OPEN.to_owned()),
            Some("all") => None,
            Some(state @ (ANSWERED | CLOSED)) => Some(state.to_owned()),
            Some(_) => return Err(ApiError::invalid("state", "must be `open`, `answered`, `closed` or `all`")),
        };
        let people = match self.person.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => {
                let asked = app.ask(&desk::Question::default())?;
                let person = app.engine.person_named(&asked, name)?;
                Some(asked.snapshot.identity.ids_of(&person).to_vec())
            }
            None => None,
        };
        let assignee = match self.assignee.filter(|name| !name.is_empty()).as_deref() {
            Some("me") => Some(Assignee::One(staff.to_owned())),
            Some("none") => Some(Assignee::Nobody),
            name => name.map(|name| Assignee::One(name.to_owned())),
        };
        let is_overdue = self.overdue == Some(true);
        let is_queue = self.state.as_deref().is_none_or(str::is_empty) || self.state.as_deref() == Some(OPEN);
        let state = if is_overdue { Some(OPEN.to_owned()) } else { state };
        let is_asleep = self.snoozed == Some(true);
        Ok(ask::Wanted {
            class: one_of("class", self.class, |name| Class::of_name(name).is_some())?,
            layer: one_of("layer", self.layer, |name| Layer::of_name(name).is_some())?,
            language: self.language.map(|text| if text == "none" { String::new() } else { text }),
            staff: self.staff.map(|text| if text == "none" { String::new() } else { text }),
            is_peer: self.peer == Some(true),
            is_acknowledged_only: self.acknowledged == Some(true),
            source: self.source.filter(|text| !text.is_empty()),
            brand: brand_key(app, self.brand.as_deref())?,
            brands: app.brand_keys(),
            people,
            assignee,
            due_before: is_overdue.then_some(now),
            awake_at: (is_queue && !is_asleep).then_some(now),
            asleep_at: is_asleep.then_some(now),
            opened_from: self.from.map(|date| date.0.start_micros()),
            opened_before: self.to.map(|date| Day(date.0.0.saturating_add(1)).start_micros()),
            is_late: self.late == Some(true),
            state,
        })
    }
}

/// The queue: what is due first comes first.
#[utoipa::path(get, path = "/api/v1/asks", tag = "asks", params(AskQuery), responses((status = 200, body = Asks)))]
pub(crate) async fn list_asks(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    Asking(query): Asking<AskQuery>,
) -> Result<Json<Asks>, ApiError> {
    let after = query.next.as_deref().map(|next| Cursor::of(next, LIST)).transpose()?;
    let after = after.map(|cursor| (cursor.value, cursor.tie));
    app.run(move |app| {
        let band = query.band(app)?;
        let wanted = query.wanted(app, &staff)?;
        let (mut lines, n_total) = match band {
            Some(band) => app.engine.asks_of_band(band, &wanted, after, PAGE_ROWS + 1)?,
            None => (app.engine.asks(&wanted, after, PAGE_ROWS + 1)?, app.engine.count_asks(&wanted)?),
        };
        let is_more = PAGE_ROWS < lines.len();
        lines.truncate(PAGE_ROWS);
        let last = lines.last().filter(|_| is_more).map(|line| (line.ask.due_at, line.ask.key));
        let next = last.map(|(value, tie)| Cursor { list: LIST, value, tie }.text());
        let now = clock::now();
        Ok(Asks {
            n_total: n_total.min(MAX_COUNTED),
            rows: lines.into_iter().map(|one| line(one, now)).collect(),
            next,
        })
    })
    .await
    .map(Json)
}

/// How many asks wait.
#[utoipa::path(
    get, path = "/api/v1/asks/counts", tag = "asks", params(AskBrandQuery), responses((status = 200, body = AskCounts))
)]
pub(crate) async fn count_asks(
    State(app): State<Arc<App>>,
    Staff(staff): Staff,
    Asking(query): Asking<AskBrandQuery>,
) -> Result<Json<AskCounts>, ApiError> {
    app.run(move |app| {
        let brand = brand_key(app, query.brand.as_deref())?;
        let Counts { n_open, n_overdue, n_mine, n_unassigned, n_snoozed, by } =
            app.engine.ask_counts((brand, app.brand_keys()), &staff)?;
        debug_assert_eq!(COUNTED_BY, ["class", "layer", "language", "source"]);
        let told = |counts: Vec<(Option<String>, i64)>| {
            counts.into_iter().map(|(value, n)| AskCount { value: value.unwrap_or_default(), n }).collect()
        };
        let [class, layer, language, source] = by.map(told);
        let keys = app.brand_keys();
        let is_seen =
            |name: &Name| keys.as_ref().is_none_or(|keys| keys.contains(&app.engine.key(&name.kind, &name.id)));
        let brands = app.engine.brands_asked()?;
        let brands = brands
            .into_iter()
            .filter(|(name, _)| is_seen(name))
            .map(|(name, n_open)| AskedBrand { object: name.to_string(), n_open })
            .collect();
        Ok(AskCounts { n_open, n_overdue, n_mine, n_unassigned, n_snoozed, class, layer, language, source, brands })
    })
    .await
    .map(Json)
}

/// The threads in which words were said, newest first.
#[utoipa::path(
    get, path = "/api/v1/asks/search", tag = "asks", params(AskSearchQuery),
    responses((status = 200, body = FoundThreads))
)]
pub(crate) async fn search_asks(
    State(app): State<Arc<App>>,
    Asking(query): Asking<AskSearchQuery>,
) -> Result<Json<FoundThreads>, ApiError> {
    let before = query.next.as_deref().map(|next| Cursor::of(next, SEARCH)).transpose()?.map(|cursor| cursor.value);
    app.run(move |app| {
        let brands = app.brand_keys();
        let (threads, next) = app.engine.search_posts(&query.q, (before, PAGE_ROWS), brands.as_deref())?;
        let now = clock::now();
        let found = |(thread, ask): (thread::Thread, Option<Line>)| FoundThread {
            thread: thread.key.to_string(),
            title: thread.title,
            last_at: clock::rfc3339(thread.last_at),
            ask: ask.map(|ask| line(ask, now)),
        };
        let rows = app.engine.lines_of_threads(&threads, brands.as_deref())?.into_iter().map(found).collect();
        Ok(FoundThreads { rows, next: next.map(|value| Cursor { list: SEARCH, value, tie: Key(0) }.text()) })
    })
    .await
    .map(Json)
}

/// What staff corrected: JSON lines of `text`, `class`, `kind` and `language`, as `parlour classify --score` reads them.
#[utoipa::path(
    get, path = "/api/v1/asks/corrections", tag = "asks",
    responses((status = 200, content_type = "application/x-ndjson", body = String))
)]
pub(crate) async fn export_corrections(
    State(app): State<Arc<App>>,
) -> Result<([(HeaderName, &'static str); 1], String), ApiError> {
    let rows = app.run(|app| Ok(app.engine.labelled()?)).await?;
    let told = |row: &parlour_store::correction::Labelled| {
        let kind = ["-", "0", "+"][(row.kind.signum() + 1) as usize];
        let value = serde_json::json!({ "text": row.text, "class": row.class, "kind": kind, "language": row.language });
        format!("{value}\n")
    };
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], rows.iter().map(told).collect()))
}

/// Tells whenever something changed that the queue or a thread shows: server-sent events, each with a number that rises.
#[utoipa::path(
    get, path = "/api/v1/asks/stream", tag = "asks",
    responses((status = 200, content_type = "text/event-stream", body = String))
)]
pub(crate) async fn watch_asks(State(app): State<Arc<App>>) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let (until, ticks, told) = (Instant::now() + WATCH_FOR, interval(LOOK_EVERY), app.engine.stirred());
    // The number counts what happened with all brands.
    let is_held = app.within().is_some();
    let stream = stream::unfold((app, ticks, told), move |(app, mut ticks, told)| async move {
        loop {
            ticks.tick().await;
            if until <= Instant::now() || app.is_stopping() {
                return None;
            }
            let now = app.engine.stirred();
            if now != told {
                let number = if is_held { clock::now().unsigned_abs() } else { now };
                return Some((Ok(sse::Event::default().data(number.to_string())), (app, ticks, now)));
            }
        }
    });
    let greeting = stream::once(async { Ok(sse::Event::default().comment("watching")) });
    Sse::new(greeting.chain(stream)).keep_alive(sse::KeepAlive::new().interval(KEEP_ALIVE))
}
