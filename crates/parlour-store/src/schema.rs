//! The schema and how an older one becomes the present one.

use crate::conn::{Backend, Conn};
use crate::{Kind, StoreError, setting};

/// The schema version this binary writes and reads.
pub const SCHEMA_VERSION: i64 = 7;

/// The row of `setting` that holds the version of the schema.
const SCHEMA: &str = "schema";

/// What leads to each version from the one before. A released text is never changed again.
const MIGRATIONS: [(i64, &str); 7] = [
    (1, include_str!("schema/v1.sql")),
    (2, include_str!("schema/v2.sql")),
    (3, include_str!("schema/v3.sql")),
    (4, include_str!("schema/v4.sql")),
    (5, include_str!("schema/v5.sql")),
    (6, include_str!("schema/v6.sql")),
    (SCHEMA_VERSION, include_str!("schema/v7.sql")),
];

/// Where the version is kept has to be there before the first migration.
const SETTING: &str = "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);";

/// Brings the database to [`SCHEMA_VERSION`] in one transaction. Before a database that is in use is changed,
/// `backup` is called with the name its copy should end in, such as `before-v2`.
///
/// Refuses a database that a newer Parlour wrote, without touching it.
pub(crate) fn migrate(
    backend: &mut dyn Backend,
    kind: Kind,
    backup: &mut dyn FnMut(&mut dyn Backend, &str) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // One server at a time, where several begin.
    backend.begin_write()?;
    backend.batch(&text_for(kind, SETTING))?;
    backend.commit()?;
    let found = found(backend)?;
    if let Some(found) = found.filter(|found| SCHEMA_VERSION < *found) {
        return Err(StoreError::NewerSchema { found, known: SCHEMA_VERSION });
    }
    if found == Some(SCHEMA_VERSION) {
        return Ok(());
    }
    if let Some(found) = found {
        tracing::info!(from = found, to = SCHEMA_VERSION, "the schema is brought up to date");
        backup(backend, &format!("before-v{SCHEMA_VERSION}"))?;
    }
    backend.begin_write()?;
    let result = self::found(backend).and_then(|from| apply(backend, kind, from.unwrap_or(0)));
    let result = result.and_then(|()| backend.commit());
    if result.is_err()
        && let Err(error) = backend.rollback()
    {
        tracing::warn!(%error, "a migration that failed could not be taken back; it was never committed");
    }
    result
}

/// The version that the database says it has.
fn found(conn: &mut dyn Conn) -> Result<Option<i64>, StoreError> {
    let version = setting::get(conn, SCHEMA)?;
    let number = |text: String| {
        text.parse::<i64>().map_err(|_| StoreError::Corrupt(format!("`{text}` is not a schema version")))
    };
    version.map(number).transpose()
}

/// The version of the schema that is there; `None` where there is none of ours.
pub(crate) fn version(conn: &mut dyn Conn) -> Result<Option<i64>, StoreError> {
    match setting::get(conn, SCHEMA) {
        Ok(version) => Ok(version.and_then(|version| version.parse().ok())),
        // No such table.
        Err(StoreError::Sql(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn apply(conn: &mut dyn Conn, kind: Kind, from: i64) -> Result<(), StoreError> {
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| from < *version) {
        conn.batch(&text_for(kind, sql))?;
        setting::set(conn, SCHEMA, &version.to_string())?;
    }
    Ok(())
}

/// The text of a migration as one database wants it: what stands in `/* sqlite: … */` or `/* postgres: … */` is laid
/// open for that one, the first 64-bit key of a table is SQLite's row number, and text sorts by its bytes in both.
fn text_for(kind: Kind, sql: &str) -> String {
    match kind {
        Kind::Sqlite => lay_open(sql, "/* sqlite: ").replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY"),
        Kind::Postgres => lay_open(sql, "/* postgres: ").replace(" TEXT", " TEXT COLLATE \"C\""),
    }
}

fn lay_open(sql: &str, opening: &str) -> String {
    let mut open = String::with_capacity(sql.len());
    let mut parts = sql.split(opening);
    open.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, after) = part.split_once(" */").unwrap_or((part, ""));
        open.push_str(inside);
        open.push_str(after);
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_reads_its_own_part() {
        let sql = "CREATE TABLE t (n BIGINT PRIMARY KEY, x TEXT) /* sqlite: WITHOUT ROWID */;/* postgres: SELECT 1; */";
        assert_eq!(
            text_for(Kind::Sqlite, sql),
            "CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT) WITHOUT ROWID;/* postgres: SELECT 1; */"
        );
        assert_eq!(
            text_for(Kind::Postgres, sql),
            "CREATE TABLE t (n BIGINT PRIMARY KEY, x TEXT COLLATE \"C\") /* sqlite: WITHOUT ROWID */;SELECT 1;"
        );
    }

    #[test]
    fn versions_ascend_to_the_present_one() {
        assert!(MIGRATIONS.iter().map(|(version, _)| *version).eq(1..=SCHEMA_VERSION));
    }
}
