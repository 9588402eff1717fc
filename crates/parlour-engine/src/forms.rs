//! Forms and the widget: what anybody writes to a brand on a page, and the way back to it for them alone.
//!
//! The key of such a source stands in public pages. So nothing that comes by it says who did what: there is one verb, one
//! subject that is new or signed for, one brand, and the conversation of whoever writes.

mod identity;

use parlour_core::conversation::Role;
use parlour_core::event::{Event, Name};
use parlour_core::key::{Key, KeySecret};
use parlour_store::conversation::{self, Conversation};
use parlour_store::{Conn, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::asks::{post_key, thread_now};
use crate::engine::Engine;
use crate::source::{Source, SourceKind};
use crate::submission::Submission;
use crate::{EngineError, clock, random};

pub use identity::Unbelieved;

/// The kind of id of somebody of whom nothing is known, …
const ANONYMOUS: &str = "anonymous";
/// … and of a user whose site vouches for them.
const USER: &str = "user";
/// Bytes of a token.
const TOKEN_BYTES: std::ops::RangeInclusive<usize> = 32..=64;
/// Longest id that a page gives a message, in bytes.
const MAX_MESSAGE_BYTES: usize = 64;
/// Longest mail address, in bytes.
const MAX_MAIL_BYTES: usize = 254;
/// Longest address of the page it was written on that is kept, in bytes.
const MAX_PAGE_BYTES: usize = 300;
/// Longest title or greeting of a form, in bytes.
const MAX_WORDS_BYTES: usize = 500;
/// Most sites that a form may be used on.
const MAX_SITES: usize = 50;
/// Posts of a conversation that are shown, the last ones.
const MAX_POSTS: usize = 200;
const DAY: i64 = 86_400_000_000;

/// How a form looks and what it takes; what stands in the mapping of its source.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormSettings {
    /// What stands above it; empty for words of the page's language.
    pub title: String,
    /// What stands before anything is written.
    pub greeting: String,
    /// The colour of its button, `#rrggbb`; empty for Parlour's own.
    pub color: String,
    /// Origins of the pages that it may be used on, such as `https://shop.example`; none for all.
    pub sites: Vec<String>,
    /// Whether a field that people do not see tells programs apart.
    pub honeypot: bool,
    /// Most messages of a minute, of all visitors together.
    pub per_minute: u32,
}

impl Default for FormSettings {
    fn default() -> Self {
        Self {
            title: String::new(),
            greeting: String::new(),
            color: String::new(),
            sites: Vec::new(),
            honeypot: true,
            per_minute: 60,
        }
    }
}

impl FormSettings {
    /// The settings of a text; else what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.trim_start().starts_with('{') {
            return Err("the form cannot be read: it is no JSON object".to_owned());
        }
        let found: Self = serde_json::from_str(text).map_err(|error| format!("the form cannot be read: {error}"))?;
        let is_long = |text: &String| MAX_WORDS_BYTES < text.len() || text.chars().any(|c| c.is_control() && c != '\n');
        if is_long(&found.title) || is_long(&found.greeting) {
            return Err(format!("`title` and `greeting` have at most {MAX_WORDS_BYTES} bytes"));
        }
        let digits = found.color.strip_prefix('#').unwrap_or_default();
        if !found.color.is_empty() && (digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(format!("`{}` is no colour; write such as `#7a1f3d`", found.color));
        }
        if MAX_SITES < found.sites.len() {
            return Err(format!("`sites` has at most {MAX_SITES}"));
        }
        if let Some(site) = found.sites.iter().find(|site| !is_origin(site)) {
            return Err(format!("`{site}` is no site; write such as `https://shop.example`, without a path"));
        }
        if found.per_minute == 0 {
            return Err("`per_minute` must be at least 1".to_owned());
        }
        Ok(found)
    }
}

/// Whether a text is the origin of a page: scheme, host, perhaps a port, and nothing after.
pub fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain))
}

/// Who stands at a form.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// What leads them to their conversation: made by their browser, told to nobody else.
    pub token: Option<String>,
    /// Who the page says they are, …
    pub user: Option<String>,
    /// … and the site's signature for it.
    pub signature: Option<String>,
    /// What a page without a script was given, so that what is sent twice is taken once. It leads to nothing.
    pub slip: Option<String>,
}

/// Something written.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// What the browser calls it, so that what is sent twice is taken once.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Where an answer may go too.
    pub mail: Option<String>,
    /// The page it was written on.
    pub page: Option<String>,
}

/// One line of a conversation, as its visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the browser called it, where it is theirs; else a name of ours.
    pub id: String,
    /// When it was said, microseconds UTC.
    pub at: i64,
    /// Whether they said it themselves.
    pub is_own: bool,
    /// Whether a machine of the brand did.
    pub is_automatic: bool,
    /// What was said.
    pub text: String,
}

/// Why somebody at a form is turned away.
#[derive(Debug, thiserror::Error)]
pub enum Turned {
    /// They are not who they are said to be.
    #[error(transparent)]
    Unbelieved(#[from] Unbelieved),
    /// Their conversation has ended, or its token is too old.
    #[error("this conversation has ended; begin another")]
    Ended,
    /// Something that cannot be taken.
    #[error("{field}: {why}")]
    Invalid {
        /// In which field.
        field: &'static str,
        /// What to do.
        why: String,
    },
    /// It could not be looked up or kept.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<parlour_store::StoreError> for Turned {
    fn from(error: parlour_store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// The public key of a source that was made at a time: nothing of it lies in the database but its hash.
pub(crate) fn public_key(secret: &KeySecret, name: &str, created_at: i64) -> String {
    format!("pk_{:032x}", secret.digest(&[b"form", name.as_bytes(), &created_at.to_be_bytes()]))
}

/// Whose a conversation is.
enum Whose {
    Token(Vec<u8>),
    User(Name),
}

impl Engine {
    /// The form that a public key is for, if it is good.
    pub fn form_of_key(&self, key: &str) -> Option<std::sync::Arc<Source>> {
        self.any_source_of_key(key).filter(|source| source.kind == SourceKind::Form)
    }

    /// The form of a name, if it is still open.
    pub fn form_named(&self, name: &str) -> Option<std::sync::Arc<Source>> {
        self.source_named(name).filter(|source| source.kind == SourceKind::Form && source.revoked_at.is_none())
    }

    /// The key that stands in the pages which use a form; none where it has no good one, or is no form.
    pub fn public_key(&self, source: &Source) -> Option<String> {
        let now = clock::now();
        let good = source.keys.iter().rev().find(|key| key.is_valid(now) && source.kind == SourceKind::Form)?;
        Some(public_key(&self.secret, &source.name, good.created_at))
    }

    /// How a form looks and what it takes.
    pub fn form_settings(&self, source: &Source) -> FormSettings {
        source.mapping.as_deref().and_then(|text| FormSettings::parse(text).ok()).unwrap_or_default()
    }

    /// Takes what somebody wrote. When this returns it is durable, and will be in the conversation that they, and nobody
    /// else, read with [`Engine::read_form`]; without a token or a user it is in one that is read in the Desk alone.
    pub fn write_to_form(&self, source: &Source, visitor: &Visitor, letter: Letter) -> Result<(), Turned> {
        let letter = self.checked_letter(letter)?;
        let now = clock::now();
        let (conversation, is_new) = match self.whose(source, visitor, now)? {
            None => (begun(source, None, (None, visitor.slip.as_deref()), now)?, false),
            Some(whose) => self.conversation_of(source, whose, now)?,
        };
        let event = self.event_of_letter(source, &conversation, letter, now)?;
        let alongside: Option<crate::Alongside> = if is_new {
            Some(Box::new(move |conn: &mut dyn Conn| conversation::create(conn, &conversation)))
        } else {
            None
        };
        let submission = Submission { events: vec![(event, None)], alongside, ..Submission::default() };
        let receipt = self.append(&source.name, submission)?;
        if receipt.n_rejected != 0 {
            let why = "it cannot be taken; see the rejections".to_owned();
            return Err(Turned::Invalid { field: "text", why });
        }
        Ok(())
    }

    /// What was said in somebody's conversation: by themselves, and by the brand to them. Empty where they have written
    /// nothing yet.
    pub fn read_form(&self, source: &Source, visitor: &Visitor) -> Result<Vec<Line>, Turned> {
        let now = clock::now();
        let Some(whose) = self.whose(source, visitor, now)? else { return Ok(Vec::new()) };
        let (conversation, is_new) = self.conversation_of(source, whose, now)?;
        if is_new { Ok(Vec::new()) } else { self.lines_of(source, &conversation) }
    }

    /// Ends somebody's conversation: nothing leads to it any more. What was said stays with the brand.
    pub fn end_form(&self, source: &Source, visitor: &Visitor) -> Result<(), Turned> {
        let now = clock::now();
        let Some(whose) = self.whose(source, visitor, now)? else { return Ok(()) };
        let found = match self.conversation_of(source, whose, now) {
            Err(Turned::Ended) => return Ok(()),
            found => found?,
        };
        if let (conversation, false) = found {
            self.database.write(move |conn| conversation::end(conn, &conversation.name, now))?;
        }
        Ok(())
    }

    /// Whether whoever wrote these posts at a form comes by there to read answers: by a token that is still good, or as a
    /// user who is signed in.
    pub fn is_read_at_form(&self, source: &str, posts: &[post::Post]) -> Result<bool, EngineError> {
        let Some(source) = self.form_named(source) else { return Ok(false) };
        let theirs = posts.iter().rev().filter(|post| post.source == source.name && post.role == Role::Person.name());
        let name = theirs.filter_map(|post| post.message.as_deref()?.split_once(':')).map(|(name, _)| name).next();
        let Some(name) = name else { return Ok(false) };
        let kept = i64::from(self.settings.forms.kept_days) * DAY;
        let found = self.database.read(|conn| conversation::of_name(conn, name))?;
        let is_kept = |of: Conversation| of.token.is_none() || clock::now() < of.seen_at.saturating_add(kept);
        Ok(found.filter(|of| of.ended_at.is_none()).is_some_and(is_kept))
    }

    fn whose(&self, source: &Source, visitor: &Visitor, now: i64) -> Result<Option<Whose>, Turned> {
        if let Some(signature) = visitor.signature.as_deref().filter(|signature| !signature.is_empty()) {
            let said = visitor.user.as_deref().unwrap_or_default();
            let id = identity::believed(source.secret.as_deref(), said, signature, now)?;
            if self.settings.standing.blocked_ids.iter().any(|blocked| blocked.eq_ignore_ascii_case(&id)) {
                return Err(Unbelieved::Wrong.into());
            }
            return Ok(Some(Whose::User(Name::new(USER, id))));
        }
        // Who is only said to be somebody is nobody that is known.
        let Some(token) = visitor.token.as_deref() else { return Ok(None) };
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !TOKEN_BYTES.contains(&token.len()) || !token.bytes().all(is_fine) {
            let why = "must be 32 to 64 random letters and digits".to_owned();
            return Err(Turned::Invalid { field: "token", why });
        }
        Ok(Some(Whose::Token(Sha256::digest(token.as_bytes()).to_vec())))
    }

    /// Somebody's conversation, and whether it is yet to be begun.
    fn conversation_of(&self, source: &Source, whose: Whose, now: i64) -> Result<(Conversation, bool), Turned> {
        let found = self.database.read(|conn| match &whose {
            Whose::Token(hash) => conversation::of_token(conn, &source.name, hash),
            Whose::User(name) => conversation::of_person(conn, &source.name, (&name.kind, &name.id)),
        })?;
        let kept = i64::from(self.settings.forms.kept_days) * DAY;
        let Some(found) = found else {
            let (token, person) = match whose {
                Whose::Token(hash) => (Some(hash), None),
                Whose::User(name) => (None, Some(name)),
            };
            return Ok((begun(source, token, (person, None), now)?, true));
        };
        let is_old = found.token.is_some() && found.seen_at.saturating_add(kept) < now;
        if found.ended_at.is_some() || is_old {
            return Err(Turned::Ended);
        }
        if found.seen_at.saturating_add(DAY) < now {
            let name = found.name.clone();
            self.database.write(move |conn| conversation::touch(conn, &name, now))?;
        }
        Ok((found, false))
    }

    fn checked_letter(&self, letter: Letter) -> Result<Letter, Turned> {
        let invalid = |field, why: String| Err(Turned::Invalid { field, why });
        let most = self.settings.forms.text_bytes;
        let text: String = letter.text.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
        let text = text.trim().to_owned();
        if text.is_empty() || most < text.len() {
            return invalid("text", format!("write something, at most {most} bytes"));
        }
        let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if letter.id.is_empty() || MAX_MESSAGE_BYTES < letter.id.len() || !letter.id.chars().all(is_fine) {
            return invalid("id", format!("must be 1 to {MAX_MESSAGE_BYTES} letters and digits"));
        }
        let mail = letter.mail.map(|mail| mail.trim().to_owned()).filter(|mail| !mail.is_empty());
        if mail.as_deref().is_some_and(|mail| !is_mail(mail)) {
            return invalid("mail", "this is no mail address, such as `anna@example.com`".to_owned());
        }
        Ok(Letter { text, mail, ..letter })
    }

    fn event_of_letter(&self, source: &Source, of: &Conversation, letter: Letter, at: i64) -> Result<Event, Turned> {
        let mut extra = json!({});
        if let Some(mail) = &letter.mail {
            extra["reply_address"] = format!("mailto:{mail}").into();
        }
        if let Some(page) = letter.page.as_deref().and_then(page_of) {
            extra["page"] = page.into();
        }
        let said = self.classifier.classify(&letter.text, None);
        // Whoever writes to a brand and is not understood still waits; so does who answers a question of the brand's.
        let verb = if said.class.asks() || !self.is_waited_for(source, of)? { "wrote" } else { "asked" };
        Ok(Event {
            message: Some(format!("{}:{}", of.name, letter.id)),
            undated: true,
            layer: source.layer,
            reply_to: Some(of.name.clone()),
            text: Some(letter.text),
            extra: Some(extra.to_string()),
            ..Event::new(at, Name::new(of.person_kind.clone(), of.person_id.clone()), verb, source.brand.clone())
        })
    }

    /// Whether what is said now is waited for: the first word, or an answer to a question of the brand's.
    fn is_waited_for(&self, source: &Source, of: &Conversation) -> Result<bool, Turned> {
        let lines = self.lines_of(source, of)?;
        Ok(lines.last().is_none_or(|last| !last.is_own && last.text.contains('?')))
    }

    fn lines_of(&self, source: &Source, of: &Conversation) -> Result<Vec<Line>, Turned> {
        let named = post_key(&self.secret, &source.name, Some(&of.name), 0);
        let person = self.key(&of.person_kind, &of.person_id);
        let posts = self.database.read(|conn| {
            let thread = thread_now(conn, named)?;
            post::of_thread(conn, thread, MAX_POSTS)
        })?;
        let line = |post: post::Post| line_of(post, (&source.name, &of.name), person);
        Ok(posts.into_iter().filter_map(line).collect())
    }
}

/// The id of a user for which a source's site vouches, at `now`; where `user` is empty, a token says who it is.
pub(crate) fn signed_user(source: &Source, user: &str, signature: &str, now: i64) -> Result<String, Unbelieved> {
    identity::believed(source.secret.as_deref(), user, signature, now)
}

/// What a visitor sees of a post: their own words in this conversation, and those of the brand to them. Staff may have made
/// one thread of several; what others said in it is not theirs to read.
fn line_of(post: post::Post, (source, name): (&str, &str), person: Key) -> Option<Line> {
    if post.person != person || post.text.is_empty() {
        return None;
    }
    let own = post.message.as_deref().and_then(|message| message.strip_prefix(name)?.strip_prefix(':'));
    let (id, is_own) = match Role::of_name(&post.role)? {
        Role::Person => (own.filter(|_| post.source == source)?.to_owned(), true),
        Role::Brand | Role::Machine => (post.key.to_string(), false),
        Role::Close | Role::Overdue => return None,
    };
    Some(Line { id, at: post.at, is_own, is_automatic: post.role == Role::Machine.name(), text: post.text })
}

/// Half a digest of these parts, in hexadecimal digits.
pub(crate) fn of_digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let half: [u8; 16] = digest[..16].try_into().expect("a digest has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(half))
}

fn begun(
    source: &Source,
    token: Option<Vec<u8>>,
    (person, slip): (Option<Name>, Option<&str>),
    now: i64,
) -> Result<Conversation, EngineError> {
    // By what the browser has, so that the first message is known again where its answer was lost and it is sent twice.
    let seed = match (&token, slip) {
        (Some(hash), _) => of_digest(&[b"token", hash]),
        (None, Some(slip)) => of_digest(&[b"slip", slip.as_bytes()]),
        (None, None) => format!("{:032x}", u128::from_be_bytes(random::bytes()?)),
    };
    let person = person.unwrap_or_else(|| Name::new(ANONYMOUS, format!("visitor-{seed}")));
    Ok(Conversation {
        name: format!("talk-{seed}"),
        source: source.name.clone(),
        token,
        person_kind: person.kind,
        person_id: person.id,
        begun_at: now,
        seen_at: now,
        ended_at: None,
    })
}

/// Whether a text looks like a mail address; nothing that could begin another header or address.
pub fn is_mail(text: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"?&%".contains(c);
    let parts = text.rsplit_once('@');
    let is_whole = parts.is_some_and(|(who, host)| !who.is_empty() && host.len() > 2 && host.contains('.'));
    is_whole && text.len() <= MAX_MAIL_BYTES && text.matches('@').count() == 1 && !text.contains(is_odd)
}

/// A page's address without what may say who is there.
fn page_of(text: &str) -> Option<String> {
    let page = text.split(['?', '#']).next().unwrap_or_default();
    let is_page = (page.starts_with("https://") || page.starts_with("http://")) && page.len() <= MAX_PAGE_BYTES;
    (is_page && !page.chars().any(char::is_control)).then(|| page.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_what_is_wrong_with_them() {
        let good = r##"{"title":"Talk to us","color":"#7a1f3d","sites":["https://shop.example"],"per_minute":5}"##;
        assert_eq!(FormSettings::parse(good).unwrap().per_minute, 5);
        assert!(FormSettings::parse("{}").unwrap().honeypot);
        for (bad, word) in [
            ("[]", "cannot be read"),
            (r#"{"colour":"red"}"#, "colour"),
            (r#"{"color":"red"}"#, "colour"),
            (r#"{"sites":["https://shop.example/a"]}"#, "no site"),
            (r#"{"sites":["shop.example"]}"#, "no site"),
            (r#"{"per_minute":0}"#, "per_minute"),
        ] {
            let told = FormSettings::parse(bad).unwrap_err();
            assert!(told.contains(word), "{bad}: {told}");
        }
    }

    #[test]
    fn what_is_no_mail_address_is_refused() {
        assert!(["anna@example.com", "a.b+c@mail.example.org", "ü@bücher.example"].into_iter().all(is_mail));
        let odd = [
            "anna",
            "@a.example",
            "a@b",
            "a@b@c.example",
            "a b@c.example",
            "a@c.example\r\nBcc: x@y.example",
            "a@c.example,b@c.example",
            "a@c.example?cc=b",
            "<a@c.example>",
        ];
        assert!(!odd.into_iter().any(is_mail));
        assert!(!is_mail(&format!("{}@example.com", "a".repeat(250))));
    }

    #[test]
    fn a_page_is_kept_without_its_question() {
        assert_eq!(page_of("https://a.example/b?token=1#x").as_deref(), Some("https://a.example/b"));
        assert_eq!(page_of("javascript:alert(1)"), None);
    }
}
