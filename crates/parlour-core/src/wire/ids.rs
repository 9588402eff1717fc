//! Who an event is about: lenient ids, and mail addresses that look like some.

use super::Context;
use super::json::Value;
use crate::event::{Flaw, MAX_ID_BYTES, Name};

/// Longest mail address (RFC 5321), in bytes.
const MAX_ADDRESS_BYTES: usize = 254;

/// The ids of one person, the one that names them first.
#[derive(Default)]
pub(super) struct Person {
    ids: Vec<Name>,
}

impl Person {
    /// Adds an id, unless it says nobody or was said before.
    pub(super) fn add(&mut self, kind: &str, id: Option<Value<'_>>, context: &Context<'_>) {
        if let Some(id) = id.and_then(|id| id.text()) {
            self.add_text(kind, &id, context);
        }
    }

    /// The same for a text.
    pub(super) fn add_text(&mut self, kind: &str, id: &str, context: &Context<'_>) {
        let is_known = || self.ids.iter().any(|known| known.kind == kind && known.id == id);
        if !is_blocked(kind, id, context.blocked_ids) && !is_known() {
            self.ids.push(Name::new(kind, id));
        }
    }

    /// Adds a mail address, if it looks like one.
    pub(super) fn add_email(&mut self, address: Option<Value<'_>>, context: &Context<'_>) {
        if let Some(address) = address.and_then(|address| address.scalar()).and_then(|address| email(&address)) {
            self.add_text("email", &address, context);
        }
    }

    /// The subject and the further ids.
    pub(super) fn split(self, field: &'static str) -> Result<(Name, Vec<Name>), Flaw> {
        let mut ids = self.ids.into_iter();
        let subject = ids.next().ok_or(Flaw::IdMissing { field })?;
        Ok((subject, ids.collect()))
    }
}

/// Whether a value is nobody's id, in every kind or, where it is written `kind:value`, in this one.
fn is_blocked(kind: &str, id: &str, blocked: &[String]) -> bool {
    let is_here = |entry: &String| {
        if entry.len() == id.len() {
            return entry.eq_ignore_ascii_case(id);
        }
        let rest = (entry.len() == kind.len() + 1 + id.len()).then(|| entry.split_once(':')).flatten();
        rest.is_some_and(|(of, value)| of == kind && value.eq_ignore_ascii_case(id))
    };
    blocked.iter().any(is_here)
}

/// A mail address as it is kept: without blanks around it and in lower case; `None` if it does not look like one.
fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
    let fits = text.len() <= MAX_ADDRESS_BYTES && is_plain(local) && is_plain(domain);
    let has_dot = domain.split_once('.').is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty());
    (fits && has_dot).then(|| text.to_lowercase())
}

/// Whether an id looks like a UUID, as ids that a machine made up do.
pub(super) fn is_uuid(id: &str) -> bool {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    id.len() == 36 && id.bytes().enumerate().all(|(at, b)| if is_dash(at) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Something that an event may also point at; what does not fit an id is left to `extra`.
pub(super) fn place(kind: &str, id: &str) -> Option<Name> {
    let fits = !id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains(char::is_control);
    fits.then(|| Name::new(kind, id))
}

/// The path of a URL or path, without query and fragment.
pub(super) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    rest.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_or_none() {
        assert_eq!(email("Ann.B@Example.ORG").as_deref(), Some("ann.b@example.org"));
        for wrong in ["", "ann", "@x.org", "ann@", "ann@localhost", "a b@x.org", "a@b@x.org", "a@.org", "a@x."] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn blocked_values_in_every_kind_or_one() {
        let blocked = ["null".to_owned(), "email:team@x.org".to_owned()];
        assert!(is_blocked("user", "NULL", &blocked) && is_blocked("email", "Team@x.org", &blocked));
        assert!(!is_blocked("user", "team@x.org", &blocked) && !is_blocked("user", "nul", &blocked));
    }

    #[test]
    fn paths_of_urls() {
        for (url, path) in [
            ("https://x.org/a/b?c=d#e", "/a/b"),
            ("https://x.org", "/"),
            ("https://x.org?a", "/"),
            ("/a#b", "/a"),
            ("", ""),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
