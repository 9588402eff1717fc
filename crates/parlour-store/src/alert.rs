//! Alerts: what somebody should be told, once for each episode.

use std::fmt::Write;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// The state of an alert that nobody looked at yet.
pub const OPEN: &str = "open";
/// The state of an alert that somebody looked at.
pub const SEEN: &str = "seen";

/// One alert. What the words in `kind`, `episode` and `data` mean is the engine's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Given by [`insert`]; ascending.
    pub id: i64,
    /// What it is about, in one word.
    pub kind: String,
    /// The object, `kind:id`.
    pub object: String,
    /// The person's key in 32 digits; empty where it is about all.
    pub person: String,
    /// What happens once: the same kind of the same object and person in the same episode is no other alert.
    pub episode: String,
    /// The day it is about, as people write it.
    pub day: String,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
    /// What programs may want to know, as JSON.
    pub data: String,
    /// [`OPEN`] or [`SEEN`].
    pub state: String,
    /// When it was made, in microseconds UTC.
    pub made_at: i64,
}

/// Which alerts; everything left out is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The kind.
    pub kind: Option<String>,
    /// The object, `kind:id`.
    pub object: Option<String>,
    /// Of any of these objects, `kind:id`.
    pub objects: Option<Vec<String>>,
    /// [`OPEN`] or [`SEEN`].
    pub state: Option<String>,
}

const COLUMNS: &str = "id, kind, object, person, episode, day, title, text, data, state, made_at";

/// Keeps an alert; returns its id, or `None` where the same was told before. The `id` it comes with is not looked at.
pub fn insert(conn: &mut dyn Conn, alert: &Alert) -> Result<Option<i64>, StoreError> {
    let known = "SELECT COUNT(*) FROM alert WHERE kind = $1 AND object = $2 AND person = $3 AND episode = $4";
    let same = || -> [Value; 4] {
        let Alert { kind, object, person, episode, .. } = alert;
        [kind.as_str().into(), object.as_str().into(), person.as_str().into(), episode.as_str().into()]
    };
    if one_int(conn, known, &same())? != 0 {
        return Ok(None);
    }
    let sql = "INSERT INTO alert (id, kind, object, person, episode, day, title, text, data, state, made_at) VALUES \
        ((SELECT COALESCE(MAX(id), 0) + 1 FROM alert), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    let mut params = same().to_vec();
    params.extend::<[Value; 6]>([
        alert.day.as_str().into(),
        alert.title.as_str().into(),
        alert.text.as_str().into(),
        alert.data.as_str().into(),
        alert.state.as_str().into(),
        alert.made_at.into(),
    ]);
    one_int(conn, sql, &params).map(Some)
}

/// The alert of an id, if there is one.
pub fn get(conn: &mut dyn Conn, id: i64) -> Result<Option<Alert>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM alert WHERE id = $1"), &[id.into()])?;
    rows.into_iter().next().map(alert).transpose()
}

/// A page of the alerts that are wanted, newest first: those before the id `before`, `limit` at most.
pub fn list(conn: &mut dyn Conn, wanted: &Wanted, before: Option<i64>, limit: usize) -> Result<Vec<Alert>, StoreError> {
    let (condition, mut params) = condition(wanted);
    let n = params.len();
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE {condition}id < ${} ORDER BY id DESC LIMIT ${}", n + 1, n + 2);
    params.extend([before.unwrap_or(i64::MAX).into(), (limit as i64).into()]);
    conn.query(&sql, &params)?.into_iter().map(alert).collect()
}

/// The alerts about these people, as they are written in them, newest first, `most` at most.
pub fn of_people(conn: &mut dyn Conn, people: &[String], most: i64) -> Result<Vec<Alert>, StoreError> {
    let mut found = Vec::new();
    for person in people {
        let sql = format!("SELECT {COLUMNS} FROM alert WHERE person = $1 ORDER BY id DESC LIMIT $2");
        for row in conn.query(&sql, &[person.as_str().into(), most.into()])? {
            found.push(alert(row)?);
        }
    }
    found.sort_by_key(|alert: &Alert| std::cmp::Reverse(alert.id));
    found.truncate(most.max(0) as usize);
    Ok(found)
}

/// How many alerts are wanted.
pub fn count(conn: &mut dyn Conn, wanted: &Wanted) -> Result<i64, StoreError> {
    let (condition, mut params) = condition(wanted);
    let sql = format!("SELECT COUNT(*) FROM alert WHERE {condition}id < ${}", params.len() + 1);
    params.push(i64::MAX.into());
    one_int(conn, &sql, &params)
}

/// How many alerts of a kind and object were made from a time on.
pub fn count_since(conn: &mut dyn Conn, kind: &str, object: &str, made_at: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM alert WHERE kind = $1 AND object = $2 AND made_at >= $3";
    one_int(conn, sql, &[kind.into(), object.into(), made_at.into()])
}

/// The alerts after an id, oldest first, `limit` at most.
pub fn after(conn: &mut dyn Conn, id: i64, limit: usize) -> Result<Vec<Alert>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE id > $1 ORDER BY id LIMIT $2");
    conn.query(&sql, &[id.into(), (limit as i64).into()])?.into_iter().map(alert).collect()
}

/// The greatest id; 0 where there is none.
pub fn last_id(conn: &mut dyn Conn) -> Result<i64, StoreError> {
    one_int(conn, "SELECT COALESCE(MAX(id), 0) FROM alert", &[])
}

/// Says that somebody looked at an alert; returns whether there is one.
pub fn set_seen(conn: &mut dyn Conn, id: i64) -> Result<bool, StoreError> {
    Ok(conn.execute("UPDATE alert SET state = $1 WHERE id = $2", &[SEEN.into(), id.into()])? != 0)
}

/// Says that somebody looked at all alerts that are wanted up to an id; returns how many were open.
pub fn set_all_seen(conn: &mut dyn Conn, wanted: &Wanted, upto: i64) -> Result<u64, StoreError> {
    let (condition, mut params) = condition(&Wanted { state: Some(OPEN.to_owned()), ..wanted.clone() });
    let n = params.len();
    params.push(upto.into());
    conn.execute(&format!("UPDATE alert SET state = '{SEEN}' WHERE {condition}id <= ${}", n + 1), &params)
}

/// What holds of the alerts that are wanted, each condition with `AND` after it, and its parameters.
fn condition(wanted: &Wanted) -> (String, Vec<Value>) {
    let texts = [("kind", &wanted.kind), ("object", &wanted.object), ("state", &wanted.state)];
    let mut params = Vec::new();
    let mut condition = String::new();
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?))) {
        params.push(text.into());
        write!(condition, "{name} = ${} AND ", params.len()).expect("a String takes any text");
    }
    if let Some(objects) = &wanted.objects {
        let marks: Vec<String> = (1..=objects.len()).map(|n| format!("${}", params.len() + n)).collect();
        let list = if marks.is_empty() { "NULL".to_owned() } else { marks.join(",") };
        write!(condition, "object IN ({list}) AND ").expect("a String takes any text");
        params.extend(objects.iter().map(|object| Value::from(object.as_str())));
    }
    (condition, params)
}

fn alert(mut row: Row) -> Result<Alert, StoreError> {
    Ok(Alert {
        id: row.get_int(0)?,
        kind: row.take_text(1)?,
        object: row.take_text(2)?,
        person: row.take_text(3)?,
        episode: row.take_text(4)?,
        day: row.take_text(5)?,
        title: row.take_text(6)?,
        text: row.take_text(7)?,
        data: row.take_text(8)?,
        state: row.take_text(9)?,
        made_at: row.get_int(10)?,
    })
}
