//! A letter: what a mail says, read from its bytes. Pure; whatever the bytes are, it ends, and nothing in them is run,
//! unpacked or fetched.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{Address, DateTime, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use parlour_core::event::{MAX_ID_BYTES, MAX_TEXT_BYTES};

use super::html;
use super::page::{Page, page};
use super::sender::{Doubt, Party, address};

/// Longest name of a file or of a sender, in characters.
const MAX_NAME_CHARS: usize = 150;
/// Longest media type, in bytes.
const MAX_TYPE_BYTES: usize = 100;
/// Most addresses that are told of those it was sent to.
const MAX_TO: usize = 20;
/// Most mails before this one that are looked at.
const MAX_REFERENCES: usize = 50;
/// Longest HTML that is read, in bytes.
const MAX_HTML_BYTES: usize = 2 << 20;
/// What a report of a mail server is read of, in bytes.
const MAX_REPORT_BYTES: usize = 64 << 10;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a mail says.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// Its `Message-ID` with its brackets; `None` where there is none, more than one, or one that cannot be.
    pub(super) id: Option<String>,
    pub(super) from: Party,
    /// Where an answer is to go, if somewhere else.
    pub(super) reply_to: Option<String>,
    pub(super) to: Vec<String>,
    /// When its writer's clock says it was written, microseconds UTC.
    pub(super) date: Option<i64>,
    /// The mails that it answers, with their brackets, the nearest first.
    pub(super) references: Vec<String>,
    pub(super) subject: Option<String>,
    /// What it says, at most [`MAX_TEXT_BYTES`].
    pub(super) text: String,
    /// Whether it said it in HTML alone.
    pub(super) was_html: bool,
    /// Its HTML as a page that can do nothing, pictures that came with it as `cid:` and their place among the files.
    pub(super) page: Option<Page>,
    /// Whether the text was longer.
    pub(super) is_cut: bool,
    pub(super) files: Vec<FilePart>,
    pub(super) automatic: Option<Automatic>,
    /// What a mail server reports about a mail of ours.
    pub(super) bounce: Option<Bounce>,
    /// What can be told from the headers alone.
    pub(super) doubts: Vec<Doubt>,
}

/// A file that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilePart {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) n_bytes: usize,
    /// Its content, where that is kept.
    pub(super) body: Option<Vec<u8>>,
}

/// Why a mail is taken for a machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Automatic {
    /// It says that it could not be delivered.
    Bounce,
    /// It came by a mailing list.
    List,
    /// It is an answer that a machine gives.
    Reply,
    /// It went to many.
    Bulk,
    /// It says the same as several before it.
    Loop,
    /// It says that it comes from the mailbox that it lies in.
    Own,
}

impl Automatic {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::List => "list",
            Self::Reply => "reply",
            Self::Bulk => "bulk",
            Self::Loop => "loop",
            Self::Own => "own",
        }
    }
}

/// What a mail server reports about a mail that it could not deliver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounce {
    /// To whom.
    pub(super) address: Option<String>,
    /// Which, with its brackets.
    pub(super) id: Option<String>,
}

/// Why a mail cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LetterError {
    #[error("this is no mail: it has no headers")]
    NoHeaders,
    #[error("its `From` has no mail address, so nobody could be answered")]
    NoSender,
    #[error("this mail cannot be read")]
    Unreadable,
}

/// Reads a mail, with the content of those files that are within the limits.
pub(super) fn read(bytes: &[u8], limits: FileLimits) -> Result<Letter, LetterError> {
    // Nobody can know every mail there is; one that trips the parser must not stop the mailbox.
    catch_unwind(AssertUnwindSafe(|| read_parsed(bytes, limits))).unwrap_or(Err(LetterError::Unreadable))
}

/// Of which files the content is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileLimits {
    pub(super) n_files: usize,
    pub(super) n_bytes: usize,
}

fn read_parsed(bytes: &[u8], limits: FileLimits) -> Result<Letter, LetterError> {
    let message = MessageParser::default().parse(bytes).ok_or(LetterError::NoHeaders)?;
    let mut senders = message.header_values(HeaderName::From).filter_map(|value| value.as_address()).flat_map(parties);
    let from = senders.next().ok_or(LetterError::NoSender)?;
    let mut doubts = Vec::new();
    if senders.next().is_some() {
        doubts.push(Doubt::SeveralSenders);
    }
    // Only the first is the mail server's own; whoever sent it could have written those below.
    let found = message.headers().iter().find(|header| header.name == HeaderName::AuthenticationResults);
    let found = found.and_then(|header| bytes.get(header.offset_start as usize..header.offset_end as usize));
    if found.is_some_and(|found| String::from_utf8_lossy(found).to_ascii_lowercase().contains("dmarc=fail")) {
        doubts.push(Doubt::NotAuthentic);
    }
    let (said, was_html) = said(&message);
    let (text, is_cut) = cut(said);
    let bounce = bounce_of(&message);
    Ok(Letter {
        id: only_id(&message),
        reply_to: message.reply_to().and_then(|to| parties(to).next()).map(|to| to.address),
        to: [message.to(), message.cc()]
            .into_iter()
            .flatten()
            .flat_map(parties)
            .map(|to| to.address)
            .take(MAX_TO)
            .collect(),
        date: message.date().and_then(micros),
        references: references(&message),
        subject: message.subject().map(|subject| plain(subject, MAX_NAME_CHARS * 2)).filter(|text| !text.is_empty()),
        text,
        was_html,
        page: page_of(&message, limits),
        is_cut,
        files: files(&message, limits),
        automatic: automatic(&message, &from, bounce.is_some()),
        bounce,
        from,
        doubts,
    })
}

fn parties(addresses: &Address<'_>) -> impl Iterator<Item = Party> {
    let parties: Vec<Party> = addresses
        .iter()
        .filter_map(|one| {
            let address = address(one.address()?)?;
            let name = one.name().map(|name| plain(name, MAX_NAME_CHARS)).filter(|name| !name.is_empty());
            Some(Party { name, address })
        })
        .take(MAX_TO)
        .collect();
    parties.into_iter()
}

/// An id with its brackets, if it can be one.
fn bracketed(id: &str) -> Option<String> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    let is_fine = id.len() + 2 <= MAX_ID_BYTES
        && id.contains('@')
        && id.chars().all(|c| c.is_ascii_graphic() && !['<', '>', ','].contains(&c));
    is_fine.then(|| format!("<{id}>"))
}

fn only_id(message: &Message<'_>) -> Option<String> {
    let mut ids = message.header_values(HeaderName::MessageId);
    let first = ids.next()?.as_text_list()?;
    let is_only = first.len() == 1 && ids.next().is_none();
    bracketed(first.first().filter(|_| is_only)?)
}

fn references(message: &Message<'_>) -> Vec<String> {
    let listed = |value: &mail_parser::HeaderValue<'_>| -> Vec<String> {
        value.as_text_list().unwrap_or_default().iter().filter_map(|id| bracketed(id)).collect()
    };
    let mut all = listed(message.in_reply_to());
    all.extend(listed(message.references()).into_iter().rev());
    let mut seen = std::collections::HashSet::new();
    all.retain(|id| seen.insert(id.clone()));
    if MAX_REFERENCES < all.len() {
        // The nearest, and the first of all.
        let first = all.pop();
        all.truncate(MAX_REFERENCES - 1);
        all.extend(first);
    }
    all
}

fn micros(date: &DateTime) -> Option<i64> {
    date.is_valid().then(|| date.to_timestamp())?.checked_mul(MICROS_PER_SECOND)
}

/// What it says, and whether in HTML alone.
fn said(message: &Message<'_>) -> (String, bool) {
    let (mut said, mut was_html) = (String::new(), false);
    for part in message.text_bodies() {
        let text = match &part.body {
            PartType::Text(text) => lines(text),
            PartType::Html(text) => {
                was_html = true;
                let end = text.floor_char_boundary(MAX_HTML_BYTES);
                html::text(&text[..end])
            }
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => continue,
        };
        if !said.is_empty() && !text.trim().is_empty() {
            said.push('\n');
        }
        said.push_str(&text);
        if 2 * MAX_TEXT_BYTES < said.len() {
            break;
        }
    }
    (said.trim().to_owned(), was_html)
}

/// The first part that is HTML as a page, if it is within the limits.
fn page_of(message: &Message<'_>, limits: FileLimits) -> Option<Page> {
    let html =
        message.html_bodies().find_map(|part| if let PartType::Html(html) = &part.body { Some(html) } else { None })?;
    let most = limits.n_bytes.min(MAX_HTML_BYTES);
    let ids: Vec<Option<&str>> = message.attachments().map(MimeHeaders::content_id).collect();
    let place = |id: &str| ids.iter().position(|known| *known == Some(id)).map(|place| format!("cid:{place}"));
    let page = (html.len() <= most).then(|| page(html, &place, true))?;
    (!page.html.trim().is_empty() && page.html.len() <= most).then_some(page)
}

/// A text as it is kept: line ends alike, no other control characters, nothing that turns the direction of writing.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| ['\n', '\t'].contains(c) || !(c.is_control() || turns(*c))).collect()
}

/// The same for what stands in one line.
fn plain(text: &str, most: usize) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !(c.is_control() || turns(*c)))
        .take(most)
        .collect();
    text.trim().to_owned()
}

/// Whether a character turns the direction of writing, so that `fdp.exe` reads `exe.pdf`.
pub(super) fn turns(c: char) -> bool {
    ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}

fn cut(mut text: String) -> (String, bool) {
    let is_cut = MAX_TEXT_BYTES < text.len();
    text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    (text, is_cut)
}

fn files(message: &Message<'_>, limits: FileLimits) -> Vec<FilePart> {
    let files = message.attachments().enumerate().map(|(place, part)| {
        let n_bytes = part.contents().len();
        let is_kept = place < limits.n_files && n_bytes <= limits.n_bytes;
        FilePart {
            name: file_name(part, place),
            media_type: media_type(part),
            n_bytes,
            body: is_kept.then(|| part.contents().to_vec()),
        }
    });
    files.collect()
}

/// What a file is called: names of folders are nobody's business, and `..` least of all.
fn file_name(part: &MessagePart<'_>, place: usize) -> String {
    let name = part.attachment_name().map(|name| plain(name, usize::MAX)).unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim_start_matches('.').trim();
    // The end of a name says what it is.
    let n_over = name.chars().count().saturating_sub(MAX_NAME_CHARS);
    let name: String = name.chars().skip(n_over).collect();
    if name.is_empty() { format!("file-{}", place + 1) } else { name }
}

fn media_type(part: &MessagePart<'_>) -> String {
    let told = part.content_type().map(|of| format!("{}/{}", of.ctype(), of.subtype().unwrap_or("octet-stream")));
    let is_fine = |told: &String| told.len() <= MAX_TYPE_BYTES && told.chars().all(|c| c.is_ascii_graphic());
    told.filter(is_fine).map_or_else(|| "application/octet-stream".to_owned(), |told| told.to_ascii_lowercase())
}

/// Whether a machine wrote it, and which.
fn automatic(message: &Message<'_>, from: &Party, is_bounce: bool) -> Option<Automatic> {
    let raw = |name: &'static str| message.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let has_no_way_back = raw("Return-Path").is_some_and(|path| path == "<>");
    let is_servers = from.address.starts_with("mailer-daemon@") || from.address.starts_with("postmaster@");
    if is_bounce || (is_servers && has_no_way_back) {
        return Some(Automatic::Bounce);
    }
    if raw("List-ID").is_some() {
        return Some(Automatic::List);
    }
    let precedence = raw("Precedence").unwrap_or_default();
    let is_reply = raw("Auto-Submitted").is_some_and(|value| !value.is_empty() && !value.starts_with("no"))
        || precedence == "auto_reply"
        || raw("X-Autoreply").is_some()
        || raw("X-Autorespond").is_some()
        || has_no_way_back;
    if is_reply {
        return Some(Automatic::Reply);
    }
    let is_bulk = ["bulk", "junk", "list"].contains(&precedence.as_str()) || raw("List-Unsubscribe").is_some();
    is_bulk.then_some(Automatic::Bulk)
}

/// What a report says about a mail that could not be delivered; `None` where it is no report.
fn bounce_of(message: &Message<'_>) -> Option<Bounce> {
    if !message.root_part().is_content_type("multipart", "report") {
        return None;
    }
    let mut bounce = Bounce::default();
    for part in &message.parts {
        if let PartType::Message(inner) = &part.body
            && bounce.id.is_none()
        {
            bounce.id = only_id(inner);
            continue;
        }
        let is_status = part.is_content_type("message", "delivery-status");
        let is_head =
            part.is_content_type("text", "rfc822-headers") || part.is_content_type("message", "rfc822-headers");
        if !is_status && !is_head {
            continue;
        }
        let bytes = part.contents();
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_REPORT_BYTES)]).into_owned();
        let field = |name: &str| {
            let of = |line: &&str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            text.lines().find(of).map(|line| line[name.len()..].trim().to_owned())
        };
        if is_status {
            let failed = field("final-recipient:").or_else(|| field("original-recipient:"));
            bounce.address = failed.and_then(|failed| address(failed.rsplit(';').next()?));
        } else {
            bounce.id = bounce.id.take().or_else(|| field("message-id:").and_then(|id| bracketed(&id)));
        }
    }
    Some(bounce)
}

#[cfg(test)]
mod tests;
