//! From the cells of one row to an event, or to what is wrong with it.

use parlour_core::event::{Currency, Event, Flaw, Layer, Money, Name};
use parlour_core::vocabulary::Vocabulary;

use super::amount::minor_units;
use super::error::shown;
use super::plan::{Part, Plan, Slot, yes_or_no};
use super::time::{Clock, Reading};

/// Part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// What the spans are in.
    pub(super) text: &'a str,
    /// One per wanted cell.
    pub(super) spans: &'a [Span],
    /// The time, where the file says it in a type of its own.
    pub(super) at: Option<Reading>,
    /// Whether extra cells are JSON values rather than text.
    pub(super) has_json_extra: bool,
}

impl<'a> Row<'a> {
    /// A cell as it is.
    fn whole(&self, slot: Slot) -> &'a str {
        let span = self.spans[slot];
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// A cell without the blanks around it.
    pub(super) fn cell(&self, slot: Slot) -> &'a str {
        self.whole(slot).trim()
    }

    /// A cell, unless it is blank.
    fn given(&self, slot: Option<Slot>) -> Option<&'a str> {
        slot.map(|slot| self.cell(slot)).filter(|cell| !cell.is_empty())
    }
}

/// Makes events of rows.
pub(super) struct Decoder {
    pub(super) plan: Plan,
    pub(super) clock: Clock,
    vocabulary: Vocabulary,
    received_at: i64,
    /// The last verb as it came and as it is stored.
    verb: (String, String),
}

impl Decoder {
    pub(super) fn new(plan: Plan, clock: Clock, vocabulary: Vocabulary, received_at: i64) -> Self {
        Self { plan, clock, vocabulary, received_at, verb: <(String, String)>::default() }
    }

    /// The event of this row.
    pub(super) fn event(&mut self, row: &Row<'_>) -> Result<Event, Flaw> {
        // No database of ours keeps them in text.
        if memchr::memchr(0, row.text.as_bytes()).is_some() {
            return Err(Flaw::Unreadable("the record holds a NUL character; take it out".to_owned()));
        }
        let event = self.read(row).map_err(Flaw::Unreadable)?;
        match event.flaw(self.received_at) {
            Some(flaw) => Err(flaw),
            None => Ok(event),
        }
    }

    fn read(&mut self, row: &Row<'_>) -> Result<Event, String> {
        let at = match row.at {
            Some(reading) => self.clock.place(reading).ok_or("the time lies outside the years of the calendar")?,
            None => self.clock.at(row.cell(self.plan.time))?,
        };
        let verb = self.verb(row);
        let plan = &self.plan;
        let (subject, also) = plan.people(row);
        let (object, parent) = plan.objects(row);
        let mut event = Event::new(at, subject, verb, object);
        event.also = also;
        event.parent = parent;
        event.value = plan.money(row)?;
        event.layer = plan.layer.read(row, "layer", Layer::of_name)?.unwrap_or_default();
        event.paid = plan.paid.read(row, "yes or no", yes_or_no)?.unwrap_or(false);
        event.scored = plan.scored.read(row, "yes or no", yes_or_no)?.unwrap_or(true);
        event.message = row.given(plan.message).map(str::to_owned);
        event.reply_to = row.given(plan.reply_to).map(str::to_owned);
        event.text = row.given(plan.text).map(str::to_owned);
        event.rating = row.given(plan.rating).map(stars).transpose()?;
        event.seconds = row.given(plan.seconds).map(whole_seconds).transpose()?.unwrap_or(0);
        event.extra = plan.extra(row);
        Ok(event)
    }

    fn verb(&mut self, row: &Row<'_>) -> String {
        match (row.given(self.plan.verb.slot), &self.plan.verb.constant) {
            (Some(verb), _) => {
                if self.verb.0 != verb {
                    self.verb = (verb.to_owned(), self.vocabulary.stored_name(verb));
                }
                self.verb.1.clone()
            }
            (None, Some(stored)) => stored.clone(),
            (None, None) => String::new(),
        }
    }
}

impl<T: Copy> Part<T> {
    fn read(&self, row: &Row<'_>, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        match row.given(self.slot) {
            Some(text) => parse(text).map(Some).ok_or_else(|| format!("`{}` is no {what}; correct it", shown(text))),
            None => Ok(self.constant),
        }
    }
}

impl Plan {
    fn people(&self, row: &Row<'_>) -> (Name, Vec<Name>) {
        let mut given = self.people.iter().filter_map(|(slot, kind)| Some((row.given(Some(*slot))?, kind)));
        let Some((id, kind)) = given.next() else {
            return (Name::new(self.person_kind.clone(), ""), Vec::new());
        };
        let subject = Name::new(kind.clone(), id);
        let also = given.map(|(id, kind)| Name::new(kind.clone(), id)).filter(|name| *name != subject).collect();
        (subject, also)
    }

    fn objects(&self, row: &Row<'_>) -> (Name, Option<Name>) {
        let id = |part: &Part<String>| match row.given(part.slot) {
            Some(id) => Some(id.to_owned()),
            None => part.constant.clone(),
        };
        let object = id(&self.object).map(|id| Name { kind: self.object_kind.clone(), id });
        let parent = id(&self.parent).map(|id| Name { kind: self.parent_kind.clone(), id });
        match (object, parent) {
            (Some(object), parent) => (object, parent),
            (None, Some(parent)) => (parent, None),
            (None, None) => (Name::new(self.object_kind.clone(), ""), None),
        }
    }

    fn money(&self, row: &Row<'_>) -> Result<Option<Money>, String> {
        let Some(amount) = row.given(self.value) else { return Ok(None) };
        let Some(currency) = self.currency.read(row, "currency of three letters", Currency::of_code)? else {
            return Err(format!("the amount `{}` has no currency; give it one, or a constant", shown(amount)));
        };
        let minor = minor_units(amount, currency, self.style)?;
        Ok(Some(Money { minor, currency }))
    }

    /// What is kept as it is, as one JSON object.
    fn extra(&self, row: &Row<'_>) -> Option<String> {
        let mut object = String::new();
        for (name, slot) in &self.extra {
            let Some(cell) = row.given(Some(*slot)) else { continue };
            object.push(if object.is_empty() { '{' } else { ',' });
            object.push_str(name);
            object.push(':');
            if row.has_json_extra || is_plain_integer(cell) {
                object.push_str(cell);
            } else {
                push_json_string(cell, &mut object);
            }
        }
        if object.is_empty() {
            return None;
        }
        object.push('}');
        Some(object)
    }
}

/// Whether a cell is an integer that reads the same as a number: short, and without leading zeros.
fn is_plain_integer(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell).as_bytes();
    let is_short = (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_short && (digits[0] != b'0' || cell == "0")
}

/// Adds a text as a JSON string.
pub(super) fn push_json_string(text: &str, to: &mut String) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        to.push('"');
        to.push_str(text);
        to.push('"');
    } else {
        to.push_str(&serde_json::Value::from(text).to_string());
    }
}

fn stars(text: &str) -> Result<u8, String> {
    let stars = whole(text, true).ok_or_else(|| format!("`{}` is not 1 to 5 whole stars; correct it", shown(text)))?;
    // Whatever does not fit is out of range all the same, and refused as that.
    Ok(u8::try_from(stars).unwrap_or(0))
}

fn whole_seconds(text: &str) -> Result<u32, String> {
    let seconds = whole(text, false).and_then(|seconds| u32::try_from(seconds).ok());
    seconds.ok_or_else(|| format!("`{}` is no number of seconds; correct it", shown(text)))
}

/// The integer before a decimal point; what is after it must be zeros, or is dropped unless `is_exact`.
fn whole(text: &str, is_exact: bool) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digit = |b: u8| if is_exact { b == b'0' } else { b.is_ascii_digit() };
    if !whole.bytes().all(|b| b.is_ascii_digit()) || !fraction.bytes().all(is_digit) {
        return None;
    }
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_kept_as_numbers_only_if_nothing_is_lost() {
        for text in ["0", "7", "-12", "123456789012345"] {
            assert!(is_plain_integer(text), "{text}");
        }
        for text in ["", "-", "-0", "007", "+1", "1.0", "1234567890123456", "1e3", "٣"] {
            assert!(!is_plain_integer(text), "{text}");
        }
    }

    #[test]
    fn strings_are_escaped() {
        let mut json = String::new();
        push_json_string("a\"b\\\n\u{1}é", &mut json);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\"b\\\n\u{1}é");
    }

    #[test]
    fn stars_are_whole_and_seconds_are_cut() {
        assert_eq!((stars("4"), stars("4.0"), stars("999")), (Ok(4), Ok(4), Ok(0)));
        assert!(stars("4.5").is_err() && stars("-1").is_err() && stars("").is_err() && stars("many").is_err());
        assert_eq!((whole_seconds("90"), whole_seconds("90.9")), (Ok(90), Ok(90)));
        assert!(whole_seconds("-1").is_err() && whole_seconds("4294967296").is_err());
    }
}
