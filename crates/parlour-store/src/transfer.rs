//! Moving: everything that one database holds, put into another of either kind, table by table in the order of their keys, so
//! that what broke off is gone on with; whether it all arrived is said by sums of what is read again on both sides.

use sha2::{Digest, Sha256};

use crate::rows::insert_many;
use crate::{Conn, Database, Kind, Row, StoreError, Value, personal, setting};

/// The setting of a database that is being filled.
const FILLING: &str = "filling";
/// The setting of a database whose rows went elsewhere: where to.
const MOVED_TO: &str = "moved_to";
/// Settings that are about the database and not about what it holds.
const OWN: &str = "name NOT IN ('schema', 'opened', 'filling', 'moved_to')";
/// Bytes that are taken at once, about.
const PART_BYTES: usize = 4 << 20;
/// Rows that are taken at once, at most.
const PART_ROWS: usize = 4096;

/// How far a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Which.
    pub table: &'a str,
    /// Rows that are there.
    pub n_done: u64,
    /// Of so many.
    pub n_rows: u64,
}

/// A table that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub n_rows: u64,
    /// A sum over all of them: the same in whatever order they come.
    pub digest: u128,
}

/// A table as it is moved.
struct Shape {
    table: String,
    columns: Vec<String>,
    /// The places of its key among them.
    key: Vec<usize>,
    n_rows: u64,
}

/// Puts everything that `from` holds into `to`, which must be empty or have been begun before, and finds the same sums on
/// both sides. `tell` is called as it goes on.
///
/// [`StoreError::Denied`] where `to` holds something else, [`StoreError::Corrupt`] where the sums do not agree even after a
/// second try. Until [`finish`], [`state`] says of `to` that it is being filled.
pub fn copy(
    from: &mut dyn Conn,
    (from_kind, to): (Kind, &Database),
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Arrived>, StoreError> {
    let is_begun = to.read(|conn| setting::get(conn, FILLING))?.is_some();
    if !is_begun && to.read(holds_something)? {
        let text = "the database to move into holds something already; give one that is empty".to_owned();
        return Err(StoreError::Denied(text));
    }
    to.write(|conn| setting::set(conn, FILLING, "1"))?;
    let shapes = shapes(from, from_kind)?;
    let mut arrived = Vec::new();
    for shape in &shapes {
        fill(from, to, shape, tell)?;
        let wanted = sum(from, shape)?;
        let mut found = to.read(|conn| sum(conn, shape))?;
        if found != wanted {
            // It was begun from a state that is no more.
            clear(to, shape)?;
            fill(from, to, shape, tell)?;
            found = to.read(|conn| sum(conn, shape))?;
        }
        if found != wanted {
            let text =
                format!("table `{}` did not arrive as it was sent: {found:?} instead of {wanted:?}", shape.table);
            return Err(StoreError::Corrupt(text));
        }
        arrived.push(Arrived { table: shape.table.clone(), n_rows: wanted.0, digest: wanted.1 });
    }
    Ok(arrived)
}

/// Says of a database that [`copy`] filled that it may be worked with.
pub fn finish(to: &Database) -> Result<(), StoreError> {
    to.write(|conn| setting::delete(conn, FILLING)).map(|_| ())
}

/// How it stands with a database that takes part in a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It takes no part in any.
    Whole,
    /// It is being filled, and not done.
    Filling,
    /// Its rows went there.
    MovedTo(String),
}

/// How it stands with a database.
pub fn state(conn: &mut dyn Conn) -> Result<State, StoreError> {
    if setting::get(conn, FILLING)?.is_some() {
        return Ok(State::Filling);
    }
    Ok(setting::get(conn, MOVED_TO)?.map_or(State::Whole, State::MovedTo))
}

/// Says of a database that its rows went elsewhere, so that nobody goes on with it by mistake: the lake follows the other.
pub fn set_moved(conn: &mut dyn Conn, to: &str) -> Result<(), StoreError> {
    setting::set(conn, MOVED_TO, to)
}

/// Whether a server ever worked on it: that leaves settings behind. The schema alone has rows, too, such as the first account.
fn holds_something(conn: &mut dyn Conn) -> Result<bool, StoreError> {
    Ok(!conn.query(&format!("SELECT 1 FROM setting WHERE {OWN} LIMIT 1"), &[])?.is_empty())
}

/// Every table with its columns, in the same order whichever database it is of.
fn shapes(conn: &mut dyn Conn, kind: Kind) -> Result<Vec<Shape>, StoreError> {
    let (columns, keys) = match kind {
        Kind::Sqlite => (
            "SELECT name FROM pragma_table_info($1) ORDER BY name",
            "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
        ),
        Kind::Postgres => (
            "SELECT CAST(column_name AS TEXT) COLLATE \"C\" AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER' ORDER BY name",
            "SELECT CAST(k.column_name AS TEXT) FROM information_schema.key_column_usage AS k \
             JOIN information_schema.table_constraints AS c ON c.constraint_name = k.constraint_name \
             AND c.table_schema = k.table_schema AND c.table_name = k.table_name \
             WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_schema = current_schema() AND k.table_name = $1 \
             ORDER BY k.ordinal_position",
        ),
    };
    let mut shapes = Vec::new();
    for table in personal::tables(conn, kind)? {
        // What SQLite makes of `post` to search in it, it makes again.
        if table.starts_with("post_words") {
            continue;
        }
        let named = |conn: &mut dyn Conn, sql: &str| -> Result<Vec<String>, StoreError> {
            conn.query(sql, &[table.as_str().into()])?.into_iter().map(|mut row| row.take_text(0)).collect()
        };
        let columns = named(conn, columns)?;
        let key = named(conn, keys)?;
        let key: Option<Vec<usize>> = key.iter().map(|name| columns.iter().position(|column| column == name)).collect();
        let key = key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| StoreError::Corrupt(format!("table `{table}` has no key to move it by")))?;
        let mut shape = Shape { table, columns, key, n_rows: 0 };
        let counted = format!("SELECT COUNT(*) FROM {} {}", shape.table, shape.only());
        shape.n_rows = crate::rows::one_int(conn, &counted, &[])?.unsigned_abs();
        shapes.push(shape);
    }
    Ok(shapes)
}

impl Shape {
    /// Which of its rows are moved.
    fn only(&self) -> String {
        if self.table == "setting" { format!("WHERE {OWN}") } else { String::new() }
    }

    fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.columns.join(", "), self.table)
    }

    fn key_columns(&self, end: &str) -> String {
        let names: Vec<String> = self.key.iter().map(|at| format!("{}{end}", self.columns[*at])).collect();
        names.join(", ")
    }

    fn key_of(&self, row: &Row) -> Vec<Value> {
        self.key.iter().map(|at| row.0[*at].clone()).collect()
    }
}

/// Puts those rows of a table into `to` that come after the last that is there.
fn fill(
    from: &mut dyn Conn,
    to: &Database,
    shape: &Shape,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let last = format!("{} {} ORDER BY {} LIMIT 1", shape.select(), shape.only(), shape.key_columns(" DESC"));
    let counted = format!("SELECT COUNT(*) FROM {} {}", shape.table, shape.only());
    let (last, n_there) = to.read(|conn| Ok((conn.query(&last, &[])?, crate::rows::one_int(conn, &counted, &[])?)))?;
    let mut after = last.first().map(|row| shape.key_of(row));
    let mut n_done = n_there.unsigned_abs();
    let mut most = 64;
    loop {
        tell(Progress { table: &shape.table, n_done, n_rows: shape.n_rows });
        let rows = rows_after(from, shape, after.as_deref(), most)?;
        let Some(end) = rows.last() else { return Ok(()) };
        after = Some(shape.key_of(end));
        n_done += rows.len() as u64;
        let n_bytes: usize = rows.iter().flat_map(|row| &row.0).map(Value::n_bytes).sum();
        let fitting = if n_bytes < PART_BYTES / 2 {
            most * 2
        } else if PART_BYTES < n_bytes {
            most / 2
        } else {
            most
        };
        most = fitting.clamp(1, PART_ROWS);
        let head = format!("INSERT INTO {} ({})", shape.table, shape.columns.join(", "));
        let n_columns = shape.columns.len();
        to.write(move |conn| {
            insert_many(conn, (&head, ""), n_columns, &rows, |row, params| params.extend(row.0.iter().cloned()))
        })?;
    }
}

fn rows_after(
    from: &mut dyn Conn,
    shape: &Shape,
    after: Option<&[Value]>,
    most: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut sql = format!("{} {}", shape.select(), shape.only());
    if let Some(after) = after {
        let word = if shape.only().is_empty() { "WHERE" } else { "AND" };
        let marks: Vec<String> = (1..=after.len()).map(|n| format!("${n}")).collect();
        sql = format!("{sql} {word} ({}) > ({})", shape.key_columns(""), marks.join(", "));
    }
    from.query(&format!("{sql} ORDER BY {} LIMIT {most}", shape.key_columns("")), after.unwrap_or_default())
}

fn clear(to: &Database, shape: &Shape) -> Result<(), StoreError> {
    let sql = format!("DELETE FROM {} {}", shape.table, shape.only());
    to.write(move |conn| conn.execute(&sql, &[]).map(|_| ()))
}

/// How many rows there are and a sum of a digest of each.
fn sum(conn: &mut dyn Conn, shape: &Shape) -> Result<(u64, u128), StoreError> {
    let (mut n_rows, mut sum) = (0, 0u128);
    conn.for_each(&format!("{} {}", shape.select(), shape.only()), &[], &mut |row| {
        n_rows += 1;
        sum = sum.wrapping_add(digest(&row));
        Ok(())
    })?;
    Ok((n_rows, sum))
}

fn digest(row: &Row) -> u128 {
    let mut hash = Sha256::new();
    for value in &row.0 {
        let (kind, bytes): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Int(n) => (1, &n.to_be_bytes()),
            Value::Real(x) => (2, &x.to_bits().to_be_bytes()),
            Value::Text(text) => (3, text.as_bytes()),
            Value::Blob(bytes) => (4, bytes),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    let digest = hash.finalize();
    u128::from_be_bytes(std::array::from_fn(|at| digest[at]))
}
