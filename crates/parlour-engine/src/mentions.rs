//! Mentions: pages of others that speak of a brand, as they are told of (webmention) or found (feeds). Nothing is fetched
//! here: whoever fetches asks what is due and reports what it found.

use parlour_core::event::{Event, Name, Space};
use parlour_core::key::Key;
use parlour_store::feed::{self, Feed};
use parlour_store::mention::{self, FOUND, GONE, Mention, REFUSED};
use parlour_store::note::{self, Note};
use parlour_store::{Conn, StoreError, post};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::asks::{post_key, thread_now};
use crate::engine::Engine;
use crate::forms::{is_origin, of_digest};
use crate::source::{Source, SourceKind};
use crate::submission::Submission;
use crate::{EngineError, clock};

/// Most sites, feeds or names of a source.
const MAX_OF_EACH: usize = 50;
/// Longest address, in bytes.
pub const MAX_URL_BYTES: usize = 1_000;
/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 100;
/// Longest text that is kept of a page, in bytes.
const MAX_TEXT_BYTES: usize = 8_000;
/// Longest title or name of an author that is kept, in bytes.
const MAX_TITLE_BYTES: usize = 300;
/// How long after each attempt that failed the next one follows; after the last of them it is given up.
const RETRY_AFTER_MINUTES: [i64; 4] = [1, 10, 60, 360];
/// Longest wait between two looks at a feed that fails, as a multiple of the usual one.
const MAX_SLOWER: i64 = 48;
/// Entries of one look at a feed that are taken.
const MAX_ENTRIES: usize = 500;
/// Under which name the system writes notes.
const STAFF: &str = "webmention";
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;

/// What a source of mentions heeds; what stands in its mapping.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MentionSettings {
    /// Our own sites, of which others may tell that they mention them, such as `https://acme.example`.
    pub sites: Vec<String>,
    /// Feeds that are looked at.
    pub feeds: Vec<String>,
    /// Words one of which an entry of a feed must have to count; none for all entries.
    pub names: Vec<String>,
}

impl MentionSettings {
    /// The settings of a text; else what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found: Self =
            serde_json::from_str(text).map_err(|error| format!("the settings cannot be read: {error}"))?;
        if [&found.sites, &found.feeds, &found.names].into_iter().any(|all| MAX_OF_EACH < all.len()) {
            return Err(format!("`sites`, `feeds` and `names` have at most {MAX_OF_EACH} each"));
        }
        if let Some(site) = found.sites.iter().find(|site| !is_origin(site)) {
            return Err(format!("`{site}` is no site; write such as `https://acme.example`, without a path"));
        }
        if let Some(feed) = found.feeds.iter().find(|feed| !is_url(feed)) {
            return Err(format!("`{feed}` is no address of a feed; write such as `https://blog.example/feed.xml`"));
        }
        let is_name = |name: &String| !name.trim().is_empty() && name.len() <= MAX_NAME_BYTES;
        if !found.names.iter().all(is_name) {
            return Err(format!("each of `names` has 1 to {MAX_NAME_BYTES} bytes"));
        }
        Ok(found)
    }

    fn is_ours(&self, target: &str) -> bool {
        let rest = self.sites.iter().find_map(|site| target.strip_prefix(site.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }

    fn is_meant(&self, entry: &Entry) -> bool {
        let text = format!("{}\n{}", entry.title, entry.text).to_lowercase();
        self.names.is_empty() || self.names.iter().any(|name| has_word(&text, &name.trim().to_lowercase()))
    }
}

/// Whether a text has a name in it that is not only part of a longer word. Both in lower case.
fn has_word(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Whether a text may be the address of a page.
pub fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '\\' && c != '"' && c != '<';
    !host.is_empty() && !host.contains('@') && text.len() <= MAX_URL_BYTES && text.chars().all(is_plain)
}

/// The site that a page lies on.
fn site_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{}/", host.to_ascii_lowercase())
}

/// Something that somebody published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What its feed calls it; empty for a page.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// What it says, without marks.
    pub text: String,
    /// Who wrote it.
    pub author: String,
    /// Where they are at home.
    pub author_url: String,
    /// When it was published, microseconds UTC.
    pub at: Option<i64>,
}

/// What a look at a page brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// It links to ours, and says this.
    Found(Entry),
    /// It is there and does not.
    NoLink,
    /// It is gone.
    Gone,
    /// It could not be read now, and may be later.
    Failed(String),
}

/// What a look at a feed brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedLook {
    /// What it has, and what its server calls that state.
    Entries {
        /// All its entries.
        entries: Vec<Entry>,
        /// Its `ETag`.
        etag: Option<String>,
        /// Its `Last-Modified`.
        modified: Option<String>,
    },
    /// What it had the last time.
    Same,
    /// It could not be read.
    Failed(String),
}

impl Engine {
    /// The source of mentions of a name, if it is still open.
    pub fn mentions_named(&self, name: &str) -> Option<std::sync::Arc<Source>> {
        let found = self.source_named(name)?;
        (found.kind == SourceKind::Mentions && found.revoked_at.is_none()).then_some(found)
    }

    /// What a source of mentions heeds.
    pub fn mention_settings(&self, source: &Source) -> MentionSettings {
        source.mapping.as_deref().and_then(|text| MentionSettings::parse(text).ok()).unwrap_or_default()
    }

    /// Takes the word that a page mentions one of ours; it will be looked at. Once this returns it is not forgotten.
    pub fn tell_mention(&self, source: &Source, page: &str, target: &str) -> Result<i64, EngineError> {
        let invalid = |text: String| Err(EngineError::Invalid(text));
        if !is_url(page) || !is_url(target) {
            return invalid(
                "`source` and `target` must be addresses that begin with `http://` or `https://`".to_owned(),
            );
        }
        if page == target {
            return invalid("`source` and `target` must be different pages".to_owned());
        }
        if !self.mention_settings(source).is_ours(target) {
            return invalid(format!("`target` must lie on one of the sites of source `{}`", source.name));
        }
        let (name, pages) = (source.name.clone(), (page.to_owned(), target.to_owned()));
        let most = self.settings.mentions.max_waiting;
        let told = self.database.write(move |conn| {
            if most <= mention::n_waiting(conn)? {
                return Ok(None);
            }
            mention::tell(conn, &name, (&pages.0, &pages.1), clock::now()).map(Some)
        })?;
        self.ring();
        told.ok_or(EngineError::Store(StoreError::Busy))
    }

    /// The pages that are to be looked at by `now`.
    pub fn mentions_due(&self, now: i64, limit: usize) -> Result<Vec<Mention>, EngineError> {
        Ok(self.database.read(|conn| mention::due(conn, now, limit))?)
    }

    /// The last pages that a source was told of.
    pub fn mentions_of(&self, source: &Source, limit: usize) -> Result<Vec<Mention>, EngineError> {
        Ok(self.database.read(|conn| mention::of_source(conn, &source.name, limit))?)
    }

    /// The feeds of a source that were looked at.
    pub fn feeds_of(&self, source: &Source) -> Result<Vec<Feed>, EngineError> {
        let wanted = self.mention_settings(source).feeds;
        let known = self.database.read(|conn| feed::of_source(conn, &source.name))?;
        Ok(known.into_iter().filter(|feed| wanted.contains(&feed.url)).collect())
    }

    /// Writes down what a look at a page brought at `now`, and what becomes of it, in one transaction.
    pub fn settle_mention(&self, of: &Mention, look: Look, now: i64) -> Result<(), EngineError> {
        let mut row = Mention { attempts: of.attempts + 1, looked_at: Some(now), last_error: None, ..of.clone() };
        let Some(source) = self.mentions_named(&of.source) else {
            REFUSED.clone_into(&mut row.state);
            row.last_error = Some("the source is revoked".to_owned());
            return Ok(self.database.write(move |conn| mention::settle(conn, &row))?);
        };
        let was_found = of.digest.is_some();
        match look {
            Look::Found(entry) => return self.settle_found(&source, row, &entry, now),
            Look::NoLink if was_found => return self.settle_gone(row, "does not link to us any more", now),
            Look::Gone if was_found => return self.settle_gone(row, "is gone", now),
            Look::NoLink => {
                REFUSED.clone_into(&mut row.state);
                row.last_error = Some("the page does not link to the target".to_owned());
            }
            Look::Gone => {
                REFUSED.clone_into(&mut row.state);
                row.last_error = Some("there is no such page".to_owned());
            }
            Look::Failed(error) => {
                match RETRY_AFTER_MINUTES.get(of.attempts as usize) {
                    Some(minutes) => row.next_at = now + minutes * MINUTE,
                    None => if was_found { FOUND } else { REFUSED }.clone_into(&mut row.state),
                }
                row.last_error = Some(error);
            }
        }
        Ok(self.database.write(move |conn| mention::settle(conn, &row))?)
    }

    fn settle_found(&self, source: &Source, row: Mention, entry: &Entry, now: i64) -> Result<(), EngineError> {
        let digest = digest(&[&entry.title, &entry.text, &entry.author_url]);
        let is_news = row.digest.as_deref() != Some(&digest);
        let n_versions = row.n_versions + i64::from(is_news);
        let row = Mention { state: FOUND.to_owned(), digest: Some(digest), n_versions, ..row };
        if !is_news {
            return Ok(self.database.write(move |conn| mention::settle(conn, &row))?);
        }
        let said = self.moment(entry.at, row.told_at);
        let at = if n_versions == 1 { said } else { now };
        let extra = json!({ "url": entry.url, "target": row.target, "author": cut(&entry.author, MAX_TITLE_BYTES),
            "title": cut(&entry.title, MAX_TITLE_BYTES) });
        let event = Event {
            message: Some(message_of(&row, n_versions)),
            reply_to: (n_versions > 1).then(|| message_of(&row, 1)),
            extra: Some(extra.to_string()),
            ..event_of(source, entry, at)
        };
        let alongside = Box::new(move |conn: &mut dyn Conn| mention::settle(conn, &row));
        let submission =
            Submission { events: vec![(event, None)], alongside: Some(alongside), ..Submission::default() };
        self.append(&source.name, submission).map(drop)
    }

    /// What was said stays; staff are told that it is there no more.
    fn settle_gone(&self, row: Mention, what: &str, now: i64) -> Result<(), EngineError> {
        let first = post_key(&self.secret, &row.source, Some(&message_of(&row, 1)), 0);
        let text = format!("The page {} {what}.", row.page);
        let row = Mention { state: GONE.to_owned(), digest: None, ..row };
        self.database.write(move |conn| {
            let thread = thread_now(conn, first)?;
            note::create(conn, &Note { id: 0, thread, staff: STAFF.to_owned(), at: now, text })?;
            mention::settle(conn, &row)
        })?;
        self.stir();
        Ok(())
    }

    /// The feeds that are to be looked at by `now`, with what is known of each.
    pub fn feeds_due(&self, now: i64, limit: usize) -> Result<Vec<Feed>, EngineError> {
        let mut due = Vec::new();
        for source in self.sources() {
            if source.kind != SourceKind::Mentions || source.revoked_at.is_some() {
                continue;
            }
            let feeds = self.mention_settings(&source).feeds;
            if feeds.is_empty() {
                continue;
            }
            let known = self.database.read(|conn| feed::of_source(conn, &source.name))?;
            let found = feeds.into_iter().map(|url| {
                let new = Feed { source: source.name.clone(), url: url.clone(), ..Feed::default() };
                known.iter().find(|feed| feed.url == url).cloned().unwrap_or(new)
            });
            due.extend(found.filter(|feed| feed.next_at <= now));
        }
        due.truncate(limit);
        Ok(due)
    }

    /// Writes down what a look at a feed brought at `now`: what is new and meant becomes events, in one transaction with how
    /// the feed stands. Returns how many.
    pub fn settle_feed(&self, of: &Feed, look: FeedLook, now: i64) -> Result<usize, EngineError> {
        let usual = i64::from(self.settings.mentions.feed_minutes) * MINUTE;
        let failures = if matches!(look, FeedLook::Failed(_)) { of.failures + 1 } else { 0 };
        let slower = (1_i64 << failures.clamp(0, 6)).min(MAX_SLOWER);
        let mut row = Feed { looked_at: Some(now), next_at: now + usual * slower, failures, ..of.clone() };
        row.last_error = None;
        let source = self.mentions_named(&of.source);
        let (Some(source), FeedLook::Entries { entries, etag, modified }) = (source, look.clone()) else {
            if let FeedLook::Failed(error) = look {
                row.last_error = Some(error);
            }
            self.database.write(move |conn| feed::put(conn, &row))?;
            return Ok(0);
        };
        let events = self.new_events(&source, &of.url, entries, now)?;
        let n = events.len();
        let row = Feed { etag, modified, n_taken: row.n_taken + n as i64, ..row };
        if n == 0 {
            self.database.write(move |conn| feed::put(conn, &row))?;
            return Ok(0);
        }
        let events = events.into_iter().map(|event| (event, None)).collect();
        let alongside = Box::new(move |conn: &mut dyn Conn| feed::put(conn, &row));
        self.append(&source.name, Submission { events, alongside: Some(alongside), ..Submission::default() })?;
        Ok(n)
    }

    fn new_events(
        &self,
        source: &Source,
        feed: &str,
        entries: Vec<Entry>,
        now: i64,
    ) -> Result<Vec<Event>, EngineError> {
        let settings = self.mention_settings(source);
        let earliest = now - i64::from(self.settings.mentions.entry_days) * DAY;
        let is_wanted = |entry: &Entry| entry.at.is_none_or(|at| earliest <= at) && settings.is_meant(entry);
        let wanted: Vec<Entry> = entries.into_iter().filter(is_wanted).take(MAX_ENTRIES).collect();
        let message = |entry: &Entry| {
            let id = if entry.id.is_empty() { &entry.url } else { &entry.id };
            format!("entry:{}", digest(&[feed, id]))
        };
        let key = |entry: &Entry| post_key(&self.secret, &source.name, Some(&message(entry)), 0);
        let keys: Vec<Key> = wanted.iter().map(key).collect();
        let known = self.database.read(|conn| post::threads_of(conn, &keys))?;
        let mut taken: Vec<Key> = known.into_iter().map(|(post, _)| post).collect();
        let mut events = Vec::new();
        for (entry, key) in wanted.iter().zip(keys) {
            if taken.contains(&key) {
                continue;
            }
            taken.push(key);
            let extra = json!({ "url": entry.url, "feed": feed, "author": cut(&entry.author, MAX_TITLE_BYTES),
                "title": cut(&entry.title, MAX_TITLE_BYTES) });
            events.push(Event {
                message: Some(message(entry)),
                undated: entry.at.is_none(),
                extra: Some(extra.to_string()),
                ..event_of(source, entry, self.moment(entry.at, now))
            });
        }
        Ok(events)
    }

    /// When something was said: when it says it was, unless that lies ahead or so long ago that nobody could have answered.
    fn moment(&self, said: Option<i64>, now: i64) -> i64 {
        let earliest = now - i64::from(self.settings.mentions.entry_days) * DAY;
        said.filter(|at| (earliest..=now).contains(at)).unwrap_or(now)
    }
}

fn event_of(source: &Source, entry: &Entry, at: i64) -> Event {
    let home = if is_url(&entry.author_url) { entry.author_url.clone() } else { site_of(&entry.url) };
    let text = if entry.text.trim().is_empty() { &entry.title } else { &entry.text };
    Event {
        layer: source.layer,
        space: Space::Elsewhere,
        text: Some(cut(text, MAX_TEXT_BYTES)),
        ..Event::new(at, Name::new("url", cut(&home, 500)), "mentioned", source.brand.clone())
    }
}

fn message_of(of: &Mention, version: i64) -> String {
    format!("mention:{}:{version}", digest(&[&of.page, &of.target]))
}

fn digest(parts: &[&str]) -> String {
    of_digest(&parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>())
}

fn cut(text: &str, most: usize) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    plain[..plain.floor_char_boundary(most)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_what_is_wrong_with_them() {
        let good = r#"{"sites":["https://acme.example"],"feeds":["https://b.example/f.xml"],"names":["Acme"]}"#;
        let settings = MentionSettings::parse(good).unwrap();
        for (target, is_ours) in [
            ("https://acme.example", true),
            ("https://acme.example/a?b", true),
            ("https://acme.example.evil.example/", false),
            ("http://acme.example/", false),
        ] {
            assert_eq!(settings.is_ours(target), is_ours, "{target}");
        }
        for bad in [r#"{"sites":["acme"]}"#, r#"{"feeds":["file:///etc/passwd"]}"#, r#"{"names":[" "]}"#, r#"{"x":1}"#]
        {
            assert!(MentionSettings::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_a_whole_word() {
        assert!(has_word("i like acme.", "acme") && has_word("acme", "acme") && has_word("acmes acme", "acme"));
        assert!(!has_word("acmes", "acme") && !has_word("pacme", "acme") && !has_word("", "acme"));
        assert!(has_word("die äpfel von öko gmbh", "öko gmbh"));
    }

    #[test]
    fn what_is_no_page_is_refused() {
        assert!(["https://a.example", "http://a.example:80/b?c#d", "https://bücher.example/ü"].into_iter().all(is_url));
        let bad = [
            "",
            "ftp://a.example",
            "https://",
            "https:///x",
            "https://me@a.example/",
            "https://a.example/ x",
            "javascript:alert(1)",
            "https://a.example/\"><script",
        ];
        assert!(!bad.into_iter().any(is_url));
        assert_eq!(site_of("https://Blog.example/a/b"), "https://blog.example/");
    }
}
