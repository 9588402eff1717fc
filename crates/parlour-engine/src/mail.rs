//! Mail: what mailboxes hold becomes events, each mail once, with how far was read in the same transaction. No network
//! here.

mod html;
mod letter;
pub mod mailbox;
mod sender;
mod taking;

use parlour_core::event::{Event, Flaw};
use parlour_store::mailbox::Cursor;
use parlour_store::rejected::Rejected;

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
        let beside = Beside { name, parent: None, received_at: row.at, kept: Vec::new() };
        Ok(vec![taking::event_of(&source, &letter, beside)])
    }
}
