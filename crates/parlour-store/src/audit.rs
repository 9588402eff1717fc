//! The audit log: who of the Desk did what, when, to what. Rows are added and, once they are old, let go; never changed.

use std::fmt::Write;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One thing that somebody did, or tried to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Given by [`append`]; ascending.
    pub id: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// The handle of whoever did it; empty where that is not known.
    pub staff: String,
    /// What, in words.
    pub action: String,
    /// To what.
    pub object: String,
    /// `done`, or the code of the error.
    pub outcome: String,
}

/// Which deeds; everything left out is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they compare")]
pub struct Wanted {
    pub staff: Option<String>,
    pub action: Option<String>,
    pub object: Option<String>,
    /// From this time on, …
    pub from: Option<i64>,
    /// … and before this one.
    pub before: Option<i64>,
}

const COLUMNS: &str = "id, at, staff, action, object, outcome";

/// Adds a deed; the `id` it comes with is not looked at.
pub fn append(conn: &mut dyn Conn, deed: &Deed) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (id, at, staff, action, object, outcome) VALUES \
        ((SELECT COALESCE(MAX(id), 0) + 1 FROM audit), $1, $2, $3, $4, $5)";
    let params = [
        deed.at.into(),
        deed.staff.as_str().into(),
        deed.action.as_str().into(),
        deed.object.as_str().into(),
        deed.outcome.as_str().into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// A page of the deeds that are wanted, newest first: those before the id `before`, `limit` at most.
pub fn list(conn: &mut dyn Conn, wanted: &Wanted, before: Option<i64>, limit: usize) -> Result<Vec<Deed>, StoreError> {
    let (condition, mut params) = condition(wanted);
    let n = params.len();
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE {condition}id < ${} ORDER BY id DESC LIMIT ${}", n + 1, n + 2);
    params.extend([before.unwrap_or(i64::MAX).into(), (limit as i64).into()]);
    conn.query(&sql, &params)?.into_iter().map(deed).collect()
}

/// How many deeds are wanted.
pub fn count(conn: &mut dyn Conn, wanted: &Wanted) -> Result<i64, StoreError> {
    let (condition, params) = condition(wanted);
    one_int(conn, &format!("SELECT COUNT(*) FROM audit WHERE {condition}1 = 1"), &params)
}

/// Every action there is a deed of, by name.
pub fn actions(conn: &mut dyn Conn) -> Result<Vec<String>, StoreError> {
    let rows = conn.query("SELECT DISTINCT action FROM audit ORDER BY action", &[])?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Lets go of what was done before a time, but for the newest deed, whose id says where the next one goes on; returns how
/// many there were.
pub fn delete_before(conn: &mut dyn Conn, at: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM audit WHERE at < $1 AND id < (SELECT MAX(id) FROM audit)", &[at.into()])
}

fn condition(wanted: &Wanted) -> (String, Vec<Value>) {
    let Wanted { staff, action, object, from, before } = wanted;
    let texts = [("staff", staff), ("action", action), ("object", object)];
    let (mut condition, mut params) = (String::new(), Vec::new());
    let mut also = |comparison: &str, value: Value| {
        params.push(value);
        write!(condition, "{comparison} ${} AND ", params.len()).expect("a String takes any text");
    };
    for (column, text) in texts.into_iter().filter_map(|(column, text)| Some((column, text.as_deref()?))) {
        also(&format!("{column} ="), text.into());
    }
    for (comparison, time) in [("at >=", from), ("at <", before)] {
        if let Some(time) = time {
            also(comparison, (*time).into());
        }
    }
    (condition, params)
}

fn deed(mut row: Row) -> Result<Deed, StoreError> {
    Ok(Deed {
        id: row.get_int(0)?,
        at: row.get_int(1)?,
        staff: row.take_text(2)?,
        action: row.take_text(3)?,
        object: row.take_text(4)?,
        outcome: row.take_text(5)?,
    })
}
