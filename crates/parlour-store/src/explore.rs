//! Looking around in the database with one's own `SELECT`: what may be seen and how much of it.
//!
//! Read only by the database's own means, on a connection made for the one question and closed after it.

use std::time::Duration;

use crate::Value;

/// The tables that may be read. A table that is not named here cannot be, whatever it is called;
/// `activity`, `actor`, `conversation`, `credential`, `feed`, `hook`, `mailbox`, `passkey`, `session`, `setting`, `source`,
/// `source_key` and `staff` hold secrets, `attachment` files, and `audit` is the owners' affair. What members have in their
/// rooms is for whom their doors let in, and no table asks a door.
pub(crate) const EXPLORABLE: [&str; 31] = [
    "alert",
    "ask",
    "audience",
    "correction",
    "cursor",
    "delivery",
    "duty_told",
    "entity",
    "fit",
    "follower",
    "handling",
    "identity",
    "image_set",
    "job",
    "journal",
    "link",
    "note",
    "occasion",
    "post",
    "product",
    "question",
    "rejected",
    "remote_actor",
    "reply",
    "run",
    "server",
    "source_tally",
    "standing",
    "tally",
    "thread",
    "verb_name",
];

/// The tables whose reading by strangers would be a leak.
pub(crate) const SECRET: [&str; 39] = [
    "acquaintance",
    "activity",
    "actor",
    "album",
    "album_photo",
    "attachment",
    "audit",
    "blocked",
    "claim",
    "consent",
    "conversation",
    "credential",
    "dispute",
    "erased",
    "erasure",
    "fact",
    "feed",
    "frame",
    "hang_request",
    "hanging",
    "hook",
    "leaving",
    "mailbox",
    "media",
    "member",
    "member_passkey",
    "member_session",
    "passkey",
    "peek",
    "photo",
    "product_word",
    "rsvp",
    "session",
    "set_image",
    "setting",
    "source",
    "source_key",
    "staff",
    "tag",
];

/// The most rows of a table that are counted for [`TableShape::n_rows`].
pub(crate) const COUNTED_ROWS: i64 = 100_000;

/// The longest text of a question.
pub(crate) const MAX_SQL_BYTES: usize = 64 << 10;

/// How much one question may cost.
#[derive(Clone, Debug)]
pub struct ExploreLimits {
    /// The most rows; what comes after them is cut.
    pub n_rows: usize,
    /// The most bytes of all values together; what comes after them is cut.
    pub n_bytes: usize,
    /// The most bytes of one value; the rest of it is cut.
    pub value_bytes: usize,
    /// How long the database may work on it.
    pub deadline: Duration,
}

impl Default for ExploreLimits {
    fn default() -> Self {
        Self { n_rows: 10_000, n_bytes: 8 << 20, value_bytes: 64 << 10, deadline: Duration::from_secs(10) }
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The names of the columns; two may have the same.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
    /// Whether a limit cut rows or values off.
    pub is_cut: bool,
}

/// One table that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// Its name.
    pub name: String,
    /// Its columns: name and type.
    pub columns: Vec<(String, String)>,
    /// How many rows it has, if that is quick to count.
    pub n_rows: Option<i64>,
}

/// A table being filled up to its limits.
pub(crate) struct Filling<'a> {
    table: Table,
    n_bytes: usize,
    limits: &'a ExploreLimits,
}

impl<'a> Filling<'a> {
    pub(crate) fn new(columns: Vec<String>, limits: &'a ExploreLimits) -> Self {
        Self { table: Table { columns, rows: Vec::new(), is_cut: false }, n_bytes: 0, limits }
    }

    /// Takes a row; returns whether there is room for more. A row that does not fit is left out.
    pub(crate) fn push(&mut self, row: Vec<Value>) -> bool {
        let row: Vec<Value> = row.into_iter().map(|value| self.cut(value)).collect();
        // An empty value costs too.
        self.n_bytes += row.iter().map(|value| value.n_bytes() + size_of::<Value>()).sum::<usize>();
        if self.limits.n_rows <= self.table.rows.len() || self.limits.n_bytes < self.n_bytes {
            self.table.is_cut = true;
            return false;
        }
        self.table.rows.push(row);
        true
    }

    fn cut(&mut self, value: Value) -> Value {
        let most = self.limits.value_bytes;
        match value {
            Value::Text(mut text) if most < text.len() => {
                self.table.is_cut = true;
                text.truncate(text.floor_char_boundary(most));
                Value::Text(text)
            }
            Value::Blob(mut bytes) if most < bytes.len() => {
                self.table.is_cut = true;
                bytes.truncate(most);
                Value::Blob(bytes)
            }
            whole @ (Value::Null | Value::Int(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_)) => whole,
        }
    }

    pub(crate) fn table(self) -> Table {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_cut_by_rows_bytes_and_values() {
        let limits = ExploreLimits { n_rows: 2, n_bytes: 1000, value_bytes: 7, ..ExploreLimits::default() };
        let mut filling = Filling::new(vec!["x".to_owned()], &limits);
        assert!(filling.push(vec!["ääääää".into()]));
        assert!(filling.push(vec![1_i64.into()]));
        assert!(!filling.push(vec![1_i64.into()]));
        let table = filling.table();
        assert_eq!(table.rows, [vec!["äää".into()], vec![Value::Int(1)]]);
        assert!(table.is_cut);

        let mut filling = Filling::new(vec!["x".to_owned()], &limits);
        let wide = vec![Value::Int(1); 100];
        assert!(!filling.push(wide));
        assert_eq!(filling.table().rows.len(), 0);
    }

    #[test]
    fn secrets_are_not_explorable() {
        assert!(SECRET.iter().all(|name| !EXPLORABLE.contains(name)));
    }
}
