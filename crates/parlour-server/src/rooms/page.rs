//! The page of a room: HTML that is whole without a script, of what whoever looks may see.

mod frames;

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use parlour_core::door::{Circle, Door};
use parlour_engine::rooms::look::{Look, Wall};

use super::guard::Viewer;
use super::json_ld;
use super::looking::{Looking, RoomSearch};
use super::wire::{after_of, next_of};
use crate::api::staff::base;
use crate::app::{App, State};
use crate::doors::escaped;
use crate::error::ApiError;
use crate::input::{Asking, At};

/// Nothing is run, and nothing comes from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);
const STYLE: &str = include_str!("page/wall.css");
/// Most characters of what is said when knocking.
const MAX_BODY_BYTES: usize = 4 << 10;

/// What a page is made of.
struct Sheet {
    title: String,
    /// What else stands in its head.
    head: String,
    body: String,
}

impl Sheet {
    fn answer(self, status: StatusCode) -> Response {
        let text = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
             <title>{}</title><link rel=\"stylesheet\" href=\"/rooms/wall.css\"><link rel=\"icon\" href=\"/favicon.svg\" \
             type=\"image/svg+xml\">{}</head><body>{}</body></html>",
            escaped(&self.title),
            self.head,
            self.body
        );
        let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("cookie"));
        response
    }
}

/// How the pages of rooms look.
pub(crate) async fn get_style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=600, stale-while-revalidate=86400"),
    ];
    (headers, STYLE).into_response()
}

/// A room.
pub(crate) async fn get_room(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    At(handle): At<String>,
    Asking(looking): Asking<Looking>,
) -> Result<Response, ApiError> {
    let draw = move |app: &App| {
        let after = after_of(looking.after.as_deref())?;
        let (who, seen_as) = ((handle.as_str(), viewer.0.as_deref()), looking.seen_as());
        let most = app.engine.settings.rooms.page_frames;
        let Some(wall) = app.engine.look_at_wall(who, &seen_as, (after.0, &after.1), most)? else {
            return closed(app, who, &looking);
        };
        let is_own = viewer.0.as_ref() == Some(&wall.look.member.id);
        if !is_own && looking.after.is_none() {
            app.engine.peek(&wall.look.member.id);
        }
        Ok(room(app, &wall, (&looking, viewer.0.is_some(), is_own)).answer(StatusCode::OK))
    };
    app.run(draw).await
}

/// One frame of a room, by itself.
pub(crate) async fn get_frame(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((handle, frame)): Path<(String, String)>,
    Asking(looking): Asking<Looking>,
) -> Result<Response, ApiError> {
    let draw = move |app: &App| {
        let who = (handle.as_str(), viewer.0.as_deref());
        let Some((look, hung)) = app.engine.look_at_frame(who, &looking.seen_as(), &frame)? else {
            return closed(app, who, &looking);
        };
        let title = format!("{} · {}", frames::title_of(&hung), name_of(&look));
        let inside = format!("<ol class=\"wall alone\">{}</ol>", frames::frame(app, &look, (&hung, true)));
        Ok(inner(app, &look, (title, inside)).answer(StatusCode::OK))
    };
    app.run(draw).await
}

/// One album of a room, with all its photos.
pub(crate) async fn get_album(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((handle, album)): Path<(String, String)>,
    Asking(looking): Asking<Looking>,
) -> Result<Response, ApiError> {
    let draw = move |app: &App| {
        let who = (handle.as_str(), viewer.0.as_deref());
        let Some((look, seen)) = app.engine.look_at_album(who, &looking.seen_as(), &album)? else {
            return closed(app, who, &looking);
        };
        let title = format!("{} · {}", seen.album.title, name_of(&look));
        let inside = frames::album_page(app, &seen);
        Ok(inner(app, &look, (title, inside)).answer(StatusCode::OK))
    };
    app.run(draw).await
}

/// Rooms by name.
pub(crate) async fn find_rooms(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Asking(search): Asking<RoomSearch>,
) -> Result<Response, ApiError> {
    let find = move |app: &App| {
        let (found, next) = app.engine.search_rooms(viewer.0.as_deref(), &search.q, &search.after)?;
        let mut body = format!(
            "<header class=\"top\"><h1>Rooms</h1>{}</header><main><form class=\"seek\" role=\"search\" action=\"/rooms\">\
             <label for=\"q\">Whose room?</label><input id=\"q\" name=\"q\" value=\"{}\" maxlength=\"80\" autocomplete=\"off\">\
             <button>Find</button></form>",
            corner(viewer.0.is_some()),
            escaped(&search.q)
        );
        if !search.q.trim().is_empty() {
            let words = if found.is_empty() { "No room of that name is open to you." } else { "Open to you:" };
            push(&mut body, format_args!("<p role=\"status\">{words}</p><ul class=\"found\">"));
            for member in &found {
                let handle = escaped(member.handle.as_deref().unwrap_or_default());
                let (name, town) = (escaped(&member.name), escaped(&member.town));
                push(
                    &mut body,
                    format_args!(
                        "<li><a href=\"/@{handle}\"><bdi>{name}</bdi></a> <span>@{handle}</span> <bdi>{town}</bdi></li>"
                    ),
                );
            }
            body.push_str("</ul>");
            if let Some(next) = next {
                let q: String = form_urlencoded::Serializer::new(String::new())
                    .append_pair("q", &search.q)
                    .append_pair("after", &next)
                    .finish();
                push(&mut body, format_args!("<p><a rel=\"next\" href=\"/rooms?{}\">More</a></p>", escaped(&q)));
            }
        }
        body.push_str("</main>");
        let head = "<meta name=\"robots\" content=\"noindex\">".to_owned();
        Ok(Sheet { title: "Rooms".to_owned(), head, body }.answer(StatusCode::OK))
    };
    app.run(find).await
}

/// Somebody knocks at a closed door: they ask to become acquainted. What they are told says nothing of who is behind it.
pub(crate) async fn knock(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    At(handle): At<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let Some(id) = viewer.0 else { return Ok(away("/room")) };
    let body = axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES).await;
    let body = body.map_err(|_| ApiError::too_large())?;
    let words = form_urlencoded::parse(&body).find(|(name, _)| name == "words").map(|(_, words)| words.into_owned());
    let ask = move |app: &App| {
        if app.engine.member(&id)?.is_none_or(|member| member.handle.is_none()) {
            return Ok(away("/room"));
        }
        app.engine.ask_acquaintance(&id, &handle, (Circle::First, words.as_deref().unwrap_or_default()))?;
        let body = format!(
            "<main class=\"shut\"><h1>You knocked.</h1><p role=\"status\">If somebody lives here, they see that you did and \
             decide whether to open. Nobody is told whether they do.</p><p><a href=\"/@{}\">Back to the door</a></p></main>",
            escaped(&handle)
        );
        Ok(Sheet { title: "You knocked".to_owned(), head: String::new(), body }.answer(StatusCode::OK))
    };
    app.run(ask).await
}

fn away(to: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// What is before a door that is closed to somebody, or behind which there is nothing: the same.
fn closed(app: &App, (handle, viewer): (&str, Option<&str>), looking: &Looking) -> Result<Response, ApiError> {
    let member = viewer.map(|id| app.engine.member(id)).transpose()?.flatten();
    let is_own = member.as_ref().is_some_and(|member| member.handle.as_deref() == Some(&handle.to_ascii_lowercase()));
    let handle: String = handle.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let mut body = format!(
        "<header class=\"top\"><p class=\"crumb\"><a href=\"/rooms\">Rooms</a></p>{}</header><main class=\"shut\">\
         <h1>This door is closed.</h1><p>There is no room here that is open to you.</p>",
        corner(viewer.is_some())
    );
    if is_own && looking.seen_as.is_some() {
        body.push_str("<p>This is what they see.</p><p><a class=\"button\" href=\"/room\">Back to my room</a></p>");
    } else if viewer.is_some() {
        push(
            &mut body,
            format_args!(
                "<form method=\"post\" action=\"/@{handle}/knock\"><label for=\"words\">Knock, and say who you are \
                 (optional)</label><input id=\"words\" name=\"words\" maxlength=\"200\" autocomplete=\"off\">\
                 <button>Knock</button></form>"
            ),
        );
    } else {
        body.push_str("<p><a class=\"button\" href=\"/room\">Sign in to knock</a></p>");
    }
    body.push_str("</main>");
    let head = "<meta name=\"robots\" content=\"noindex\">".to_owned();
    Ok(Sheet { title: "A closed door".to_owned(), head, body }.answer(StatusCode::NOT_FOUND))
}

/// A page within a room.
fn inner(app: &App, look: &Look, (title, inside): (String, String)) -> Sheet {
    let handle = escaped(look.member.handle.as_deref().unwrap_or_default());
    let body = format!(
        "<header class=\"top\"><p class=\"crumb\"><a href=\"/@{handle}\"><bdi>{}</bdi></a></p></header><main>{inside}</main>",
        escaped(&name_of(look))
    );
    let head = head_of(app, look, (&title, None));
    Sheet { title, head, body }
}

fn room(app: &App, wall: &Wall, (looking, is_member, is_own): (&Looking, bool, bool)) -> Sheet {
    let (look, member) = (&wall.look, &wall.look.member);
    let handle = escaped(member.handle.as_deref().unwrap_or_default());
    let title = name_of(look);
    let seen = seen_words(look, looking, is_own);
    let mut body = format!(
        "<a class=\"skip\" href=\"#wall\">To the wall</a><header class=\"top\"><div><h1><bdi>{}</bdi></h1>\
         <p class=\"sub\">{}{seen}</p></div>{}</header>",
        escaped(&title),
        if member.town.is_empty() { String::new() } else { format!("<bdi>{}</bdi> · ", escaped(&member.town)) },
        if is_own { own_corner(look, looking) } else { corner(is_member).to_owned() }
    );
    body.push_str("<main id=\"wall\">");
    if !member.about.is_empty() {
        push(&mut body, format_args!("<p class=\"about\" dir=\"auto\">{}</p>", escaped(&member.about)));
    }
    if wall.frames.is_empty() {
        body.push_str("<p class=\"bare\">Nothing hangs here that you may see.</p>");
    } else {
        body.push_str("<ol class=\"wall\">");
        wall.frames.iter().for_each(|hung| body.push_str(&frames::frame(app, look, (hung, false))));
        body.push_str("</ol>");
    }
    if let Some(next) = next_of(wall) {
        let seen_as = looking.seen_as.as_deref().unwrap_or_default();
        push(
            &mut body,
            format_args!(
                "<p class=\"more\"><a class=\"button\" rel=\"next\" href=\"/@{handle}?after={}{}\">Further along the \
                 wall</a></p>",
                escaped(&next),
                if seen_as.is_empty() { String::new() } else { format!("&amp;as={}", escaped(seen_as)) }
            ),
        );
    }
    let frames = if wall.n_frames == 1 { "frame" } else { "frames" };
    push(&mut body, format_args!("</main><footer><p>{} {frames} · ", wall.n_frames));
    push(
        &mut body,
        format_args!("<a href=\"/@{handle}/feed.atom\">Feed</a> · <a href=\"/rooms\">Rooms</a></p></footer>"),
    );
    let head = head_of(app, look, (&title, Some(wall)));
    Sheet { title, head, body }
}

fn name_of(look: &Look) -> String {
    format!("{}’s room", look.member.name)
}

fn seen_words(look: &Look, looking: &Looking, is_own: bool) -> String {
    let whom = match look.guest.circle {
        _ if look.guest.is_owner() => return format!("your own room · @{}", escaped(handle_of(look))),
        None => "a passer-by",
        Some(Circle::First) => "a first-degree acquaintance",
        Some(Circle::Second) => "a second-degree acquaintance",
        Some(Circle::Third) => "a third-degree acquaintance",
    };
    if is_own {
        let who = looking.seen_as.as_deref().unwrap_or_default();
        let name = if who == "passer_by" { String::new() } else { format!("@{} sees it, ", escaped(who)) };
        return format!("<strong>as {name}{whom}</strong>");
    }
    format!("you are seen as <strong>{whom}</strong>")
}

fn handle_of(look: &Look) -> &str {
    look.member.handle.as_deref().unwrap_or_default()
}

fn corner(is_member: bool) -> &'static str {
    if is_member {
        "<nav aria-label=\"You\"><a class=\"button\" href=\"/room\">My room</a></nav>"
    } else {
        "<nav aria-label=\"You\"><a class=\"button\" href=\"/room\">Sign in</a></nav>"
    }
}

fn own_corner(look: &Look, looking: &Looking) -> String {
    let ajar = match look.door {
        Door::PassersBy => "door: open to passers-by",
        Door::Acquaintance(_) => "door: ajar to acquaintances",
        Door::OnlyMe => "door: closed",
    };
    let see = if looking.seen_as.is_some() {
        format!("<a class=\"button quiet\" href=\"/@{}\">See as myself</a>", escaped(handle_of(look)))
    } else {
        format!("<a class=\"button quiet\" href=\"/@{}?as=passer_by\">See as a passer-by</a>", escaped(handle_of(look)))
    };
    format!(
        "<nav aria-label=\"You\"><span class=\"ajar\">{ajar}</span>{see}<a class=\"button\" href=\"/room\">Rearrange</a></nav>"
    )
}

/// What machines read of a page; those that keep what they read are told so only of what everybody may see.
fn head_of(app: &App, look: &Look, (title, wall): (&str, Option<&Wall>)) -> String {
    let is_public = look.guest.viewer.is_none();
    let base = base(app);
    let handle = escaped(handle_of(look));
    let mut head = String::new();
    if !is_public {
        head.push_str("<meta name=\"robots\" content=\"noindex, noarchive\">");
    }
    let words = if look.member.about.is_empty() { title } else { look.member.about.as_str() };
    let (title, words, base_safe) = (escaped(title), escaped(words), escaped(&base));
    push(
        &mut head,
        format_args!(
            "<meta name=\"description\" content=\"{words}\"><meta property=\"og:title\" content=\"{title}\">\
             <meta property=\"og:description\" content=\"{words}\"><meta property=\"og:site_name\" content=\"Parlour\">"
        ),
    );
    let Some(wall) = wall else {
        head.push_str("<meta property=\"og:type\" content=\"article\">");
        return head;
    };
    push(
        &mut head,
        format_args!(
            "<meta property=\"og:type\" content=\"profile\"><meta property=\"profile:username\" content=\"{handle}\">\
             <meta property=\"og:url\" content=\"{base_safe}/@{handle}\"><link rel=\"canonical\" \
             href=\"{base_safe}/@{handle}\"><link rel=\"alternate\" type=\"application/atom+xml\" \
             href=\"/@{handle}/feed.atom\">"
        ),
    );
    if let Some(seen) = wall.frames.iter().find_map(|hung| hung.photo.as_ref()) {
        let sources = app.engine.media_sources(&seen.media);
        if let Some(source) = sources.last() {
            let (url, alt) = (escaped(&source.url), escaped(&seen.photo.alt));
            push(
                &mut head,
                format_args!(
                    "<meta property=\"og:image\" content=\"{base_safe}{url}\"><meta property=\"og:image:alt\" \
                     content=\"{alt}\">"
                ),
            );
        }
    }
    let profile = json_ld::profile(app, &base, wall);
    push(&mut head, format_args!("<script type=\"application/ld+json\">{}</script>", json_ld::in_script(&profile)));
    head
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a String takes any text");
}
