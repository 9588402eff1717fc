//! What lies in a house, read without any part of Parlour: its database by SQLite, its lake by a reader of Parquet.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use parquet::schema::types::Type;
use rusqlite::{Connection, OpenFlags};

use crate::house::House;

/// The columns that matter, in the order in which they lie.
const COLUMNS: [&str; 3] = ["message", "seq", "received_at"];

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    /// How many events there are of each message id.
    pub(crate) events: HashMap<String, u64>,
    /// Message ids of what was rejected.
    pub(crate) rejected: HashSet<String>,
    /// Earliest and latest receipt of an event, microseconds UTC.
    pub(crate) received: Option<(i64, i64)>,
}

impl Found {
    /// What is in a house where no server is at work, all of which is sealed for that.
    #[track_caller]
    pub(crate) fn of(house: &House) -> Self {
        house.ok(&["compact"]);
        let path = house.data().join("parlour.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let n_unsealed: i64 = db.query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap();
        assert_eq!(n_unsealed, 0, "what is sealed leaves the journal");
        let mut found = Self::default();
        let mut places = HashSet::new();
        for file in texts(&db, "SELECT file FROM run WHERE kind = 'event'") {
            found.read(&house.lake(&file), &mut places);
        }
        let raws = texts(&db, "SELECT CAST(raw AS TEXT) FROM rejected");
        found.rejected = raws.iter().filter_map(|raw| message_in(raw)).collect();
        found
    }

    fn read(&mut self, file: &File, places: &mut HashSet<i64>) {
        let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
        let whole = reader.metadata().file_metadata().schema();
        let columns = whole.get_fields().iter().filter(|field| COLUMNS.contains(&field.name())).cloned().collect();
        let part = Type::group_type_builder(whole.name()).with_fields(columns).build().unwrap();
        let names: Vec<Arc<Type>> = part.get_fields().to_vec();
        let place = |name: &str| names.iter().position(|field| field.name() == name).unwrap();
        let (message, seq, received) = (place("message"), place("seq"), place("received_at"));
        for row in reader.get_row_iter(Some(part)).unwrap() {
            let row = row.unwrap();
            assert!(places.insert(row.get_long(seq).unwrap()), "two events have one place in the journal");
            *self.events.entry(row.get_string(message).unwrap().clone()).or_default() += 1;
            let at = row.get_timestamp_micros(received).unwrap();
            self.received = Some(self.received.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
    }
}

fn texts(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let texts = statement.query_map([], |row| row.get(0)).unwrap();
    texts.collect::<Result<_, _>>().unwrap()
}

fn message_in(raw: &str) -> Option<String> {
    let (_, rest) = raw.split_once("\"messageId\":\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}
