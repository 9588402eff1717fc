//! From a mapping to the list of cells a row must give, and what each becomes.

use parlour_core::event::{Currency, Layer};
use parlour_core::vocabulary::Vocabulary;

use super::amount::AmountStyle;
use super::error::{FileError, shown};
use super::mapping::{Field, Mapping};

/// The number of a cell that a row gives.
pub(super) type Slot = usize;

/// A cell that is needed of every row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    /// The column as the mapping has it.
    pub(super) column: String,
    /// Whether it is kept as it is: from JSON and Parquet as a JSON value.
    pub(super) is_extra: bool,
}

/// A cell, what stands for it where it is blank, or both.
#[derive(Clone, Debug)]
pub(super) struct Part<T> {
    pub(super) slot: Option<Slot>,
    pub(super) constant: Option<T>,
}

/// What each cell becomes.
pub(super) struct Plan {
    pub(super) wanted: Vec<Wanted>,
    /// The person's ids with their kinds, the first one first.
    pub(super) people: Vec<(Slot, String)>,
    pub(super) person_kind: String,
    /// The constant as it is stored.
    pub(super) verb: Part<String>,
    pub(super) object: Part<String>,
    pub(super) object_kind: String,
    pub(super) parent: Part<String>,
    pub(super) parent_kind: String,
    pub(super) time: Slot,
    pub(super) value: Option<Slot>,
    pub(super) style: AmountStyle,
    pub(super) currency: Part<Currency>,
    pub(super) text: Option<Slot>,
    pub(super) rating: Option<Slot>,
    pub(super) seconds: Option<Slot>,
    pub(super) layer: Part<Layer>,
    pub(super) message: Option<Slot>,
    pub(super) reply_to: Option<Slot>,
    pub(super) paid: Part<bool>,
    pub(super) scored: Part<bool>,
    /// Each name as a JSON string, and its cell.
    pub(super) extra: Vec<(String, Slot)>,
}

/// The yes and no of a cell.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&["true", "yes", "y", "t", "1"]) { Some(true) } else { is(&["false", "no", "n", "f", "0"]).then_some(false) }
}

impl Plan {
    pub(super) fn new(mapping: &Mapping, vocabulary: &Vocabulary) -> Result<Self, FileError> {
        check(mapping)?;
        let mut wanted = WantedList(Vec::new());
        let mut people = Vec::new();
        let first = mapping.person.as_ref().map(|column| (column, &mapping.person_kind));
        for (column, kind) in first.into_iter().chain(mapping.also.iter().map(|also| (&also.column, &also.kind))) {
            people.push((wanted.slot(column), kind.clone()));
        }
        let time = mapping.time.as_ref().ok_or_else(|| missing("time", "the column of the time"))?;
        let extra = mapping.extra.iter().map(|extra| {
            let name = serde_json::Value::from(extra.name.as_str()).to_string();
            (name, wanted.extra_slot(&extra.column))
        });
        let extra = extra.collect();
        let is_yes = |text: &str| yes_or_no(text);
        Ok(Self {
            people,
            person_kind: mapping.person_kind.clone(),
            verb: wanted.part(mapping.verb.as_ref(), "verb", |verb| Some(vocabulary.stored_name(verb)))?,
            object: wanted.part(mapping.object.as_ref(), "object", |id| Some(id.to_owned()))?,
            object_kind: mapping.object_kind.clone(),
            parent: wanted.part(mapping.parent.as_ref(), "parent", |id| Some(id.to_owned()))?,
            parent_kind: mapping.parent_kind.clone(),
            time: wanted.slot(time),
            value: wanted.optional(mapping.value.as_ref()),
            style: AmountStyle { unit: mapping.value_unit, decimal: mapping.decimal },
            currency: wanted.part(mapping.currency.as_ref(), "currency", Currency::of_code)?,
            text: wanted.optional(mapping.text.as_ref()),
            rating: wanted.optional(mapping.rating.as_ref()),
            seconds: wanted.optional(mapping.seconds.as_ref()),
            layer: wanted.part(mapping.layer.as_ref(), "layer", Layer::of_name)?,
            message: wanted.optional(mapping.message.as_ref()),
            reply_to: wanted.optional(mapping.reply_to.as_ref()),
            paid: wanted.part(mapping.paid.as_ref(), "paid", is_yes)?,
            scored: wanted.part(mapping.scored.as_ref(), "scored", is_yes)?,
            extra,
            wanted: wanted.0,
        })
    }
}

/// What a mapping must have, whatever the file.
fn check(mapping: &Mapping) -> Result<(), FileError> {
    let is_given = |field: &Option<Field>| field.as_ref().is_some_and(|f| f.column.is_some() || f.constant.is_some());
    if mapping.person.is_none() && mapping.also.is_empty() {
        return Err(missing("person", "the column of the person"));
    }
    if !is_given(&mapping.verb) {
        return Err(missing("verb", "its column or a constant such as `bought`"));
    }
    if !is_given(&mapping.object) && !is_given(&mapping.parent) {
        return Err(missing("object", "its column or a constant, such as the name of the brand"));
    }
    if mapping.value.is_some() && !is_given(&mapping.currency) {
        return Err(missing("currency", "its column or a constant such as `USD`; `value` needs it"));
    }
    if !matches!(mapping.decimal, '.' | ',') {
        return Err(FileError::Mapping("`decimal` is neither `.` nor `,`; set it to one of them".to_owned()));
    }
    if mapping.delimiter.is_some_and(|c| !c.is_ascii() || matches!(c, '"' | '\n' | '\r' | '\0')) {
        let message = "`delimiter` is not one ASCII character other than a quote or a line end; set another";
        return Err(FileError::Mapping(message.to_owned()));
    }
    match mapping.columns.iter().find(|column| column.start == 0 || column.width == 0) {
        Some(column) => {
            let name = shown(&column.name);
            Err(FileError::Mapping(format!("column `{name}` needs a `start` and a `width` of at least 1")))
        }
        None => Ok(()),
    }
}

fn missing(field: &str, what: &str) -> FileError {
    FileError::Mapping(format!("the mapping has no `{field}`; give {what}"))
}

struct WantedList(Vec<Wanted>);

impl WantedList {
    fn slot(&mut self, column: &str) -> Slot {
        self.push(column, false)
    }

    fn extra_slot(&mut self, column: &str) -> Slot {
        self.push(column, true)
    }

    fn push(&mut self, column: &str, is_extra: bool) -> Slot {
        let wanted = Wanted { column: column.to_owned(), is_extra };
        let known = self.0.iter().position(|known| *known == wanted);
        known.unwrap_or_else(|| {
            self.0.push(wanted);
            self.0.len() - 1
        })
    }

    fn optional(&mut self, column: Option<&String>) -> Option<Slot> {
        column.map(|column| self.slot(column))
    }

    fn part<T>(
        &mut self,
        field: Option<&Field>,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Part<T>, FileError> {
        let Some(field) = field else { return Ok(Part { slot: None, constant: None }) };
        let constant = match field.constant.as_deref().map(str::trim) {
            Some(text) => Some(parse(text).ok_or_else(|| {
                FileError::Mapping(format!("`{}` is no {name}; set the constant of `{name}` to one", shown(text)))
            })?),
            None => None,
        };
        Ok(Part { slot: self.optional(field.column.as_ref()), constant })
    }
}
