//! Mappings: which column of a file becomes which part of an event.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a file is to be read. Every field may stand in a TOML file under its own name; unknown ones are refused.
///
/// A *column* is a name from the header, its number written `#3` (the first is `#1`), or in JSON a path such as
/// `properties.total`. Several may be given as `event|type`: the first that is not blank counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The file's format; by default known from its first bytes and its name.
    pub format: Option<Format>,
    /// The one ASCII character between two fields; by default found out from the first lines.
    pub delimiter: Option<char>,
    /// Whether `"` quotes fields of a CSV or TSV file. Without, a quote is a character like any other.
    pub quotes: bool,
    /// Whether the first line names the columns.
    pub header: Header,
    /// The columns of a fixed-width file. A fixed file without them is split at runs of blanks.
    pub columns: Vec<FixedColumn>,
    /// Lines to leave out at the top, before the header.
    pub skip_lines: u64,
    /// Lines that start with this are left out everywhere.
    pub comment: Option<String>,

    /// Column of the person. Where it is blank, the first of `also` that is not blank takes its place.
    pub person: Option<String>,
    /// The kind of id the person's column holds.
    pub person_kind: String,
    /// Columns with further ids of the same person.
    pub also: Vec<Also>,
    /// What was done.
    pub verb: Option<Field>,
    /// Toward what. Where it is blank, `parent` takes its place.
    pub object: Option<Field>,
    /// The kind of the object.
    pub object_kind: String,
    /// What the object belongs to.
    pub parent: Option<Field>,
    /// The kind of the parent.
    pub parent_kind: String,

    /// Column of the time.
    pub time: Option<String>,
    /// How times are written.
    pub time_format: TimeFormat,
    /// The zone of times that do not say theirs: a name such as `Europe/Berlin`, or an offset such as `+02:00`.
    pub zone: String,

    /// Column of the amount.
    pub value: Option<String>,
    /// Whether amounts are in the currency's major unit (dollars) or its minor unit (cents).
    pub value_unit: ValueUnit,
    /// The decimal sign of amounts, `.` or `,`; the other one may part thousands.
    pub decimal: char,
    /// Currency of the amount, a code of three letters.
    pub currency: Option<Field>,

    /// Column of what was said.
    pub text: Option<String>,
    /// Column of the stars given, 1 to 5.
    pub rating: Option<String>,
    /// Column of how long it took, in seconds; fractions are cut off.
    pub seconds: Option<String>,
    /// Where it was done: the name of a layer; `web` where nothing is said.
    pub layer: Option<Field>,
    /// Column of the record's own id, by which a repeat is known.
    pub message: Option<String>,
    /// Column of the message that it answers, or of the conversation it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Whether the person was paid for it (yes, no, true, false, 1, 0).
    pub paid: Option<Field>,
    /// Whether it counts at all (the same words); it does where nothing is said.
    pub scored: Option<Field>,
    /// Columns to keep as they are, in one JSON object: `column`, or `name=column` to call it otherwise.
    pub extra: Vec<Extra>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            format: None,
            delimiter: None,
            quotes: true,
            header: Header::Auto,
            columns: Vec::new(),
            skip_lines: 0,
            comment: None,
            person: None,
            person_kind: "customer".to_owned(),
            also: Vec::new(),
            verb: None,
            object: None,
            object_kind: "brand".to_owned(),
            parent: None,
            parent_kind: "brand".to_owned(),
            time: None,
            time_format: TimeFormat::Auto,
            zone: "UTC".to_owned(),
            value: None,
            value_unit: ValueUnit::Major,
            decimal: '.',
            currency: None,
            text: None,
            rating: None,
            seconds: None,
            layer: None,
            message: None,
            reply_to: None,
            paid: None,
            scored: None,
            extra: Vec::new(),
        }
    }
}

/// The formats of files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Fields parted by a character, quoted where needed.
    Csv,
    /// The same, parted by tabs.
    Tsv,
    /// Fields at fixed places, or parted by runs of blanks.
    Fixed,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "csv" => Ok(Self::Csv),
            "tsv" => Ok(Self::Tsv),
            "fixed" => Ok(Self::Fixed),
            "jsonl" => Ok(Self::Jsonl),
            "parquet" => Ok(Self::Parquet),
            _ => Err(format!("`{text}` is no format; there are `csv`, `tsv`, `fixed`, `jsonl` and `parquet`")),
        }
    }
}

/// Whether the first line names the columns: `true`, `false` or `"auto"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "HeaderText", into = "HeaderText")]
pub enum Header {
    /// Seen from the mapped names and from what stands in the time's column.
    #[default]
    Auto,
    /// It does.
    Yes,
    /// It does not.
    No,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "`header` is true, false or \"auto\"")]
enum HeaderText {
    Is(bool),
    Word(String),
}

impl TryFrom<HeaderText> for Header {
    type Error = &'static str;

    fn try_from(text: HeaderText) -> Result<Self, Self::Error> {
        match text {
            HeaderText::Is(true) => Ok(Self::Yes),
            HeaderText::Is(false) => Ok(Self::No),
            HeaderText::Word(word) if word == "auto" => Ok(Self::Auto),
            HeaderText::Word(_) => Err("`header` is true, false or \"auto\""),
        }
    }
}

impl From<Header> for HeaderText {
    fn from(header: Header) -> Self {
        match header {
            Header::Auto => Self::Word("auto".to_owned()),
            Header::Yes => Self::Is(true),
            Header::No => Self::Is(false),
        }
    }
}

/// One column of a fixed-width file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedColumn {
    /// Its name.
    pub name: String,
    /// Its first character; the line's first is 1.
    pub start: usize,
    /// How many characters it has.
    pub width: usize,
}

/// A further id of the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The column.
    pub column: String,
    /// The kind of id in it.
    pub kind: String,
}

/// A column, a constant, or a column with a constant where it is blank.
/// In TOML `"column"`, `{ column = "…" }`, `{ const = "…" }` or both; on a command line `column` or `=constant`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "FieldText")]
pub struct Field {
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The constant.
    #[serde(rename = "const", skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a column's name, { column = \"…\" } or { const = \"…\" }")]
enum FieldText {
    Column(String),
    Table(FieldTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTable {
    column: Option<String>,
    #[serde(rename = "const")]
    constant: Option<String>,
}

impl From<FieldText> for Field {
    fn from(text: FieldText) -> Self {
        match text {
            FieldText::Column(column) => Self::column(column),
            FieldText::Table(table) => Self { column: table.column, constant: table.constant },
        }
    }
}

impl Field {
    /// The values of a column.
    pub fn column(column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), constant: None }
    }

    /// The same value in every record.
    pub fn constant(value: impl Into<String>) -> Self {
        Self { column: None, constant: Some(value.into()) }
    }
}

impl From<&str> for Field {
    /// Reads the command line's spelling: `=bought` is a constant, anything else a column.
    fn from(text: &str) -> Self {
        match text.strip_prefix('=') {
            Some(value) => Self::constant(value),
            None => Self::column(text),
        }
    }
}

/// How times are written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeFormat {
    /// Any of the forms below that can be told apart; what cannot is an error, never a guess.
    #[default]
    Auto,
    /// ISO 8601: `2024-03-31`, `2024-03-31T12:00:00.5+02:00`, `20240331T120000Z`.
    Iso,
    /// Seconds since 1970, or milli-, micro- or nanoseconds, told apart by their size.
    Unix,
    /// Milliseconds since 1970.
    UnixMs,
    /// Year, month, day: `20240331`, `2024/3/31`; a time may follow.
    Ymd,
    /// Day, month, year: `31.03.2024`, `31/3/2024`; a time may follow.
    Dmy,
    /// Month, day, year: `03/31/2024`; a time may follow.
    Mdy,
    /// A pattern of `strptime`, such as `%d %b %Y %H:%M`.
    Custom(String),
}

impl FromStr for TimeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "iso" => Ok(Self::Iso),
            "unix" => Ok(Self::Unix),
            "unix_ms" => Ok(Self::UnixMs),
            "ymd" => Ok(Self::Ymd),
            "dmy" => Ok(Self::Dmy),
            "mdy" => Ok(Self::Mdy),
            pattern if pattern.contains('%') => Ok(Self::Custom(pattern.to_owned())),
            _ => Err(format!(
                "`{text}` is no time format; there are `auto`, `iso`, `unix`, `unix_ms`, `ymd`, `dmy`, `mdy` and patterns such as `%d %b %Y`"
            )),
        }
    }
}

impl TryFrom<String> for TimeFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<TimeFormat> for String {
    fn from(format: TimeFormat) -> Self {
        let name = match format {
            TimeFormat::Auto => "auto",
            TimeFormat::Iso => "iso",
            TimeFormat::Unix => "unix",
            TimeFormat::UnixMs => "unix_ms",
            TimeFormat::Ymd => "ymd",
            TimeFormat::Dmy => "dmy",
            TimeFormat::Mdy => "mdy",
            TimeFormat::Custom(pattern) => return pattern,
        };
        name.to_owned()
    }
}

/// The unit of amounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueUnit {
    /// Dollars, euros.
    #[default]
    Major,
    /// Cents.
    Minor,
}

impl FromStr for ValueUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "major" => Ok(Self::Major),
            "minor" => Ok(Self::Minor),
            _ => Err(format!("`{text}` is no unit; there are `major` and `minor`")),
        }
    }
}

/// A column to keep, and under which name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Extra {
    /// The name it gets.
    pub name: String,
    /// The column.
    pub column: String,
}

impl From<String> for Extra {
    /// Reads `column` or `name=column`.
    fn from(text: String) -> Self {
        match text.split_once('=') {
            Some((name, column)) => Self { name: name.to_owned(), column: column.to_owned() },
            None => Self { name: text.clone(), column: text },
        }
    }
}

impl From<Extra> for String {
    fn from(extra: Extra) -> Self {
        format!("{}={}", extra.name, extra.column)
    }
}
