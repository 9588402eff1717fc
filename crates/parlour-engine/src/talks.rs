//! Talks: what somebody said to staff face to face or on the phone, written down by them, with what they were told.

use parlour_core::ask::{Class, Finding, Kind};
use parlour_core::event::{BACK, Event, Layer, Name};
use parlour_core::key::Key;
use parlour_store::correction::{self, Correction};
use parlour_store::note::{self, Note};
use parlour_store::{Conn, StoreError, handling};
use serde_json::json;

use crate::asks::handling::MAX_WRITTEN_BYTES;
use crate::asks::{DESK, post_key};
use crate::engine::Engine;
use crate::forms::{is_mail, of_digest};
use crate::submission::Submission;
use crate::{EngineError, clock};

/// Longest name, phone number or id, in bytes.
const MAX_NAME_BYTES: usize = 200;
/// Digits that a phone number has at least.
const MIN_DIGITS: usize = 5;

/// Where it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Face to face.
    Face,
    /// On the phone.
    Phone,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 2] = [Self::Face, Self::Phone];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Phone => "phone",
        }
    }

    /// The place of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.name() == name)
    }

    fn layer(self) -> Layer {
        match self {
            Self::Face => Layer::Face,
            Self::Phone => Layer::Mobile,
        }
    }

    /// What is done by talking there and asking nothing.
    fn verb(self) -> &'static str {
        match self {
            Self::Face => "met",
            Self::Phone => "called",
        }
    }
}

/// Somebody talked to.
#[derive(Clone, Debug, Default)]
pub struct Talker {
    /// Somebody who is known, by one of their ids.
    pub known: Option<Name>,
    /// What they are called.
    pub name: String,
    /// Their mail address.
    pub mail: String,
    /// Their phone number.
    pub phone: String,
}

/// A talk as it is written down.
#[derive(Clone, Debug)]
pub struct Talk {
    /// What the page calls it, so that what is sent twice is written down once.
    pub id: String,
    /// With whom.
    pub talker: Talker,
    /// Where.
    pub place: Place,
    /// What it was about; the brand of the first source unless given.
    pub object: Option<Name>,
    /// What they said.
    pub said: String,
    /// What that asks, where staff know better than the rules.
    pub class: Option<Class>,
    /// What they were told.
    pub answer: String,
    /// Until when something was promised, microseconds UTC.
    pub promised_until: Option<i64>,
}

impl Engine {
    /// What a text asks and feels, by the rules alone.
    pub fn classify(&self, text: &str) -> Finding {
        self.classifier.classify(text, None)
    }

    /// Writes down what somebody said to `staff`, and what they were told; returns the thread. What was told answers, unless
    /// something was promised: then the ask stays open, with whoever promised, and rests until that time.
    pub fn note_talk(&self, staff: &str, talk: Talk) -> Result<Key, EngineError> {
        let now = clock::now();
        let talk = checked_talk(talk, now)?;
        let thread = post_key(&self.secret, DESK, Some(&message_of(&talk)), 0);
        let found = self.classify(&talk.said);
        let corrected = talk.class.filter(|class| *class != found.class).map(|class| Correction {
            post: thread,
            class: class.name().to_owned(),
            kind: i64::from(kind_of(class, found.kind).sign()),
            staff: staff.to_owned(),
            at: now,
        });
        let object = talk.object.clone().map_or_else(|| self.own_brand(), Ok)?;
        let until = talk.promised_until;
        let verb = verb_of(talk.class.unwrap_or(found.class), talk.place);
        let events = events_of(talk, object, (staff, thread, verb), now)?;
        let staff = staff.to_owned();
        let alongside = Box::new(move |conn: &mut dyn Conn| {
            if let Some(corrected) = &corrected {
                correction::put(conn, corrected)?;
            }
            until.map_or(Ok(()), |until| promise(conn, thread, (staff, until), now))
        });
        let submission = Submission { events, alongside: Some(alongside), ..Submission::default() };
        if self.append(DESK, submission)?.n_rejected != 0 {
            return Err(EngineError::Invalid("it cannot be written down so; see the rejections".to_owned()));
        }
        self.stir();
        Ok(thread)
    }

    /// The brand that a talk is about unless it says otherwise.
    pub(crate) fn own_brand(&self) -> Result<Name, EngineError> {
        let sources = self.sources();
        let own = sources.first().map(|source| source.brand.clone());
        let asked = || Ok::<_, EngineError>(self.brands_asked()?.into_iter().next().map(|(name, _)| name));
        let missing = || {
            EngineError::Invalid(
                "there is no brand yet; make a source under Settings, or say which in `object`".to_owned(),
            )
        };
        own.map_or_else(asked, |own| Ok(Some(own)))?.ok_or_else(missing)
    }
}

/// The thread is theirs who promised, and rests until then; a note says so, once.
fn promise(conn: &mut dyn Conn, thread: Key, (staff, until): (String, i64), now: i64) -> Result<(), StoreError> {
    handling::set_assignee(conn, thread, Some(&staff), now)?;
    handling::set_snoozed(conn, thread, Some(until), now)?;
    if note::of_thread(conn, thread)?.is_empty() {
        let text = format!("Promised until {}.", clock::rfc3339(until));
        note::create(conn, &Note { id: 0, thread, staff, at: now, text })?;
    }
    Ok(())
}

fn message_of(talk: &Talk) -> String {
    format!("talk:{}", talk.id)
}

fn checked_talk(talk: Talk, now: i64) -> Result<Talk, EngineError> {
    let said = checked("said", &talk.said, MAX_WRITTEN_BYTES)?;
    let answer = checked("answer", &talk.answer, MAX_WRITTEN_BYTES)?;
    if said.is_empty() {
        return Err(EngineError::Invalid("`said` is empty; write down what they said".to_owned()));
    }
    if talk.promised_until.is_some_and(|until| until <= now) {
        return Err(EngineError::Invalid("`promised_until` must lie ahead".to_owned()));
    }
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if talk.id.is_empty() || MAX_NAME_BYTES < talk.id.len() || !talk.id.chars().all(is_fine) {
        return Err(EngineError::Invalid("`id` must be letters, digits and hyphens".to_owned()));
    }
    Ok(Talk { said, answer, ..talk })
}

/// What they said, and what they were told.
fn events_of(
    talk: Talk,
    object: Name,
    (staff, thread, verb): (&str, Key, &str),
    now: i64,
) -> Result<Vec<(Event, Option<u64>)>, EngineError> {
    let (person, message) = (person_of(&talk.talker, &talk.id)?, message_of(&talk));
    let first = Event { layer: talk.place.layer(), undated: true, ..Event::new(now, person.subject, verb, object) };
    let extra = json!({ "staff": staff, "name": person.name, "place": talk.place.name() });
    let theirs = Event {
        message: Some(message.clone()),
        reply_to: Some(message.clone()),
        also: person.also,
        text: Some(talk.said),
        extra: Some(extra.to_string()),
        ..first.clone()
    };
    let mut events = vec![(theirs, None)];
    if !talk.answer.is_empty() {
        // A promise is no answer yet.
        let verb = if talk.promised_until.is_some() { "acknowledged" } else { "replied" };
        let extra = json!({ "staff": staff, "thread": thread.to_string() });
        let ours = Event {
            message: Some(format!("{message}:answer")),
            at: now + 1,
            verb: format!("{BACK}{verb}"),
            text: Some(talk.answer),
            extra: Some(extra.to_string()),
            ..first
        };
        events.push((ours, None));
    }
    Ok(events)
}

struct Person {
    subject: Name,
    also: Vec<Name>,
    name: String,
}

fn person_of(talker: &Talker, id: &str) -> Result<Person, EngineError> {
    let name = checked("name", &talker.name, MAX_NAME_BYTES)?;
    let (mail, phone) = (talker.mail.trim().to_lowercase(), digits_of(&talker.phone));
    if !mail.is_empty() && !is_mail(&mail) {
        return Err(EngineError::Invalid(format!("`{mail}` is no mail address")));
    }
    if !talker.phone.trim().is_empty() && phone.len() < MIN_DIGITS {
        return Err(EngineError::Invalid(format!("`{}` is no phone number", talker.phone.trim())));
    }
    let mail = Some(mail).filter(|mail| !mail.is_empty()).map(|mail| Name::new("email", mail));
    let phone = Some(phone).filter(|phone| !phone.is_empty()).map(|phone| Name::new("phone", phone));
    let mut ids: Vec<Name> = talker.known.iter().cloned().chain(mail).chain(phone).collect();
    if ids.is_empty() && name.is_empty() {
        let text = "say with whom: choose somebody, or give a name, a mail address or a phone number";
        return Err(EngineError::Invalid(text.to_owned()));
    }
    if ids.is_empty() {
        // Two people may have one name; the same talk, sent twice, is with one.
        let seed = of_digest(&[b"talk", id.as_bytes()]);
        ids.push(Name::new("contact", format!("{name} {}", &seed[..8])));
    }
    let subject = ids.remove(0);
    Ok(Person { subject, also: ids, name })
}

/// A phone number without what people put between its digits.
fn digits_of(text: &str) -> String {
    let plus = if text.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { digits } else { format!("{plus}{digits}") }
}

fn checked(field: &str, text: &str, most: usize) -> Result<String, EngineError> {
    let text = text.trim();
    if most < text.len() || text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(EngineError::Invalid(format!("`{field}` has at most {most} bytes, and no control characters")));
    }
    Ok(text.to_owned())
}

/// What is done by saying something of a class.
fn verb_of(class: Class, place: Place) -> &'static str {
    match class {
        Class::Question => "asked",
        Class::Request => "requested",
        Class::Complaint => "complained",
        Class::Suggestion => "suggested",
        Class::Opinion => "opined",
        Class::Mention => "mentioned",
        Class::None => place.verb(),
    }
}

/// What something of a class feels, where the class says so.
fn kind_of(class: Class, found: Kind) -> Kind {
    match class {
        Class::Complaint => Kind::Negative,
        Class::Suggestion => Kind::Positive,
        Class::Question | Class::Request => Kind::Neutral,
        Class::Opinion | Class::Mention | Class::None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_known_by_what_is_given() {
        let talker = |name: &str, mail: &str, phone: &str| Talker {
            known: None,
            name: name.to_owned(),
            mail: mail.to_owned(),
            phone: phone.to_owned(),
        };
        let both = person_of(&talker("Anna", " Anna@Example.com ", "+49 (30) 123-45"), "1").unwrap();
        assert_eq!(both.subject, Name::new("email", "anna@example.com"));
        assert_eq!(both.also, [Name::new("phone", "+493012345")]);
        let known = Talker { known: Some(Name::new("user", "7")), ..talker("", "", "030 12345") };
        assert_eq!(person_of(&known, "1").unwrap().subject, Name::new("user", "7"));
        let [one, two, again] = ["1", "2", "1"].map(|id| person_of(&talker("Anna", "", ""), id).unwrap().subject);
        assert!(one != two && one == again && one.kind == "contact" && one.id.starts_with("Anna "));
        for bad in [talker("", "", ""), talker("", "anna", ""), talker("", "", "12"), talker("a\u{0}", "", "")] {
            assert!(person_of(&bad, "1").is_err(), "{bad:?}");
        }
    }
}
