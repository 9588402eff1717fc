//! Sources: who may send events, and the write keys by which they are known. A key is shown once and kept by its hash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use parlour_core::event::{Layer, Name};
use parlour_store::{StoreError, source, source_key};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::asks::DESK;
use crate::desk::name_of;
use crate::engine::Engine;
use crate::forms::{self, FormSettings};
use crate::mail::mailbox::{self, Mailbox, NewMailbox};
use crate::mapping::Mapping;
use crate::mentions::MentionSettings;
use crate::{EngineError, clock, mqtt, random, signature};

/// What every write key begins with.
const KEY_PREFIX: &str = "pk_";
/// Characters after the prefix, each worth just under 6 bits.
const KEY_CHARACTERS: usize = 32;
/// Digits and letters: a key is marked by a double click, and needs no escape anywhere.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of a hint at either end.
const HINT: usize = 4;
/// Longest name of a source, bytes.
pub const MAX_NAME_BYTES: usize = 100;
/// Hours for which the old key goes on working after a rotation, unless somebody says otherwise.
pub const OVERLAP_HOURS: u32 = 72;
/// The most hours of that.
pub const MAX_OVERLAP_HOURS: u32 = 24 * 90;
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// How the events of a source come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// By an SDK or another program that speaks a dialect we know.
    Sdk,
    /// By a webhook of another system, whose bodies a mapping makes into events.
    Webhook,
    /// From a broker, with a mapping.
    Mqtt,
    /// From a mailbox.
    Mail,
    /// From files.
    File,
    /// By a form or widget on pages, whose key is public.
    Form,
    /// From pages of others: by webmention, and by feeds that are looked at.
    Mentions,
    /// From people of the fediverse, to whom the source is an actor.
    Fediverse,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 8] =
        [Self::Sdk, Self::Webhook, Self::Mqtt, Self::Mail, Self::File, Self::Form, Self::Mentions, Self::Fediverse];

    /// The kind's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdk => "sdk",
            Self::Webhook => "webhook",
            Self::Mqtt => "mqtt",
            Self::Mail => "mail",
            Self::File => "file",
            Self::Form => "form",
            Self::Mentions => "mentions",
            Self::Fediverse => "fediverse",
        }
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One source.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its number.
    pub id: i64,
    /// What people call it. It never changes, since repeats are known by it.
    pub name: String,
    /// What its events are about unless they say otherwise.
    pub brand: Name,
    /// Where its events happen unless they say otherwise.
    pub layer: Layer,
    /// How its events come in.
    pub kind: SourceKind,
    /// The most events it may send in a second; without it, as many as it can.
    pub events_per_second: Option<u32>,
    /// How a body becomes events, where the source speaks no dialect we know; of a form or of mentions, their settings.
    pub mapping: Option<String>,
    /// What it signs with, where it signs; of a broker, the password; of a form, what its site signs users with.
    pub secret: Option<String>,
    /// Where it reads, if it is one of mail.
    pub mailbox: Option<Mailbox>,
    /// When it was made, microseconds UTC.
    pub created_at: i64,
    /// When its first event came, as of when this was read.
    pub first_event_at: Option<i64>,
    /// When its last event came, as far as that was written down when this was read.
    pub last_event_at: Option<i64>,
    /// Since when it may send no more.
    pub revoked_at: Option<i64>,
    /// Its write keys, oldest first, those no longer valid too.
    pub keys: Vec<SourceKey>,
}

/// What is known of a write key; the key itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceKey {
    /// Its first and last characters.
    pub hint: String,
    /// When it was made, microseconds UTC.
    pub created_at: i64,
    /// From when on it is no longer valid, if that is known.
    pub expires_at: Option<i64>,
    /// Since when it was taken back.
    pub revoked_at: Option<i64>,
}

impl SourceKey {
    /// Whether it opens a door at `now`.
    pub fn is_valid(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// What a new source is to be.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Its name.
    pub name: String,
    /// Its brand, `kind:id` or only the id; that of the first source unless given, or else one of the source's name.
    pub brand: Option<String>,
    /// Its layer.
    pub layer: Layer,
    /// How its events come in.
    pub kind: SourceKind,
    /// The most events it may send in a second.
    pub events_per_second: Option<u32>,
    /// How a body becomes events.
    pub mapping: Option<String>,
    /// What it signs with.
    pub secret: Option<String>,
    /// Where it reads, if it is one of mail.
    pub mailbox: Option<NewMailbox>,
}

impl NewSource {
    /// A source of this name that speaks a dialect we know.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            brand: None,
            layer: Layer::default(),
            kind: SourceKind::Sdk,
            events_per_second: None,
            mapping: None,
            secret: None,
            mailbox: None,
        }
    }
}

/// A source with a write key that was just made: the only time that the key is told.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// The source.
    pub source: Arc<Source>,
    /// Its new write key.
    pub key: String,
}

type KeyHash = [u8; 32];

/// Every source in memory, so that no request asks the database who sends it.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    ring: RwLock<Arc<Ring>>,
    /// Held while they are read anew, so that whoever reads last sets last.
    reading: Mutex<()>,
}

#[derive(Debug, Default)]
struct Ring {
    all: Vec<Arc<Source>>,
    keys: HashMap<KeyHash, (Arc<Source>, SourceKey)>,
    names: HashMap<String, Arc<Source>>,
}

impl Sources {
    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The source of a name.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<Source>> {
        self.ring().names.get(name).map(Arc::clone)
    }

    fn set(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }
}

impl Engine {
    /// The source that a write key opens the door for now, if there is one. A form's key stands in public pages: it opens
    /// none of the doors by which programs tell of others.
    pub fn source_of_key(&self, key: &str) -> Option<Arc<Source>> {
        self.any_source_of_key(key).filter(|source| source.kind != SourceKind::Form)
    }

    /// The same for keys that are public too.
    pub(crate) fn any_source_of_key(&self, key: &str) -> Option<Arc<Source>> {
        // What is looked up is a hash that nobody can steer, so the time of looking tells nothing of any key.
        let hash = hash_of(key);
        let ring = self.sources.ring();
        let (known, (source, found)) = ring.keys.get_key_value(&hash)?;
        let is_same = bool::from(known.ct_eq(&hash));
        (is_same && source.revoked_at.is_none() && found.is_valid(clock::now())).then(|| Arc::clone(source))
    }

    /// Every source by number, revoked ones too.
    pub fn sources(&self) -> Vec<Arc<Source>> {
        self.sources.ring().all.clone()
    }

    /// The source of a number.
    pub fn source(&self, id: i64) -> Result<Arc<Source>, EngineError> {
        let found = self.sources.ring().all.iter().find(|source| source.id == id).map(Arc::clone);
        found.ok_or_else(|| EngineError::NotFound(format!("there is no source {id}")))
    }

    /// The source of a name.
    pub fn source_named(&self, name: &str) -> Option<Arc<Source>> {
        self.sources.named(name)
    }

    /// Makes a source and its first write key.
    pub fn create_source(&self, new: NewSource) -> Result<Keyed, EngineError> {
        let NewSource { name, brand, layer, kind, events_per_second, mapping, secret, mailbox } = new;
        check_name(&name)?;
        let mailbox = match (kind == SourceKind::Mail, mailbox) {
            (true, Some(new)) => Some(mailbox::changed(None, new)?),
            (false, None) => None,
            (true, None) => {
                let text = "a source of kind `mail` needs a `mailbox`; make it in the Desk, under Settings, Sources";
                return Err(EngineError::Invalid(text.to_owned()));
            }
            (false, Some(_)) => {
                return Err(EngineError::Invalid("only a source of kind `mail` has a mailbox".to_owned()));
            }
        };
        let (mapping, secret) = mqtt::parted(kind, mapping, secret)?;
        check_reading(kind, mapping.as_deref(), secret.as_deref())?;
        let brand = match brand {
            Some(text) => brand_of(&text)?,
            None => self.sources().first().map_or_else(|| Name::new("brand", name.clone()), |one| one.brand.clone()),
        };
        let row = source::Source {
            id: 0,
            name: name.clone(),
            brand_kind: brand.kind,
            brand_id: brand.id,
            layer: layer.name().to_owned(),
            kind: kind.name().to_owned(),
            events_per_second: events_per_second.map(i64::from),
            mapping,
            secret,
            created_at: clock::now(),
            first_event_at: None,
            last_event_at: None,
            revoked_at: None,
        };
        let (key, mut key_row) = self.fresh_key(kind, &name, 0)?;
        let actor = if kind == SourceKind::Fediverse { Some(self.new_actor(&name)?) } else { None };
        let made = self.database.write(move |conn| {
            let Some(id) = source::create(conn, &row)? else { return Ok(None) };
            if let Some(actor) = actor {
                parlour_store::actor::create(conn, &actor)?;
            }
            key_row.source = id;
            source_key::create(conn, &key_row)?;
            if let Some(mailbox) = mailbox {
                parlour_store::mailbox::put(conn, &mailbox::row_of(id, &mailbox))?;
            }
            Ok(Some(id))
        })?;
        let taken = || EngineError::Invalid(format!("there is a source `{name}` already; give this one another name"));
        self.keyed(made.ok_or_else(taken)?, key)
    }

    /// Gives a source another write key; the ones before go on working for `overlap_hours`. A revoked source comes back
    /// by making a new one, so it is refused.
    pub fn rotate_source(&self, id: i64, overlap_hours: u32) -> Result<Keyed, EngineError> {
        if MAX_OVERLAP_HOURS < overlap_hours {
            return Err(EngineError::Invalid(format!("old keys may work for at most {MAX_OVERLAP_HOURS} hours more")));
        }
        let source = self.source(id)?;
        if source.revoked_at.is_some() {
            return Err(EngineError::Invalid(format!("source `{}` is revoked; create another", source.name)));
        }
        let (key, row) = self.fresh_key(source.kind, &source.name, id)?;
        let until = row.created_at + i64::from(overlap_hours) * MICROS_PER_HOUR;
        self.database.write(move |conn| {
            source_key::expire(conn, id, until)?;
            source_key::create(conn, &row)
        })?;
        self.keyed(id, key)
    }

    /// Takes a source's right to send away, with all its keys. What it sent stays.
    pub fn revoke_source(&self, id: i64) -> Result<Arc<Source>, EngineError> {
        self.source(id)?;
        let now = clock::now();
        self.database.write(move |conn| {
            source_key::revoke(conn, id, now)?;
            parlour_store::mailbox::forget_password(conn, id)?;
            source::revoke(conn, id, now)
        })?;
        self.reload_sources()?;
        self.source(id)
    }

    /// Changes where a source of mail reads.
    pub fn update_mailbox(&self, source: &Source, new: NewMailbox) -> Result<Arc<Source>, EngineError> {
        let none = || EngineError::Invalid(format!("source `{}` has no mailbox; make one of kind `mail`", source.name));
        let row = mailbox::row_of(source.id, &mailbox::changed(Some(source.mailbox.as_ref().ok_or_else(none)?), new)?);
        self.database.write(move |conn| parlour_store::mailbox::put(conn, &row))?;
        self.reload_sources()?;
        self.source(source.id)
    }

    /// Writes down what may change of a source: all but its name, its times and its keys.
    pub fn update_source(&self, source: &Source) -> Result<Arc<Source>, EngineError> {
        let (mapping, secret) = mqtt::parted(source.kind, source.mapping.clone(), source.secret.clone())?;
        check_reading(source.kind, mapping.as_deref(), secret.as_deref())?;
        let row = source::Source {
            id: source.id,
            name: source.name.clone(),
            brand_kind: source.brand.kind.clone(),
            brand_id: source.brand.id.clone(),
            layer: source.layer.name().to_owned(),
            kind: source.kind.name().to_owned(),
            events_per_second: source.events_per_second.map(i64::from),
            mapping,
            secret,
            created_at: source.created_at,
            first_event_at: None,
            last_event_at: None,
            revoked_at: None,
        };
        self.database.write(move |conn| source::update(conn, &row))?;
        self.reload_sources()?;
        self.source(source.id)
    }

    /// A new write key and its row. A form's can be told again, since it is public.
    fn fresh_key(&self, kind: SourceKind, name: &str, id: i64) -> Result<(String, source_key::SourceKey), EngineError> {
        let now = clock::now();
        let key = if kind == SourceKind::Form { forms::public_key(&self.secret, name, now) } else { new_key()? };
        let row = row_of_key(&key, id, now);
        Ok((key, row))
    }

    fn keyed(&self, id: i64, key: String) -> Result<Keyed, EngineError> {
        self.reload_sources()?;
        Ok(Keyed { source: self.source(id)?, key })
    }

    /// Reads the sources anew; what was asked before goes by what was there before.
    pub fn reload_sources(&self) -> Result<(), EngineError> {
        let _one_at_a_time = self.sources.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, keys, mailboxes) = self
            .database
            .read(|conn| Ok((source::all(conn)?, source_key::all(conn)?, parlour_store::mailbox::all(conn)?)))?;
        let mut ring = Ring::default();
        for row in rows {
            let of_source = || keys.iter().filter(|key| key.source == row.id);
            let mailbox = mailboxes.iter().find(|mailbox| mailbox.source == row.id).cloned().and_then(mailbox::of_row);
            let source = Source { mailbox, ..source_of(&row, of_source().map(key_of).collect())? };
            let source = Arc::new(source);
            for key in of_source() {
                let hash = KeyHash::try_from(key.hash.as_slice())
                    .map_err(|_| StoreError::Corrupt("a write key's hash is not 32 bytes".to_owned()))?;
                ring.keys.insert(hash, (Arc::clone(&source), key_of(key)));
            }
            ring.names.insert(row.name, Arc::clone(&source));
            ring.all.push(source);
        }
        self.sources.set(ring);
        Ok(())
    }
}

/// The brand of a text: `kind:id`, or only the id of a brand.
pub fn brand_of(text: &str) -> Result<Name, EngineError> {
    let name = name_of(text).unwrap_or_else(|| Name::new("brand", text));
    if name.id.is_empty() || name.id.chars().any(char::is_control) {
        return Err(EngineError::Invalid(format!("`{text}` is no brand; write its id, or kind:id")));
    }
    Ok(name)
}

fn check_reading(kind: SourceKind, mapping: Option<&str>, secret: Option<&str>) -> Result<(), EngineError> {
    if let Some(text) = mapping {
        let read = match kind {
            SourceKind::Form => FormSettings::parse(text).map(drop),
            SourceKind::Mentions => MentionSettings::parse(text).map(drop),
            SourceKind::Sdk
            | SourceKind::Webhook
            | SourceKind::Mqtt
            | SourceKind::Mail
            | SourceKind::File
            | SourceKind::Fediverse => Mapping::parse(text).map(drop),
        };
        read.map_err(EngineError::Invalid)?;
    }
    if secret.is_some_and(|secret| !signature::is_secret(secret)) {
        return Err(EngineError::Invalid("the secret is empty; give the one that the sender signs with".to_owned()));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), EngineError> {
    let is_fine = !name.is_empty()
        && name.trim() == name
        && name.len() <= MAX_NAME_BYTES
        && !name.chars().any(|c| c.is_control() || c == '/');
    if name == DESK {
        return Err(EngineError::Invalid(format!("`{DESK}` is what is done in the Desk itself; choose another name")));
    }
    if is_fine {
        return Ok(());
    }
    let text = format!(
        "`{name}` cannot name a source; use up to {MAX_NAME_BYTES} bytes without slashes, control characters and \
         spaces at either end"
    );
    Err(EngineError::Invalid(text))
}

fn source_of(row: &source::Source, keys: Vec<SourceKey>) -> Result<Source, EngineError> {
    let wrong = |what: &str| StoreError::Corrupt(format!("source `{}` has no {what} we know", row.name));
    Ok(Source {
        id: row.id,
        name: row.name.clone(),
        brand: Name::new(row.brand_kind.clone(), row.brand_id.clone()),
        layer: Layer::of_name(&row.layer).ok_or_else(|| wrong("layer"))?,
        kind: SourceKind::of_name(&row.kind).ok_or_else(|| wrong("kind"))?,
        events_per_second: row.events_per_second.and_then(|n| n.try_into().ok()),
        mapping: row.mapping.clone(),
        secret: row.secret.clone(),
        mailbox: None,
        created_at: row.created_at,
        first_event_at: row.first_event_at,
        last_event_at: row.last_event_at,
        revoked_at: row.revoked_at,
        keys,
    })
}

fn key_of(row: &source_key::SourceKey) -> SourceKey {
    SourceKey {
        hint: row.hint.clone(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}

fn row_of_key(key: &str, source: i64, created_at: i64) -> source_key::SourceKey {
    source_key::SourceKey {
        hash: hash_of(key).to_vec(),
        source,
        hint: format!("{}…{}", &key[..HINT], &key[key.len() - HINT..]),
        created_at,
        expires_at: None,
        revoked_at: None,
    }
}

fn hash_of(key: &str) -> KeyHash {
    Sha256::digest(key.as_bytes()).into()
}

/// A write key that nobody can guess: 32 characters of 62, 190 bits.
fn new_key() -> Result<String, EngineError> {
    // Bytes past the last whole round of the alphabet would make some characters likelier.
    let most = 256 / ALPHABET.len() * ALPHABET.len();
    let mut key = KEY_PREFIX.to_owned();
    while key.len() < KEY_PREFIX.len() + KEY_CHARACTERS {
        let fair = random::bytes::<KEY_CHARACTERS>()?.into_iter().map(usize::from).filter(|byte| *byte < most);
        let left = KEY_PREFIX.len() + KEY_CHARACTERS - key.len();
        key.extend(fair.take(left).map(|byte| char::from(ALPHABET[byte % ALPHABET.len()])));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_real_and_differ() {
        let keys: std::collections::HashSet<String> = (0..1000).map(|_| new_key().unwrap()).collect();
        assert_eq!(keys.len(), 1000);
        for key in keys {
            assert_eq!(key.len(), 35);
            assert!(key.starts_with("pk_") && key[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
        }
    }

    #[test]
    fn names_that_would_confuse_are_refused() {
        assert!(["shop", "Web shop (EU)", "ü"].into_iter().all(|name| check_name(name).is_ok()));
        let long = "x".repeat(MAX_NAME_BYTES + 1);
        assert!(["", " shop", "shop ", "a/b", "a\nb", &long].into_iter().all(|name| check_name(name).is_err()));
        assert_eq!(brand_of("acme").unwrap(), Name::new("brand", "acme"));
        assert_eq!(brand_of("product:x").unwrap(), Name::new("product", "x"));
        assert!(brand_of("").is_err());
    }
}
