//! Where the cells of a line are: parted by a character, by blanks, or at fixed places.

use memchr::memchr_iter;

use super::decode::Span;
use super::error::FileError;
use super::mapping::FixedColumn;
use super::plan::Wanted;

/// The cells of the row at hand; the buffers are used again for the next.
#[derive(Default)]
pub(super) struct Cells {
    /// Text that does not stand in the record as it is needed.
    pub(super) scratch: String,
    /// Whether the spans are in `scratch` rather than in the record.
    pub(super) is_scratch: bool,
    /// One per wanted cell.
    pub(super) spans: Vec<Span>,
    fields: Vec<Span>,
}

impl Cells {
    /// What the spans are in.
    pub(super) fn text<'a>(&'a self, record: &'a str) -> &'a str {
        if self.is_scratch { &self.scratch } else { record }
    }
}

/// What parts the fields of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Parting {
    /// One character.
    Character(u8),
    /// Blanks and tabs, however many.
    Blanks,
}

impl Parting {
    /// Finds the fields of a record.
    fn split(self, record: &str, is_quoted: bool, cells: &mut Cells) {
        cells.fields.clear();
        cells.is_scratch = is_quoted;
        match (self, is_quoted) {
            (Self::Character(delimiter), false) => split(record, delimiter, &mut cells.fields),
            (Self::Character(delimiter), true) => {
                cells.scratch.clear();
                unquote(record, delimiter, &mut cells.scratch, &mut cells.fields);
            }
            (Self::Blanks, _) => split_at_blanks(record, &mut cells.fields),
        }
    }

    /// Every field of a record, without the blanks around it.
    pub(super) fn fields(self, record: &str, is_quoted: bool) -> Vec<String> {
        let mut cells = Cells::default();
        self.split(record, is_quoted, &mut cells);
        let text = cells.text(record);
        cells.fields.iter().map(|span| text[span.start as usize..span.end as usize].trim().to_owned()).collect()
    }
}

/// Fields one after the other.
pub(super) struct Parted {
    parting: Parting,
    /// The columns of each wanted cell, of which the first that is not blank counts.
    columns: Vec<Vec<usize>>,
    /// How many fields a line has, as far as is known.
    n_columns: usize,
}

impl Parted {
    /// `names` are those of the header; without one, columns have numbers only.
    pub(super) fn new(
        parting: Parting,
        wanted: &[Wanted],
        names: Option<&[String]>,
        n_columns: usize,
    ) -> Result<Self, FileError> {
        let columns = wanted.iter().map(|wanted| columns_of(&wanted.column, names, n_columns));
        Ok(Self { parting, columns: columns.collect::<Result<_, _>>()?, n_columns })
    }

    /// Finds the cells of a record.
    pub(super) fn read(&self, record: &str, is_quoted: bool, cells: &mut Cells) -> Result<(), String> {
        cells.spans.clear();
        self.parting.split(record, is_quoted, cells);
        let text = if cells.is_scratch { cells.scratch.as_str() } else { record };
        let n_fields = cells.fields.len();
        if n_fields > self.n_columns && !cells.fields[self.n_columns..].iter().all(|span| is_blank(text, *span)) {
            return Err(format!(
                "the record has {n_fields} fields and the first line {}; quote or correct the field with the delimiter in it",
                self.n_columns
            ));
        }
        for columns in &self.columns {
            let there = columns.iter().filter_map(|column| cells.fields.get(*column)).copied();
            let span = match columns.as_slice() {
                [column] => cells.fields.get(*column).copied(),
                _ => there.clone().find(|span| !is_blank(text, *span)).or_else(|| there.clone().next()),
            };
            cells.spans.push(span.ok_or_else(|| {
                let column = columns.first().map_or(0, |column| column + 1);
                format!("the record ends after {n_fields} fields, and field {column} is needed; complete it")
            })?);
        }
        Ok(())
    }
}

fn is_blank(text: &str, span: Span) -> bool {
    text.get(span.start as usize..span.end as usize).is_none_or(|cell| cell.trim().is_empty())
}

/// Finds a column by its name, by its number, or the first of several by either.
pub(super) fn columns_of(column: &str, names: Option<&[String]>, n_columns: usize) -> Result<Vec<usize>, FileError> {
    if names.is_some_and(|names| names.iter().any(|name| name == column)) {
        return Ok(column_named(column, names.unwrap_or_default())?.into_iter().collect());
    }
    let mut found = Vec::new();
    for column in column.split('|').map(str::trim) {
        let at = match column.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => number.checked_sub(1).filter(|at| *at < n_columns),
            None => column_named(column, names.unwrap_or_default())?,
        };
        found.extend(at);
    }
    if found.is_empty() {
        let numbers: Vec<String> = (1..=n_columns).map(|number| format!("#{number}")).collect();
        return Err(FileError::column_missing(column, names.unwrap_or(&numbers)));
    }
    Ok(found)
}

fn column_named(column: &str, names: &[String]) -> Result<Option<usize>, FileError> {
    let matching = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| is(name)).map(|(at, _)| at).collect()
    };
    let mut found = matching(&|name| name == column);
    if found.is_empty() {
        let lower = column.to_lowercase();
        found = matching(&|name| name.to_lowercase() == lower);
    }
    match found.as_slice() {
        [] => Ok(None),
        [at] => Ok(Some(*at)),
        [first, ..] => Err(FileError::Mapping(format!(
            "there are {} columns `{column}`; say which by its number, such as `#{}`",
            found.len(),
            first + 1
        ))),
    }
}

fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

fn split(record: &str, delimiter: u8, fields: &mut Vec<Span>) {
    let mut start = 0;
    for at in memchr_iter(delimiter, record.as_bytes()) {
        fields.push(span(start, at));
        start = at + 1;
    }
    fields.push(span(start, record.len()));
}

fn split_at_blanks(record: &str, fields: &mut Vec<Span>) {
    let mut start = None;
    for (at, byte) in record.bytes().enumerate() {
        match (byte.is_ascii_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                fields.push(span(from, at));
                start = None;
            }
            (true, None) | (false, Some(_)) => {}
        }
    }
    if let Some(from) = start {
        fields.push(span(from, record.len()));
    }
}

/// Splits a record whose quotes were found to be in order, and takes them off.
fn unquote(record: &str, delimiter: u8, scratch: &mut String, fields: &mut Vec<Span>) {
    let bytes = record.as_bytes();
    let mut at = 0;
    loop {
        let start = scratch.len();
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            while let Some(n) = memchr::memchr(b'"', &bytes[at..]) {
                scratch.push_str(&record[at..at + n]);
                at += n + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                scratch.push('"');
                at += 1;
            }
        }
        // A bare field; after a quoted one, nothing.
        let end = memchr::memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |n| at + n);
        scratch.push_str(&record[at..end]);
        fields.push(span(start, scratch.len()));
        if end == bytes.len() {
            return;
        }
        at = end + 1;
    }
}

/// Fields at fixed places.
pub(super) struct Fixed {
    /// First character (from 0) and end of each wanted cell.
    places: Vec<(usize, usize)>,
}

impl Fixed {
    pub(super) fn new(wanted: &[Wanted], columns: &[FixedColumn]) -> Result<Self, FileError> {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let places = wanted.iter().map(|wanted| {
            let found = columns_of(&wanted.column, Some(&names), columns.len())?;
            let column = &columns[found[0]];
            let start = column.start - 1;
            Ok((start, start.saturating_add(column.width)))
        });
        Ok(Self { places: places.collect::<Result<_, FileError>>()? })
    }

    /// Finds the cells of a line; what lies beyond its end is blank.
    pub(super) fn read(&self, record: &str, cells: &mut Cells) {
        cells.spans.clear();
        cells.is_scratch = false;
        let is_ascii = record.is_ascii();
        let place = |at: usize| {
            let byte = if is_ascii { Some(at) } else { record.char_indices().nth(at).map(|(byte, _)| byte) };
            byte.unwrap_or(record.len()).min(record.len())
        };
        cells.spans.extend(self.places.iter().map(|(start, end)| span(place(*start), place(*end))));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(columns: &[&str]) -> Vec<Wanted> {
        columns.iter().map(|column| Wanted { column: (*column).to_owned(), is_extra: false }).collect()
    }

    fn texts(record: &str, cells: &Cells) -> Vec<String> {
        let text = cells.text(record);
        cells.spans.iter().map(|span| text[span.start as usize..span.end as usize].to_owned()).collect()
    }

    #[test]
    fn columns_are_found_by_name_number_and_alternative() {
        let names = ["a".to_owned(), "B".to_owned(), "x|y".to_owned(), "B".to_owned()];
        let of = |column| columns_of(column, Some(&names), 4);
        assert_eq!(of("A").unwrap(), [0]);
        assert_eq!(of("x|y").unwrap(), [2], "a name may hold the mark");
        assert_eq!(of("#4|nothing|a").unwrap(), [3, 0]);
        assert!(matches!(of("b"), Err(FileError::Mapping(_))));
        assert!(matches!(of("#5"), Err(FileError::ColumnMissing { .. })));
        assert!(matches!(of("#0"), Err(FileError::ColumnMissing { .. })));
    }

    #[test]
    fn the_first_alternative_that_is_not_blank_counts() {
        let parted = Parted::new(Parting::Character(b','), &wanted(&["#1|#2", "#3"]), None, 3).unwrap();
        let mut cells = Cells::default();
        for (record, expected) in [("a,b,c", "a"), (" ,b,c", "b"), (" ,,c", " ")] {
            parted.read(record, false, &mut cells).unwrap();
            assert_eq!(texts(record, &cells), [expected, "c"]);
        }
    }

    #[test]
    fn a_record_of_the_wrong_length_is_refused() {
        let parted = Parted::new(Parting::Character(b','), &wanted(&["#1", "#3"]), None, 3).unwrap();
        let mut cells = Cells::default();
        assert!(parted.read("a,b", false, &mut cells).unwrap_err().contains("field 3"));
        assert!(parted.read("a,b,c,d", false, &mut cells).unwrap_err().contains("4 fields"));
        assert!(parted.read("a,b,c, ,", false, &mut cells).is_ok(), "blank ones do no harm");
    }

    #[test]
    fn blanks_part_and_places_hold() {
        let mut cells = Cells::default();
        let parted = Parted::new(Parting::Blanks, &wanted(&["#1", "#2"]), None, 2).unwrap();
        parted.read("  a\t  bc ", false, &mut cells).unwrap();
        assert_eq!(texts("  a\t  bc ", &cells), ["a", "bc"]);
        let column = |name: &str, start, width| FixedColumn { name: name.to_owned(), start, width };
        let columns = [column("id", 1, 3), column("name", 4, 5)];
        let fixed = Fixed::new(&wanted(&["name", "id"]), &columns).unwrap();
        for (record, expected) in [("001anna  x", ["anna ", "001"]), ("001änna", ["änna", "001"]), ("00", ["", "00"])]
        {
            fixed.read(record, &mut cells);
            assert_eq!(texts(record, &cells), expected);
        }
    }

    proptest! {
        /// Whatever a CSV writer writes is read back as it was.
        #[test]
        fn quoted_records_read_as_they_were_written(
            fields in proptest::collection::vec("[a-z,\"\n\r é;]{0,8}", 1..6)
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&fields).unwrap();
            let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let record = written.strip_suffix('\n').unwrap();
            let columns: Vec<String> = (1..=fields.len()).map(|number| format!("#{number}")).collect();
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let parted = Parted::new(Parting::Character(b','), &wanted(&columns), None, fields.len()).unwrap();
            let mut cells = Cells::default();
            parted.read(record, record.contains('"'), &mut cells).unwrap();
            prop_assert_eq!(texts(record, &cells), fields);
        }
    }
}
