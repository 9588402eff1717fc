//! The plain form: a page of ours for whoever has no script, or follows a link. Answers to it go by mail.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parlour_engine::forms::{FormSettings, Letter, Visitor};
use parlour_engine::random;
use parlour_engine::source::Source;

use super::answer::Refused;
use super::body;
use crate::api::metrics::Peer;
use crate::app::App;
use crate::cursor::hex;
use crate::error::{ApiError, ErrorCode};
use words::Words;

mod words;

/// Largest body of a form, bytes.
const MAX_BODY_BYTES: usize = 128 << 10;
/// The field that people do not see.
const TRAP: &str = "website";

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1c1b19;--soft:#5c5852;--paper:#fffdf8;--line:#8d877c;\
    --accent:#7a1f3d;--on:#fff}\
    @media(prefers-color-scheme:dark){:root{--ink:#ece8e0;--soft:#b3ada2;--paper:#1b1a18;--line:#7d776c;\
    --accent:#e39ab2;--on:#1b1a18}}\
    *{box-sizing:border-box}\
    body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}\
    main{max-width:34rem;margin:0 auto;padding:2rem 1rem}h1{font:1.7rem/1.25 Georgia,serif;margin:0 0 .75rem}\
    p{margin:.25rem 0 1rem;white-space:pre-line}label{display:block;font-weight:600;margin-top:1rem}\
    .hint{color:var(--soft);font-size:.95rem;margin:.2rem 0 .4rem}\
    textarea,input{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);\
    border-radius:6px;padding:.6rem}textarea{min-height:9rem;resize:vertical}\
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
    button{font:inherit;font-weight:600;margin-top:1.25rem;min-height:44px;padding:.5rem 1.6rem;border:0;\
    border-radius:6px;background:var(--accent);color:var(--on);cursor:pointer}\
    a{color:var(--accent)}[role=alert]{border-left:4px solid var(--accent);padding:.4rem .8rem;margin:1rem 0}\
    .trap{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}";

/// What stands in the form when it is shown.
#[derive(Default)]
struct Filled {
    slip: String,
    text: String,
    mail: String,
    /// What was wrong with what was sent.
    alert: Option<&'static str>,
}

/// What the page is made of.
struct Sheet<'a> {
    source: &'a Source,
    settings: &'a FormSettings,
    words: &'static Words,
}

/// The form of a source.
pub(super) async fn get_form(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let words = words_of(&uri, &headers);
    let Some(source) = app.engine.form_named(&name) else { return Ok(gone(words)) };
    let settings = app.engine.form_settings(&source);
    let sheet = Sheet { source: &source, settings: &settings, words };
    Ok(page(StatusCode::OK, words, &sheet.form(&Filled { slip: new_slip()?, ..Filled::default() })))
}

/// Takes what somebody wrote; the page it answers with says that it is here, or has it still.
pub(super) async fn take_form(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, sent) = request.into_parts();
    let words = words_of(&parts.uri, &parts.headers);
    let _room = app.gate.enter(body::length(&parts.headers, MAX_BODY_BYTES, "batch_bytes")?)?;
    let sent = body::read(sent, MAX_BODY_BYTES, app.engine.settings.ingest.body_seconds, "batch_bytes").await?;
    let Some(source) = app.engine.form_named(&name) else { return Ok(gone(words)) };
    let settings = app.engine.form_settings(&source);
    let field = |wanted: &str| {
        let found = form_urlencoded::parse(&sent).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let is_slip = |slip: &String| slip.len() == 32 && slip.bytes().all(|byte| byte.is_ascii_hexdigit());
    let slip = Some(field("slip")).filter(is_slip);
    let filled = Filled {
        slip: slip.clone().map_or_else(new_slip, Ok)?,
        text: field("text").replace("\r\n", "\n"),
        mail: field("mail"),
        alert: None,
    };
    let sheet = Sheet { source: &source, settings: &settings, words };
    if settings.honeypot && !field(TRAP).is_empty() {
        let filled = Filled { alert: Some(words.trapped), ..filled };
        return Ok(page(StatusCode::BAD_REQUEST, words, &sheet.form(&filled)));
    }
    let address = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let per_visitor = app.engine.settings.forms.per_visitor;
    let now = Instant::now();
    let passed = app.visits.pass((&source, &settings), (slip.as_deref(), address), per_visitor, now);
    let passed = passed.and_then(|()| app.gate.pass(&source, 1, now));
    let kept = match passed {
        Err(error) => Err(error),
        Ok(()) => keep(&app, &source, &filled, slip).await,
    };
    Ok(match kept {
        Ok(()) => page(StatusCode::OK, words, &sheet.thanks(&filled)),
        Err(error) => sheet.refused(filled, &error),
    })
}

async fn keep(app: &Arc<App>, source: &Arc<Source>, filled: &Filled, slip: Option<String>) -> Result<(), ApiError> {
    let visitor = Visitor { slip, ..Visitor::default() };
    // Another text from the same page is another message.
    let id = hex(&crate::sign_in::hash_of(&filled.text)[..16]);
    let letter = Letter { id, text: filled.text.clone(), mail: Some(filled.mail.clone()), page: None };
    let source = Arc::clone(source);
    Arc::clone(app).run(move |app| Ok(app.engine.write_to_form(&source, &visitor, letter)?)).await
}

impl Sheet<'_> {
    fn title(&self) -> &str {
        if self.settings.title.is_empty() { self.words.title } else { &self.settings.title }
    }

    fn form(&self, filled: &Filled) -> String {
        let Words { text, mail, mail_hint, send, trap, wrong, .. } = self.words;
        let mut page = format!("<h1>{}</h1>", escaped(self.title()));
        if !self.settings.greeting.is_empty() {
            push(&mut page, format_args!("<p>{}</p>", escaped(&self.settings.greeting)));
        }
        if let Some(alert) = filled.alert {
            push(&mut page, format_args!("<p role=\"alert\"><strong>{wrong}</strong> {alert}</p>"));
        }
        push(
            &mut page,
            format_args!(
                "<form method=\"post\"><input type=\"hidden\" name=\"slip\" value=\"{}\">\
                 <label for=\"text\">{text}</label><textarea id=\"text\" name=\"text\" required>\n{}</textarea>\
                 <label for=\"mail\">{mail}</label><p class=\"hint\" id=\"hint\">{mail_hint}</p>\
                 <input id=\"mail\" name=\"mail\" type=\"email\" autocomplete=\"email\" aria-describedby=\"hint\" \
                 value=\"{}\">",
                escaped(&filled.slip),
                escaped(&filled.text),
                escaped(&filled.mail)
            ),
        );
        if self.settings.honeypot {
            push(
                &mut page,
                format_args!(
                    "<div class=\"trap\" aria-hidden=\"true\"><label>{trap} <input name=\"{TRAP}\" tabindex=\"-1\" \
                     autocomplete=\"off\"></label></div>"
                ),
            );
        }
        push(&mut page, format_args!("<button>{send}</button></form>"));
        page
    }

    fn thanks(&self, filled: &Filled) -> String {
        let Words { kept, kept_mail, kept_only, again, .. } = self.words;
        let mail = filled.mail.trim();
        let way = if mail.is_empty() { (*kept_only).to_owned() } else { format!("{kept_mail} {}.", escaped(mail)) };
        format!("<h1>{kept}</h1><p role=\"status\">{way}</p><p><a href=\"\">{again}</a></p>")
    }

    /// The form with all that was written still in it.
    fn refused(&self, filled: Filled, error: &ApiError) -> Response {
        let is_of = |field: &str| error.fields.iter().any(|wrong| wrong.path == field);
        let alert = if is_of("mail") {
            self.words.no_mail
        } else if is_of("text") {
            self.words.no_text
        } else if error.code == ErrorCode::TooManyEvents {
            self.words.too_much
        } else {
            tracing::error!(source = self.source.name, error = error.message, "a form could not be kept");
            self.words.failed
        };
        let mut response = page(error.code.status(), self.words, &self.form(&Filled { alert: Some(alert), ..filled }));
        if let Some(seconds) = error.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a String takes any text");
}

fn words_of(uri: &Uri, headers: &HeaderMap) -> &'static Words {
    let query = uri.query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang").map(|(_, value)| value);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    words::of(asked.as_deref(), accepted)
}

fn new_slip() -> Result<String, ApiError> {
    Ok(hex(&random::bytes::<16>()?))
}

fn gone(words: &Words) -> Response {
    page(StatusCode::NOT_FOUND, words, &format!("<h1>{}</h1>", words.gone))
}

fn page(status: StatusCode, words: &Words, inside: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{}</title>\
         <style>{STYLE}</style><main>{inside}</main></html>",
        words.language, words.title
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// A text as it may stand in HTML, within marks or quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}
