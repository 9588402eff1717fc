//! A stranger's `SELECT` on PostgreSQL: a session of its own, a read-only transaction, and a role that may read only
//! what may be seen.
//!
//! `SET ROLE` alone would not hold: `set_config('role', …)` undoes it in the middle of a statement, for any later part
//! of that statement that is compiled while it runs. So the text is nested as a subquery, which leaves it no grammar
//! but that of `SELECT`, and a question that names one of the few doors out is refused.

use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::Type;
use postgres::{Config, NoTls};

use super::values::NUMBERS;
use super::{Postgres, error_of, values};
use crate::conn::Conn;
use crate::explore::{EXPLORABLE, Filling, MAX_SQL_BYTES, SECRET};
use crate::{ExploreLimits, StoreError, Table, Value};

/// The role under which questions are answered. Nobody can log in with it.
const ROLE: &str = "parlour_explore";

/// What a question may not name: what changes the role, what runs text as SQL, the innards of the server, and the
/// spelling that could hide such a name.
const DOORS_OUT: [&str; 10] =
    ["set_config", "_to_xml", "ts_stat", "ts_rewrite", "dblink", "crosstab", "connectby", "xpath_table", "pg_", "u&\""];

/// The most columns of an answer.
const MAX_COLUMNS: usize = 200;

/// Answers one question.
pub(crate) fn explore(config: &Config, sql: &str, limits: &ExploreLimits) -> Result<Table, StoreError> {
    screen(sql)?;
    let mut db = Postgres::connect(config)?;
    enter(&mut db, limits.deadline)?;
    let result = answer(&mut db, sql, limits);
    if result.as_ref().is_ok_and(|table| !table.is_cut) {
        db.run("ROLLBACK")?;
    } else if let Err(error) = db.client.cancel_token().cancel_query(NoTls) {
        // Closing the session below rolls back; without the cancel it first waits for the rest of the answer.
        tracing::debug!(%error, "a question could not be cancelled; its deadline ends it");
    }
    result
}

fn screen(sql: &str) -> Result<(), StoreError> {
    if MAX_SQL_BYTES < sql.len() {
        return Err(StoreError::Denied(format!("the question is longer than {MAX_SQL_BYTES} bytes")));
    }
    let text = sql.to_ascii_lowercase();
    match DOORS_OUT.iter().find(|name| text.contains(*name)) {
        Some(name) => Err(StoreError::Denied(format!("`{name}` may not stand in a question"))),
        None => Ok(()),
    }
}

/// Becomes the role that may read little, in a transaction that cannot write, with a deadline.
fn enter(db: &mut Postgres, deadline: Duration) -> Result<(), StoreError> {
    // 0 would mean no deadline at all.
    let deadline_ms = deadline.as_millis().clamp(1, i32::MAX as u128);
    let told = |error| {
        if let StoreError::Sql(text) | StoreError::Denied(text) = error {
            return StoreError::Denied(format!("{text}; {}", remedy()));
        }
        error
    };
    db.run("SET default_transaction_read_only = on; BEGIN READ ONLY")?;
    db.run(&format!("SET LOCAL ROLE {ROLE}")).map_err(told)?;
    db.run(&format!("SET LOCAL statement_timeout = {deadline_ms}; SET LOCAL work_mem = '16MB'"))?;
    for name in SECRET {
        let sql =
            format!("SELECT has_table_privilege('{name}', 'SELECT') OR has_any_column_privilege('{name}', 'SELECT')");
        if crate::rows::one_int(db, &sql, &[]).map_err(told)? != 0 {
            return Err(StoreError::Denied(format!(
                "the role `{ROLE}` may read `{name}`; run `REVOKE ALL ON {name} FROM {ROLE}, PUBLIC`"
            )));
        }
    }
    Ok(())
}

fn answer(db: &mut Postgres, sql: &str, limits: &ExploreLimits) -> Result<Table, StoreError> {
    let sql = without_end(sql);
    // As it is, for the sake of what the database says of mistakes; this runs nothing.
    db.client.prepare(sql).map_err(|error| error_of(&error))?;
    // The line breaks end a comment on the last line.
    let nested = format!("SELECT * FROM (\n{sql}\n) AS asked");
    let only_select = |_| StoreError::Denied("only one `SELECT` may be asked".to_owned());
    let shape = db.client.prepare(&nested).map_err(only_select)?;
    if !shape.params().is_empty() {
        return Err(StoreError::Sql("a question has no parameters".to_owned()));
    }
    let columns = shape.columns();
    if columns.is_empty() || MAX_COLUMNS < columns.len() {
        return Err(StoreError::Sql(format!("a question has 1 to {MAX_COLUMNS} columns, not {}", columns.len())));
    }
    let names = (0..columns.len()).map(|n| format!("c{n}")).collect::<Vec<_>>();
    let shown =
        columns.iter().zip(&names).map(|(column, name)| read_as(name, column.type_(), limits)).collect::<Vec<_>>();
    let bounded = format!(
        "SELECT {} FROM (\n{sql}\n) AS asked ({}) LIMIT {}",
        shown.join(", "),
        names.join(", "),
        limits.n_rows.saturating_add(1).min(i32::MAX as usize)
    );
    let is_numeric = columns.iter().map(|column| *column.type_() == Type::NUMERIC).collect::<Vec<_>>();
    let mut filling = Filling::new(columns.iter().map(|column| column.name().to_owned()).collect(), limits);
    let none: [Value; 0] = [];
    let mut rows = db.client.query_raw(&bounded, &none).map_err(|error| error_of(&error))?;
    while let Some(row) = rows.next().map_err(|error| error_of(&error))? {
        let row = values::row(&row)?.0.into_iter().zip(&is_numeric);
        let row = row.map(|(value, is_numeric)| if *is_numeric { number(value) } else { value }).collect();
        if !filling.push(row) {
            break;
        }
    }
    Ok(filling.table())
}

/// The text without the semicolon that ends it and the comments behind that.
fn without_end(sql: &str) -> &str {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim().starts_with("--");
    match sql.rsplit_once(';') {
        Some((asked, rest)) if rest.lines().all(is_comment) => asked,
        Some(_) | None => sql,
    }
}

/// A column as it is to be sent: what may be long is cut on the server, one byte past the limit so that it shows.
fn read_as(name: &str, found: &Type, limits: &ExploreLimits) -> String {
    let most = limits.value_bytes.saturating_add(1).min(i32::MAX as usize);
    if NUMBERS.contains(found) {
        name.to_owned()
    } else if *found == Type::BYTEA {
        format!("substring({name} FOR {most})")
    } else {
        format!("left(CAST({name} AS TEXT), {most})")
    }
}

/// Sums of whole numbers come as decimals of any length; those that fit are numbers again.
fn number(value: Value) -> Value {
    let Value::Text(text) = &value else { return value };
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(n), _) => Value::Int(n),
        (Err(_), Ok(x)) => Value::Real(x),
        (Err(_), Err(_)) => value,
    }
}

/// Makes the role and lets it read what may be seen, as far as our own rights reach. Without them questions are
/// refused with the text of the statements to run.
pub(crate) fn grant(db: &mut Postgres) {
    if let Err(error) = try_grant(db) {
        tracing::warn!(%error, remedy = remedy(), "questions in SQL cannot be answered");
    }
}

fn try_grant(db: &mut Postgres) -> Result<(), StoreError> {
    if db.query("SELECT 1 FROM pg_roles WHERE rolname = $1", &[ROLE.into()])?.is_empty()
        && let Err(error) = db.run(&format!("CREATE ROLE {ROLE} NOLOGIN"))
    {
        // Another server on the same cluster may have made it just now.
        tracing::debug!(%error, "the role could not be made");
    }
    let has_role = format!("SELECT CASE WHEN pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN 1 ELSE 0 END");
    if crate::rows::one_int(db, &has_role, &[])? == 0 {
        db.run(&format!("GRANT {ROLE} TO CURRENT_USER"))?;
    }
    let rows = db.query("SELECT quote_ident(current_schema())", &[])?;
    let schema = rows.first().map_or(Ok("public"), |row| row.get_text(0))?;
    for name in EXPLORABLE {
        let may_read = format!("SELECT CASE WHEN has_table_privilege('{ROLE}', '{name}', 'SELECT') THEN 1 ELSE 0 END");
        if crate::rows::one_int(db, &may_read, &[])? == 0 {
            db.run(&format!("GRANT USAGE ON SCHEMA {schema} TO {ROLE}; GRANT SELECT ON {name} TO {ROLE}"))?;
        }
    }
    Ok(())
}

fn remedy() -> String {
    format!(
        "as a superuser run `CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO <the user of the database URL>; \
        GRANT USAGE ON SCHEMA <its schema> TO {ROLE}; GRANT SELECT ON {} TO {ROLE}`",
        EXPLORABLE.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_may_end_in_a_semicolon() {
        assert_eq!(without_end("SELECT 1 ;\n -- one\n\n"), "SELECT 1 ");
        assert_eq!(without_end("SELECT 1 -- one"), "SELECT 1 -- one");
        assert_eq!(without_end("SELECT 1; SELECT 2"), "SELECT 1; SELECT 2");
    }

    #[test]
    fn the_doors_out_are_shut() {
        for sql in [
            "SELECT set_config('role', 'none', true)",
            "SELECT SET_CONFIG('role', 'none', true)",
            "SELECT U&\"set\\005fconfig\"('role', 'none', true)",
            "SELECT query_to_xml('select 1', true, true, '')",
            "SELECT pg_catalog.pg_sleep(9)",
        ] {
            assert!(matches!(screen(sql), Err(StoreError::Denied(_))), "{sql}");
        }
        assert_eq!(screen("SELECT a.u&b FROM entity"), Ok(()));
    }
}
