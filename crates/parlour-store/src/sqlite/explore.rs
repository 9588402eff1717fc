//! A stranger's `SELECT` on SQLite: a connection of its own that cannot write, an authorizer that knows what may be
//! read, a deadline, and small limits on everything.

use std::path::Path;
use std::time::Instant;

use rusqlite::OpenFlags;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;

use super::{Sqlite, error_of};
use crate::conn::Conn;
use crate::explore::{EXPLORABLE, Filling, MAX_SQL_BYTES};
use crate::{ExploreLimits, StoreError, Table, Value};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS_PER_LOOK: i32 = 1000;
/// The longest value or row that is worked on.
const MAX_VALUE_BYTES: i32 = 4 << 20;
/// Page cache of one question, in KiB as SQLite writes it; what sorts more goes to a file.
const CACHE: &str = "-8192";
/// How the names of tables begin that SQLite makes up itself.
const BUILT_IN: [&str; 3] = ["sqlite_", "pragma_", "dbstat"];

/// Functions that reach out of the question.
const POWERS: [&str; 2] = ["load_extension", "fts3_tokenizer"];

/// Functions that SQLite treats as tables.
const JSON_TABLES: [&str; 2] = ["json_each", "json_tree"];

const LIMITS: [(Limit, i32); 10] = [
    (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES as i32),
    (Limit::SQLITE_LIMIT_COLUMN, 200),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    // One comparison is one step of the machine, so a long pattern would outrun the deadline.
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Answers one question.
pub(crate) fn explore(path: &Path, sql: &str, limits: &ExploreLimits) -> Result<Table, StoreError> {
    let mut db = Sqlite::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.demand("query_only", "ON", "1")?;
    db.demand("cache_size", CACHE, CACHE)?;
    for (limit, most) in LIMITS {
        db.conn.set_limit(limit, most).map_err(error_of)?;
    }
    let (start, deadline) = (Instant::now(), limits.deadline);
    db.conn.progress_handler(STEPS_PER_LOOK, Some(move || deadline < start.elapsed())).map_err(error_of)?;
    let closed = closed_names(&mut db)?;
    db.conn.authorizer(Some(move |context: AuthContext<'_>| authorize(&context.action, &closed))).map_err(error_of)?;
    answer(&db, sql, limits)
}

fn answer(db: &Sqlite, sql: &str, limits: &ExploreLimits) -> Result<Table, StoreError> {
    let mut statement = db.conn.prepare(sql).map_err(error_of)?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(StoreError::Denied("only one `SELECT` may be asked".to_owned()));
    }
    let columns = statement.column_names().map(str::to_owned).collect::<Vec<_>>();
    let n_columns = columns.len();
    let mut filling = Filling::new(columns, limits);
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error_of)? {
        let mut values = Vec::with_capacity(n_columns);
        for column in 0..n_columns {
            values.push(lenient(row.get_ref(column).map_err(error_of)?));
        }
        if !filling.push(values) {
            break;
        }
    }
    Ok(filling.table())
}

/// A value; text that is not UTF-8 is mended, since a stranger's expression may have cut it.
fn lenient(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// The names in the schema that may not be read, in lower case.
fn closed_names(db: &mut Sqlite) -> Result<Vec<String>, StoreError> {
    let mut closed = Vec::new();
    for mut row in db.query("SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view')", &[])? {
        let name = row.take_text(0)?;
        if !EXPLORABLE.contains(&name.as_str()) {
            closed.push(name);
        }
    }
    Ok(closed)
}

/// Allows selecting, and reading of the tables that may be read; everything else, known or to come, is refused.
///
/// A table of which no column is used, as in `SELECT COUNT(*)`, is asked for by the name that stands in the text,
/// which may also be that of a `WITH` clause; so here, and only here, a name is allowed that is no table at all.
fn authorize(action: &AuthAction<'_>, closed: &[String]) -> Authorization {
    let is_allowed = if let AuthAction::Read { table_name, column_name: "" } = *action {
        let name = table_name.to_ascii_lowercase();
        !closed.contains(&name) && !BUILT_IN.iter().any(|start| name.starts_with(start))
    } else if let AuthAction::Read { table_name, .. } = *action {
        EXPLORABLE.contains(&table_name) || JSON_TABLES.contains(&table_name)
    } else if let AuthAction::Function { function_name } = *action {
        !POWERS.contains(&function_name.to_ascii_lowercase().as_str())
    } else {
        [AuthAction::Select, AuthAction::Recursive].contains(action)
    };
    if is_allowed { Authorization::Allow } else { Authorization::Deny }
}
