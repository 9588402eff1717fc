//! What can be wrong with a whole file; what is wrong with one record is a `Flaw`.

use std::io;

use super::Position;

/// Most columns that a message lists.
const MAX_LISTED: usize = 40;
/// Most characters of a cell or column name that a message shows.
const MAX_SHOWN: usize = 60;

/// Why a file cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there, or the machine could not read it. Trying again later may help.
    #[error("`{name}` cannot be read: {source}")]
    Io {
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is no text, and none of the formats that are known.
    #[error("`{name}` is not text: {looks}")]
    Binary {
        /// The file.
        name: String,
        /// What it looks like, and what to do.
        looks: &'static str,
    },
    /// It breaks off or is damaged here; every record before was delivered.
    #[error(
        "`{name}` is damaged after record {row} (line {line}, byte {bytes} of its text): {message}; what came before was read",
        row = after.row, line = after.line, bytes = after.bytes
    )]
    Broken {
        /// The file.
        name: String,
        /// The end of the last whole record.
        after: Position,
        /// What is wrong.
        message: String,
    },
    /// The mapping contradicts itself or does not fit this kind of file.
    #[error("{0}")]
    Mapping(String),
    /// The mapping names a column that the file does not have.
    #[error("there is no column `{column}`{nearest}; the file has {there}")]
    ColumnMissing {
        /// As the mapping has it.
        column: String,
        /// `; did you mean …`, or nothing.
        nearest: String,
        /// The columns there are.
        there: String,
    },
    /// Day and month cannot be told apart.
    #[error("`{example}` can be read day first or month first; set `time_format` to `dmy` or `mdy`")]
    AmbiguousDates {
        /// One such date.
        example: String,
    },
    /// The part that was read before is not what it was.
    #[error("`{name}` is another file than before: its first {n_bytes} bytes have changed; import it anew")]
    Changed {
        /// The file.
        name: String,
        /// How much of it was compared.
        n_bytes: u64,
    },
}

impl FileError {
    pub(super) fn column_missing(column: &str, there: &[String]) -> Self {
        let nearest = nearest(column, there).map(|name| format!("; did you mean `{}`?", shown(name)));
        let mut listed: Vec<String> = there.iter().take(MAX_LISTED).map(|name| format!("`{}`", shown(name))).collect();
        if there.len() > MAX_LISTED {
            listed.push(format!("{} more", there.len() - MAX_LISTED));
        }
        let there = if listed.is_empty() { "no columns".to_owned() } else { listed.join(", ") };
        Self::ColumnMissing { column: shown(column), nearest: nearest.unwrap_or_default(), there }
    }
}

/// A cell as a message shows it: short, and without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The name most like `wanted`, if any is alike at all.
fn nearest<'a>(wanted: &str, there: &'a [String]) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(MAX_SHOWN).collect();
    let distances = there.iter().take(1000).map(|name| {
        let lower: Vec<char> = name.trim().to_lowercase().chars().take(MAX_SHOWN).collect();
        let holds = contains(&lower, &wanted) || contains(&wanted, &lower);
        (if holds { 1 } else { distance(&wanted, &lower) }, name.as_str())
    });
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + wanted.len() / 3).then_some(name)
}

fn contains(whole: &[char], part: &[char]) -> bool {
    part.len() >= 3 && whole.windows(part.len()).any(|window| window == part)
}

/// Levenshtein's distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let there = ["Customer ID".to_owned(), "amuont".to_owned(), "date".to_owned()];
        assert_eq!(nearest("amount", &there), Some("amuont"));
        assert_eq!(nearest("customer", &there), Some("Customer ID"));
        assert_eq!(nearest("quantity", &there), None);
        assert_eq!(nearest("quantity", &[]), None);
    }

    #[test]
    fn cells_are_shown_short_and_tame() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), MAX_SHOWN + 1);
    }
}
