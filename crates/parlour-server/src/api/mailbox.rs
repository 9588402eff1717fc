//! The mailbox of a source: where it reads. Its password goes in and never out.

use parlour_engine::mail::mailbox::{Mailbox, NewMailbox};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::links::Link;

/// Where a source of mail reads.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceMailbox {
    host: String,
    port: u16,
    /// `tls` from the first byte, `starttls`, or `none` on this machine alone.
    tls: &'static str,
    /// Certificates of those who may vouch for the server, as PEM; null for the authorities that browsers know.
    ca: Option<String>,
    user: String,
    folder: String,
    /// What answers come from; empty for `mail.from` of the settings.
    address: String,
    /// Whether mail is taken that lay there before it was first read.
    is_from_start: bool,
    /// How it stands with the mail server; null until it was tried.
    link: Option<Link>,
}

/// A mailbox as it is made or changed. What is null stays as it is, or is as usual.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxChange {
    host: Option<String>,
    /// 993 for `tls`, else 143, unless given.
    port: Option<u16>,
    /// `tls` unless given.
    tls: Option<String>,
    ca: Option<String>,
    user: Option<String>,
    /// Never shown; needed again where host, port or user change.
    password: Option<String>,
    /// `INBOX` unless given.
    folder: Option<String>,
    address: Option<String>,
    is_from_start: Option<bool>,
}

impl SourceMailbox {
    pub(super) fn of(mailbox: &Mailbox, link: Option<Link>) -> Self {
        let Mailbox { host, port, tls, ca, user, folder, address, is_from_start, .. } = mailbox.clone();
        Self { host, port, tls: tls.name(), ca, user, folder, address, is_from_start, link }
    }
}

impl From<MailboxChange> for NewMailbox {
    fn from(change: MailboxChange) -> Self {
        let MailboxChange { host, port, tls, ca, user, password, folder, address, is_from_start } = change;
        Self { host, port, tls, ca, user, password, folder, address, is_from_start }
    }
}
