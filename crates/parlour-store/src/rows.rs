//! Statements over many rows at once, in few different texts so that prepared statements are met again.

use std::fmt::Write;

use crate::{Conn, StoreError, Value};

/// The most parameters of one statement. Far below what either database takes (32,766 and 65,535): SQLite compares
/// every named parameter with all before it, so long statements cost the square of their length to prepare.
pub(crate) const MAX_PARAMETERS: usize = 1024;

/// Splits `n` rows into runs whose lengths are powers of two of at most `most`, longest first. There are then
/// at most eleven different texts of a statement, however many rows come.
pub(crate) fn runs_of(n: usize, most: usize) -> impl Iterator<Item = usize> {
    let mut left = n;
    std::iter::from_fn(move || {
        let run = 1 << left.min(most).checked_ilog2()?;
        left -= run;
        Some(run)
    })
}

/// The statement `head VALUES ($1,$2),($3,$4)… tail`.
pub(crate) fn values_text(head: &str, (n_rows, n_columns): (usize, usize), tail: &str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + n_rows * n_columns * 6 + 16);
    sql.push_str(head);
    sql.push_str(" VALUES ");
    for row in 0..n_rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..n_columns {
            let comma = if column == 0 { "" } else { "," };
            write!(sql, "{comma}${}", row * n_columns + column + 1).expect("a String takes any text");
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// Inserts `rows`, each turned into `n_columns` values by `values`; returns how many rows were changed.
pub(crate) fn insert_many<T>(
    conn: &mut dyn Conn,
    (head, tail): (&str, &str),
    n_columns: usize,
    rows: &[T],
    mut values: impl FnMut(&T, &mut Vec<Value>),
) -> Result<u64, StoreError> {
    let mut rest = rows;
    let mut n_changed = 0;
    let mut params = Vec::new();
    for run in runs_of(rows.len(), MAX_PARAMETERS / n_columns) {
        let (now, later) = rest.split_at(run);
        rest = later;
        params.clear();
        for row in now {
            values(row, &mut params);
        }
        n_changed += conn.execute(&values_text(head, (run, n_columns), tail), &params)?;
    }
    Ok(n_changed)
}

/// Runs `head IN ($1,$2,…)` over `wanted` and hands over every row of the answers.
pub(crate) fn select_in<T>(
    conn: &mut dyn Conn,
    head: &str,
    wanted: &[T],
    value: impl Fn(&T) -> Value,
    each: &mut dyn FnMut(crate::Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rest = wanted;
    for run in runs_of(wanted.len(), MAX_PARAMETERS) {
        let (now, later) = rest.split_at(run);
        rest = later;
        let params: Vec<Value> = now.iter().map(&value).collect();
        let marks: Vec<String> = (1..=run).map(|n| format!("${n}")).collect();
        conn.for_each(&format!("{head} IN ({})", marks.join(",")), &params, each)?;
    }
    Ok(())
}

/// The only value of the only row of an answer, which must be a whole number.
pub(crate) fn one_int(conn: &mut dyn Conn, sql: &str, params: &[Value]) -> Result<i64, StoreError> {
    let rows = conn.query(sql, params)?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("an answer of one row has none".to_owned()))?;
    row.get_int(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_powers_of_two_and_add_up() {
        assert_eq!(runs_of(0, 256).count(), 0);
        assert_eq!(runs_of(437, 256).collect::<Vec<_>>(), [256, 128, 32, 16, 4, 1]);
        assert_eq!(runs_of(7, 3).collect::<Vec<_>>(), [2, 2, 2, 1]);
        for n in 0..2000 {
            assert_eq!(runs_of(n, 204).sum::<usize>(), n);
        }
    }

    #[test]
    fn parameters_ascend() {
        assert_eq!(values_text("INSERT INTO t", (2, 2), "X"), "INSERT INTO t VALUES ($1,$2),($3,$4) X");
    }
}
