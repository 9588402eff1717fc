//! Mail: what mailboxes hold becomes events, each mail once, with how far was read in the same transaction. No network
//! here.

mod html;
mod letter;
pub mod mailbox;
mod page;
mod sender;
mod taking;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parlour_core::event::{Event, Flaw};
use parlour_core::key::Key;
use parlour_store::attachment;
use parlour_store::mailbox::Cursor;
use parlour_store::rejected::Rejected;

use crate::EngineError;
use crate::engine::Engine;
use taking::Beside;

/// The dialect of what a mailbox held.
pub(crate) const DIALECT: &str = "mail";
/// Where the names of mails are told apart; no source can be called so.
pub(crate) const SPACE: &str = "mail/";

/// A mail of a mailbox.
#[derive(Debug)]
pub struct Mail {
    /// When the mailbox got it, microseconds UTC.
    pub received_at: i64,
    /// What was read of it.
    pub content: MailContent,
}

/// What was read of a mail.
#[derive(Debug)]
pub enum MailContent {
    /// All of it.
    Whole(Vec<u8>),
    /// Its headers: it is larger than what is taken.
    TooLarge {
        /// How large.
        n_bytes: usize,
        /// The headers.
        head: Vec<u8>,
    },
}

/// Up to where a mailbox is read once its mails are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upto {
    /// Of which mailbox: the generation of its settings.
    pub generation: i64,
    /// Up to where.
    pub cursor: Cursor,
}

/// What became of mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Taken now.
    pub n_taken: usize,
    /// Taken before, from this mailbox or another.
    pub n_known: usize,
    /// Kept among the rejections.
    pub n_refused: usize,
}

impl Engine {
    /// The events of a rejected mail, without its files.
    pub(crate) fn remailed(&self, row: &Rejected) -> Result<Vec<Event>, Flaw> {
        let gone = || Flaw::Unreadable(format!("source `{}` is no longer there", row.source));
        let source = self.source_named(&row.source).ok_or_else(gone)?;
        let limits = letter::FileLimits { n_files: 0, n_bytes: 0 };
        let letter = letter::read(&row.raw, limits).map_err(|error| Flaw::Unreadable(error.to_string()))?;
        let name = letter.id.clone().unwrap_or_else(|| self.made_name(&letter));
        let beside = Beside { name, parent: None, received_at: row.at, kept: Vec::new(), has_page: false };
        Ok(vec![taking::event_of(&source, &letter, beside)])
    }

    /// A mail as it was sent, as the body of a page that can do nothing; pictures that came with it are in it, those from
    /// elsewhere only where they are asked for. `None` where it had no HTML or that is not kept.
    pub fn mail_page(&self, post: Key, with_remote: bool) -> Result<Option<String>, EngineError> {
        let found = self.database.read(|conn| {
            let Some(kept) = attachment::get(conn, post, attachment::PAGE)? else { return Ok(None) };
            let html = String::from_utf8_lossy(&kept.body).into_owned();
            let mut pictures = std::collections::BTreeMap::new();
            for place in (0..self.settings.mail.max_files).filter(|place| html.contains(&format!("\"cid:{place}\""))) {
                pictures.insert(place.to_string(), attachment::get(conn, post, place as i64)?);
            }
            Ok(Some((html, pictures)))
        })?;
        let Some((html, pictures)) = found else { return Ok(None) };
        let attached = |place: &str| {
            let body = &pictures.get(place)?.as_ref()?.body;
            Some(format!("data:{};base64,{}", shown_as(body)?, STANDARD.encode(body)))
        };
        Ok(Some(page::page(&html, &attached, with_remote).html))
    }
}

/// What a browser is told that a file is, if it is a picture that may be shown: by its first bytes, whatever it is called.
pub fn shown_as(bytes: &[u8]) -> Option<&'static str> {
    match parlour_media::Kind::of(bytes) {
        Ok(kind) => Some(kind.media_type()),
        Err(Some(parlour_media::Stranger::Gif)) => Some("image/gif"),
        Err(_) => None,
    }
}
