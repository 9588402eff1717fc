//! Forgetting in the database: one transaction deletes what is theirs alone, and takes their names out of texts of others.

use form_urlencoded::byte_serialize;
use memchr::memmem;
use parlour_core::duty::Duty;
use parlour_core::event::Name;
use parlour_core::key::Key;
use parlour_store::erasure::{self, Erased, Erasure};
use parlour_store::personal::{self, TEXTS, Who};
use parlour_store::{Conn, StoreError, audience, identity};

use super::Counts;
use crate::EngineError;
use crate::asks::forget_thread;
use crate::engine::Engine;
use crate::offers;
use crate::rooms::name_of_member;

/// What stands where a name stood.
const GONE: &str = "(erased)";
/// The part of an audience's predicate that names its people, one a line; …
const PEOPLE: &str = "people";
/// … and the one that has what was searched for.
const SEARCHED: &str = "q";
/// Ids shorter than this are found only where they are an id by themselves.
const TELLING_BYTES: usize = 4;
/// The same of numbers, which mean much else.
const TELLING_DIGITS: usize = 8;

impl Engine {
    /// Returns how many rows of which table went.
    pub(super) fn forget_rows(
        &self,
        erasure: &Erasure,
        erased: Vec<Erased>,
        members: Vec<String>,
    ) -> Result<Counts, EngineError> {
        let (begun, duty) = (erasure.clone(), self.settings.duty.clone());
        Ok(self.database.write(move |conn| {
            let keys: Vec<Key> = erased.iter().map(|one| one.key).collect();
            let known = identity::by_keys(conn, &keys)?;
            let mut names: Vec<Name> = known.into_iter().map(|one| Name::new(one.kind, one.value)).collect();
            names.extend(members.iter().map(|id| name_of_member(id)));
            names.sort_unstable();
            names.dedup();
            let mut counts = forget(conn, (names, keys), members, &duty)?;
            // What went in another try, and what went elsewhere.
            let before: Counts = serde_json::from_str(&begun.counts).unwrap_or_default();
            for (what, n) in before {
                *counts.entry(what).or_default() += n;
            }
            let told = serde_json::to_string(&counts).unwrap_or_default();
            erasure::begin(conn, &Erasure { counts: told, ..begun }, &erased)?;
            Ok(counts)
        })?)
    }
}

fn forget(
    conn: &mut dyn Conn,
    (names, keys): (Vec<Name>, Vec<Key>),
    members: Vec<String>,
    duty: &Duty,
) -> Result<Counts, StoreError> {
    let needles = Needles::of(&names, &keys);
    // Whoever waits for a place that they leave gets it.
    members.iter().try_for_each(|member| offers::forget_member(conn, member))?;
    let who = Who::look(conn, (names, keys), members)?;
    let touched = who.touched_threads(conn)?;
    let mut counts = Counts::new();
    for (table, n) in who.delete(conn)? {
        counts.insert(table.to_owned(), n);
    }
    for thread in touched {
        forget_thread(conn, thread, duty)?;
    }
    for text in TEXTS {
        *counts.entry(text.0.to_owned()).or_default() += forget_texts(conn, text, &needles)?;
    }
    forget_in_audiences(conn, &needles)?;
    Ok(counts)
}

/// What was sent and what is to be sent goes as a whole; from what staff wrote the name alone.
fn forget_texts(
    conn: &mut dyn Conn,
    (table, key, columns): (&str, &str, &[&str]),
    needles: &Needles,
) -> Result<u64, StoreError> {
    let is_sent = ["rejected", "delivery", "activity"].contains(&table);
    let mut found: Vec<(i64, Vec<(usize, String)>)> = Vec::new();
    personal::texts(conn, (table, key, columns), |id, texts| {
        let hits = texts.iter().filter(|(_, text)| needles.are_in(text));
        let hits: Vec<(usize, String)> =
            hits.map(|(place, text)| (*place, needles.blotted(&String::from_utf8_lossy(text)))).collect();
        if !hits.is_empty() {
            found.push((id, if is_sent { Vec::new() } else { hits }));
        }
        Ok(())
    })?;
    for (id, hits) in &found {
        if is_sent {
            personal::delete_row(conn, (table, key), *id)?;
        }
        for (place, text) in hits {
            personal::set_text(conn, (table, key, columns[*place]), *id, text)?;
        }
    }
    Ok(found.len() as u64)
}

/// An audience of exactly some people is one of the others now.
fn forget_in_audiences(conn: &mut dyn Conn, needles: &Needles) -> Result<(), StoreError> {
    for mut found in audience::list(conn)? {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(found.predicate.as_bytes()).into_owned().collect();
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &pairs {
            let left = match name.as_str() {
                PEOPLE => value.lines().filter(|line| !needles.are(line)).collect::<Vec<_>>().join("\n"),
                SEARCHED if needles.are(value) => GONE.to_owned(),
                _ => value.clone(),
            };
            kept.append_pair(name, &left);
        }
        let (predicate, name) = (kept.finish(), needles.blotted(&found.name));
        if predicate != found.predicate || name != found.name {
            (found.predicate, found.name) = (predicate, name);
            audience::update(conn, &found)?;
        }
    }
    Ok(())
}

/// Their ids, in the ways in which these are written down.
struct Needles {
    /// Bare ids, long enough to mean somebody wherever they stand.
    telling: Vec<Vec<u8>>,
    /// Ids as they stand by themselves, with what is around them.
    whole: Vec<Vec<u8>>,
    /// Ids that are a field of a line.
    fields: Vec<Vec<u8>>,
    /// `kind:id`, and bare ids.
    exact: Vec<String>,
}

impl Needles {
    fn of(names: &[Name], keys: &[Key]) -> Self {
        let mut needles = Self { telling: Vec::new(), whole: Vec::new(), fields: Vec::new(), exact: Vec::new() };
        needles.telling.extend(keys.iter().map(|key| key.to_string().into_bytes()));
        for name in names {
            needles.exact.extend([name.to_string(), name.id.clone()]);
            let in_json = serde_json::to_string(&name.id).unwrap_or_default();
            let forms = [
                name.id.clone(),
                in_json.trim_matches('"').to_owned(),
                byte_serialize(name.id.as_bytes()).collect::<String>(),
            ];
            for form in forms {
                let is_number = form.bytes().all(|byte| byte.is_ascii_digit());
                if form.len() < if is_number { TELLING_DIGITS } else { TELLING_BYTES } {
                    let quoted = [format!("\"{form}\""), format!("'{form}'"), format!("{}:{form}", name.kind)];
                    needles.whole.extend(quoted.map(String::into_bytes));
                    needles.fields.push(form.into_bytes());
                } else {
                    needles.telling.push(form.to_ascii_lowercase().into_bytes());
                }
            }
        }
        for list in [&mut needles.telling, &mut needles.whole] {
            list.sort_unstable();
            list.dedup();
        }
        // What is part of another is blotted out after it.
        needles.telling.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles
    }

    /// Whether a text is one of them, and nothing else.
    fn are(&self, text: &str) -> bool {
        self.exact.iter().any(|exact| exact.eq_ignore_ascii_case(text))
    }

    fn are_in(&self, text: &[u8]) -> bool {
        let lower = text.to_ascii_lowercase();
        self.telling.iter().any(|needle| first_whole(&lower, needle, 0).is_some())
            || self.whole.iter().any(|needle| first_whole(text, needle, 0).is_some())
            || self.fields.iter().any(|needle| has_field(text, needle))
    }

    /// The text without them.
    fn blotted(&self, text: &str) -> String {
        let mut left = text.to_owned();
        let needles = self.telling.iter().map(|needle| (needle, true));
        for (needle, is_any_case) in needles.chain(self.whole.iter().map(|needle| (needle, false))) {
            let mut from = 0;
            loop {
                let seen = if is_any_case { left.to_ascii_lowercase() } else { left.clone() };
                let Some(at) = first_whole(seen.as_bytes(), needle, from) else { break };
                left.replace_range(at..at + needle.len(), GONE);
                from = at + GONE.len();
            }
        }
        left
    }
}

/// Whether it is a field of a record whose fields are parted as in CSV; one field by itself is no record.
fn has_field(text: &[u8], needle: &[u8]) -> bool {
    let is_parting = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|');
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| line.iter().any(is_parting));
    lines.any(|line| line.split(is_parting).any(|field| field.trim_ascii() == needle))
}

/// Where a needle stands for the first time as a word of its own, or several.
fn first_whole(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut start = from;
    while let Some(found) = memmem::find(text.get(start..)?, needle) {
        let at = start + found;
        let before = at.checked_sub(1).and_then(|i| text.get(i));
        if !is_letter(before) && !is_letter(text.get(at + needle.len())) {
            return Some(at);
        }
        start = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        let names = [("email", "anna@example.org"), ("user", "7"), ("customer", "00004")];
        Needles::of(&names.map(|(kind, id)| Name::new(kind, id)), &[Key(0xabc)])
    }

    #[test]
    fn names_are_found_as_they_are_written_and_nobody_elses() {
        let needles = needles();
        for text in [
            "anna@example.org",
            "from Anna@Example.org, today",
            "q=anna%40example.org&n=1",
            r#"{"userId":"7"}"#,
            "user:7",
            "people=user:7",
            "SELECT * FROM identity WHERE value = '00004'",
            "00000000000000000000000000000abc",
        ] {
            assert!(needles.are_in(text.as_bytes()), "{text}");
            assert!(!needles.are_in(needles.blotted(text).as_bytes()), "{text}");
        }
        for text in
            ["joanna@example.org", "anna@example.orgy", "7", "17", r#"{"n":7}"#, r#""77""#, "superuser:7", "user:71"]
        {
            assert!(!needles.are_in(text.as_bytes()), "{text}");
            assert_eq!(needles.blotted(text), text);
        }
        for text in ["00004,19970101,2,29.33", "x;7", "a\nb\t 00004 \tc\n"] {
            assert!(needles.are_in(text.as_bytes()), "{text}: a field of a record");
        }
        for text in ["00004", "total 00004 of 3", "7 000,00", "100004,1", "19970101,000042"] {
            assert!(!needles.are_in(text.as_bytes()), "{text}: a number like any other");
        }
        assert_eq!(needles.blotted("to ANNA@example.org and user:7."), "to (erased) and (erased).");
        assert!(needles.are("user:7") && needles.are("Anna@example.org") && !needles.are("user:71"));
    }
}
