//! Mailboxes: where a source of mail reads, checked; and how far it has.

use std::fmt;
use std::net::IpAddr;

use parlour_store::mailbox::{self, Cursor};

use crate::EngineError;
use crate::engine::Engine;
use crate::source::Source;

/// Longest host, user, folder or address, in bytes.
const MAX_FIELD_BYTES: usize = 250;
/// Longest password, in bytes.
const MAX_PASSWORD_BYTES: usize = 1_000;
/// Longest certificates, in bytes.
const MAX_CA_BYTES: usize = 64 << 10;
/// How a certificate in text begins.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
/// The folder that is read unless another is named.
const INBOX: &str = "INBOX";

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte.
    Tls,
    /// TLS once both have said hello.
    StartTls,
    /// In the clear, on this machine alone.
    None,
}

impl MailTls {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::None];

    /// The name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    /// The way of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// Where servers listen.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 993,
            Self::StartTls | Self::None => 143,
        }
    }
}

/// Where a source of mail reads.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The mail server's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: MailTls,
    /// Certificates of those who may vouch for it, as PEM; `None` for the authorities that browsers know.
    pub ca: Option<String>,
    /// As whom.
    pub user: String,
    /// With which password.
    pub password: String,
    /// The folder.
    pub folder: String,
    /// What answers come from, such as `Acme <help@acme.example>`; empty for `mail.from` of the settings.
    pub address: String,
    /// Whether mail is taken that lay there before it was first read.
    pub is_from_start: bool,
    /// Rises when it becomes another mailbox.
    pub generation: i64,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} at {}:{}", self.folder, self.user, self.host, self.port)
    }
}

/// A mailbox as it is made or changed; what is `None` stays as it was.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "as in `Mailbox`")]
pub struct NewMailbox {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub tls: Option<String>,
    pub ca: Option<String>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub folder: Option<String>,
    pub address: Option<String>,
    pub is_from_start: Option<bool>,
}

impl fmt::Debug for NewMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {:?} at {:?}", self.folder, self.user, self.host)
    }
}

fn invalid(text: impl Into<String>) -> EngineError {
    EngineError::Invalid(text.into())
}

/// The mailbox that a change makes of one, or of none, checked.
pub(crate) fn changed(old: Option<&Mailbox>, new: NewMailbox) -> Result<Mailbox, EngineError> {
    let kept = |new: Option<String>, old: Option<&String>, or: &str| {
        new.map(|text| text.trim().to_owned()).or_else(|| old.cloned()).unwrap_or_else(|| or.to_owned())
    };
    let tls = match new.tls.as_deref() {
        None => old.map_or(MailTls::Tls, |old| old.tls),
        Some(name) => MailTls::of_name(name).ok_or_else(|| invalid("`tls` must be `tls`, `starttls` or `none`"))?,
    };
    let port = new.port.or(old.map(|old| old.port)).unwrap_or_else(|| tls.port());
    let folder = kept(new.folder, old.map(|old| &old.folder), INBOX);
    let ca = new.ca.or_else(|| old.and_then(|old| old.ca.clone())).filter(|ca| !ca.trim().is_empty());
    let mailbox = Mailbox {
        host: kept(new.host, old.map(|old| &old.host), ""),
        port,
        tls,
        ca,
        user: kept(new.user, old.map(|old| &old.user), ""),
        password: String::new(),
        folder: if folder.is_empty() { INBOX.to_owned() } else { folder },
        address: kept(new.address, old.map(|old| &old.address), ""),
        is_from_start: new.is_from_start.or(old.map(|old| old.is_from_start)).unwrap_or(false),
        generation: 1,
    };
    check(&mailbox)?;
    let is_same_server =
        |old: &&Mailbox| old.host == mailbox.host && old.port == mailbox.port && old.user == mailbox.user;
    let password = match (new.password.filter(|password| !password.is_empty()), old.filter(is_same_server)) {
        (Some(password), _) => password,
        (None, Some(old)) => old.password.clone(),
        // Else whoever may change the host could have it sent to a server of theirs.
        (None, None) => return Err(invalid("`password` is needed, also where host, port or user change")),
    };
    if MAX_PASSWORD_BYTES < password.len() || password.contains(['\0', '\r', '\n']) {
        return Err(invalid(format!("`password` must be one line of at most {MAX_PASSWORD_BYTES} bytes")));
    }
    let generation = old.map_or(1, |old| {
        let is_same =
            is_same_server(&old) && old.folder == mailbox.folder && old.is_from_start == mailbox.is_from_start;
        old.generation + i64::from(!is_same)
    });
    Ok(Mailbox { password, generation, ..mailbox })
}

fn check(mailbox: &Mailbox) -> Result<(), EngineError> {
    let Mailbox { host, port, tls, ca, user, folder, address, .. } = mailbox;
    let is_line = |text: &str| text.len() <= MAX_FIELD_BYTES && !text.chars().any(char::is_control);
    if host.is_empty()
        || !is_line(host)
        || host.contains(|c: char| c.is_whitespace() || "/@:".contains(c)) && !is_ip(host)
    {
        return Err(invalid("`host` must be the mail server's name, such as `imap.example.com`"));
    }
    if *port == 0 {
        return Err(invalid("`port` must be between 1 and 65535; mail servers listen on 993 for TLS"));
    }
    if *tls == MailTls::None && !is_here(host) {
        return Err(invalid("without TLS only a server on this machine is read, such as `127.0.0.1`; use `tls`"));
    }
    if let Some(ca) = ca
        && (MAX_CA_BYTES < ca.len() || !ca.contains(CERTIFICATE))
    {
        return Err(invalid(format!("`ca` is no certificate; paste one that begins with `{CERTIFICATE}`")));
    }
    if user.is_empty() || !is_line(user) {
        return Err(invalid("`user` must be the name that the mail server knows, often the address"));
    }
    if !is_line(folder) {
        return Err(invalid("`folder` must be one line, such as `INBOX`"));
    }
    if !address.is_empty() && (!is_line(address) || bare_address(address).is_none()) {
        return Err(invalid("`address` must be a mail address, such as `Acme <help@acme.example>`"));
    }
    Ok(())
}

fn is_ip(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The address within `Name <address>`, in lower case; `None` where it is none that a header could carry.
pub(crate) fn bare_address(text: &str) -> Option<String> {
    let bare = match text.strip_suffix('>') {
        Some(inner) => {
            let (name, bare) = inner.rsplit_once('<')?;
            if name.contains(['<', '>', '"', '@', ',', ';', ':', '\\', '(', ')']) {
                return None;
            }
            bare
        }
        None => text,
    };
    let (local, domain) = bare.split_once('@')?;
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let is_fine =
        !local.is_empty() && !domain.is_empty() && local.chars().all(is_local) && domain.chars().all(is_domain);
    is_fine.then(|| bare.to_ascii_lowercase())
}

pub(crate) fn of_row(row: mailbox::Mailbox) -> Option<Mailbox> {
    Some(Mailbox {
        host: row.host,
        port: row.port.try_into().ok()?,
        tls: MailTls::of_name(&row.tls)?,
        ca: row.ca,
        user: row.user,
        password: row.password,
        folder: row.folder,
        address: row.address,
        is_from_start: row.is_from_start,
        generation: row.generation,
    })
}

pub(crate) fn row_of(source: i64, mailbox: &Mailbox) -> mailbox::Mailbox {
    mailbox::Mailbox {
        source,
        host: mailbox.host.clone(),
        port: i64::from(mailbox.port),
        tls: mailbox.tls.name().to_owned(),
        ca: mailbox.ca.clone(),
        user: mailbox.user.clone(),
        password: mailbox.password.clone(),
        folder: mailbox.folder.clone(),
        address: mailbox.address.clone(),
        is_from_start: mailbox.is_from_start,
        generation: mailbox.generation,
    }
}

impl Engine {
    /// How far a source's mailbox was read; `None` if it was not.
    pub fn mail_cursor(&self, source: &Source) -> Result<Option<Cursor>, EngineError> {
        Ok(self.database.read(|conn| mailbox::cursor(conn, source.id))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> NewMailbox {
        NewMailbox {
            host: Some("imap.example.org".to_owned()),
            user: Some("help@acme.example".to_owned()),
            password: Some("s3cret".to_owned()),
            address: Some("Acme <Help@acme.example>".to_owned()),
            ..NewMailbox::default()
        }
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let made = changed(None, new()).unwrap();
        assert_eq!(
            (made.port, made.tls, made.folder.as_str(), made.is_from_start),
            (993, MailTls::Tls, "INBOX", false)
        );
        assert_eq!(format!("{made:?}"), "INBOX of help@acme.example at imap.example.org:993");
        let plain = NewMailbox { host: Some("127.0.0.1".to_owned()), tls: Some("none".to_owned()), ..new() };
        assert_eq!(changed(None, plain).unwrap().port, 143);
    }

    #[test]
    fn mistakes_are_named() {
        let wrong = |new: NewMailbox| changed(None, new).unwrap_err().to_string();
        assert!(wrong(NewMailbox { host: None, ..new() }).contains("`host`"));
        assert!(wrong(NewMailbox { host: Some("a b".to_owned()), ..new() }).contains("`host`"));
        assert!(wrong(NewMailbox { tls: Some("ssl".to_owned()), ..new() }).contains("`tls`"));
        assert!(wrong(NewMailbox { tls: Some("none".to_owned()), ..new() }).contains("without TLS"));
        assert!(wrong(NewMailbox { user: Some("a\r\nb".to_owned()), ..new() }).contains("`user`"));
        assert!(wrong(NewMailbox { password: Some("a\r\nb".to_owned()), ..new() }).contains("`password`"));
        assert!(wrong(NewMailbox { ca: Some("x".to_owned()), ..new() }).contains("`ca`"));
        for address in ["help", "a@b\r\nBcc: c@d", "\"x\" <a@b>", "<a@b", "a@b, c@d", "Ann <a b@c>"] {
            let told = wrong(NewMailbox { address: Some(address.to_owned()), ..new() });
            assert!(told.contains("`address`"), "{address}: {told}");
        }
    }

    #[test]
    fn a_password_goes_to_no_other_server() {
        let old = changed(None, new()).unwrap();
        let same =
            changed(Some(&old), NewMailbox { folder: Some("Help".to_owned()), ..NewMailbox::default() }).unwrap();
        assert_eq!((same.password.as_str(), same.generation), ("s3cret", 2));
        let same = changed(Some(&old), NewMailbox { address: Some(String::new()), ..NewMailbox::default() }).unwrap();
        assert_eq!((same.generation, same.address.as_str()), (1, ""));
        let other = NewMailbox { host: Some("evil.example".to_owned()), ..NewMailbox::default() };
        assert!(changed(Some(&old), other).unwrap_err().to_string().contains("`password`"));
    }
}
