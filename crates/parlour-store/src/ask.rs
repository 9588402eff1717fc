//! Asks: what expects something back, and what came. Made of posts, and made again by a rebuild.

use std::collections::HashMap;
use std::fmt::Write;

use parlour_core::key::Key;

use crate::rows::{insert_many, one_int};
use crate::{Conn, Row, StoreError, Value};

/// The state of an ask that waits.
pub const OPEN: &str = "open";
/// The state of an ask that a human of the brand answered.
pub const ANSWERED: &str = "answered";
/// The state of an ask that was closed without an answer.
pub const CLOSED: &str = "closed";

/// One ask. Times are microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The key of the post that opened it.
    pub key: Key,
    /// Its thread.
    pub thread: Key,
    /// The raw id of whoever asks.
    pub person: Key,
    /// What it is about, …
    pub object: Key,
    /// … and the brand that belongs to.
    pub brand: Key,
    /// Where it came from.
    pub source: String,
    /// The layer it was asked on.
    pub layer: String,
    /// What is asked.
    pub class: String,
    /// −1, 0 or +1.
    pub kind: i64,
    /// The language, by its code.
    pub language: Option<String>,
    /// [`OPEN`], [`ANSWERED`] or [`CLOSED`].
    pub state: String,
    /// When it was opened.
    pub opened_at: i64,
    /// When the person last said something of it.
    pub last_at: i64,
    /// When an answer is due.
    pub due_at: i64,
    /// When a machine acknowledged it.
    pub acknowledged_at: Option<i64>,
    /// When another person answered it.
    pub peer_at: Option<i64>,
    /// When a human of the brand answered it.
    pub answered_at: Option<i64>,
    /// When it was closed without an answer, …
    pub closed_at: Option<i64>,
    /// … and why.
    pub closed_why: Option<String>,
    /// When it was noted to be overdue.
    pub ignored_at: Option<i64>,
    /// Who of the brand answered.
    pub staff: Option<String>,
    /// Posts of the person while it was open.
    pub n_posts: i64,
}

/// To whom an ask is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants say it")]
pub enum Assignee {
    Nobody,
    Anybody,
    One(String),
}

/// Which asks; everything left out is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they compare")]
pub struct Wanted {
    pub state: Option<String>,
    pub class: Option<String>,
    pub layer: Option<String>,
    pub language: Option<String>,
    pub source: Option<String>,
    pub brand: Option<Key>,
    /// Of any of these.
    pub brands: Option<Vec<Key>>,
    /// Of any of these raw ids.
    pub people: Option<Vec<Key>>,
    /// Answered by them; empty is by nobody known.
    pub staff: Option<String>,
    /// Answered by another person, whatever the brand did.
    pub is_peer: bool,
    /// Acknowledged by a machine and answered by nobody.
    pub is_acknowledged_only: bool,
    /// Assigned so.
    pub assignee: Option<Assignee>,
    /// Due before this time.
    pub due_before: Option<i64>,
    /// Not snoozed beyond this time.
    pub awake_at: Option<i64>,
    /// Snoozed beyond this time.
    pub asleep_at: Option<i64>,
    /// Opened from this time on, …
    pub opened_from: Option<i64>,
    /// … and before this one.
    pub opened_before: Option<i64>,
    /// Answered, and after it was due.
    pub is_late: bool,
}

const COLUMNS: &str = "key, thread, person, object, brand, source, layer, class, kind, language, state, opened_at, \
    last_at, due_at, acknowledged_at, peer_at, answered_at, closed_at, closed_why, ignored_at, staff, n_posts";
const N_COLUMNS: usize = 22;

/// Keeps the asks of a thread in the place of those it had; what is the same is left as it is.
pub fn replace(conn: &mut dyn Conn, thread: Key, asks: &[Ask]) -> Result<(), StoreError> {
    let mut known: HashMap<Key, Ask> = of_thread(conn, thread)?.into_iter().map(|ask| (ask.key, ask)).collect();
    let mut changed = Vec::new();
    for ask in asks {
        if known.get(&ask.key) == Some(ask) {
            known.remove(&ask.key);
        } else {
            changed.push(ask);
        }
    }
    for key in known.into_keys() {
        conn.execute("DELETE FROM ask WHERE key = $1", &[key.into()])?;
    }
    insert(conn, &changed)
}

/// Keeps asks that are not there yet.
pub fn insert(conn: &mut dyn Conn, asks: &[&Ask]) -> Result<(), StoreError> {
    let head = format!("INSERT INTO ask ({COLUMNS})");
    insert_many(conn, (&head, ""), N_COLUMNS, asks, |ask, values| {
        values.extend::<[Value; N_COLUMNS]>([
            ask.key.into(),
            ask.thread.into(),
            ask.person.into(),
            ask.object.into(),
            ask.brand.into(),
            ask.source.as_str().into(),
            ask.layer.as_str().into(),
            ask.class.as_str().into(),
            ask.kind.into(),
            ask.language.as_deref().into(),
            ask.state.as_str().into(),
            ask.opened_at.into(),
            ask.last_at.into(),
            ask.due_at.into(),
            ask.acknowledged_at.into(),
            ask.peer_at.into(),
            ask.answered_at.into(),
            ask.closed_at.into(),
            ask.closed_why.as_deref().into(),
            ask.ignored_at.into(),
            ask.staff.as_deref().into(),
            ask.n_posts.into(),
        ]);
    })?;
    Ok(())
}

/// The ask of a key, if there is one.
pub fn get(conn: &mut dyn Conn, key: Key) -> Result<Option<Ask>, StoreError> {
    let rows = conn.query(&format!("SELECT {COLUMNS} FROM ask WHERE key = $1"), &[key.into()])?;
    rows.into_iter().next().map(ask).transpose()
}

/// The asks of a thread in the order of their time.
pub fn of_thread(conn: &mut dyn Conn, thread: Key) -> Result<Vec<Ask>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ask WHERE thread = $1 ORDER BY opened_at, key");
    conn.query(&sql, &[thread.into()])?.into_iter().map(ask).collect()
}

/// The thread of the newest ask of one of these raw ids that is open.
pub fn open_thread_of(conn: &mut dyn Conn, people: &[Key]) -> Result<Option<Key>, StoreError> {
    let wanted = Wanted { state: Some(OPEN.to_owned()), people: Some(people.to_vec()), ..Wanted::default() };
    let (from, params) = condition(&wanted);
    let sql = format!("SELECT ask.thread FROM {from} ORDER BY opened_at DESC, key LIMIT 1");
    conn.query(&sql, &params)?.first().map(|row| row.get_key(0)).transpose()
}

/// A page of the asks that are wanted, what is due first first: those after a due time and key, at most `limit`.
pub fn list(
    conn: &mut dyn Conn,
    wanted: &Wanted,
    after: Option<(i64, Key)>,
    limit: usize,
) -> Result<Vec<Ask>, StoreError> {
    let (mut from, mut params) = condition(wanted);
    if let Some((due_at, key)) = after {
        let n = params.len();
        write!(from, " AND (due_at, key) > (${}, ${})", n + 1, n + 2).expect("a String takes any text");
        params.extend([due_at.into(), key.into()]);
    }
    params.push((limit as i64).into());
    let columns = COLUMNS.replace("thread", "ask.thread");
    let sql = format!("SELECT {columns} FROM {from} ORDER BY due_at, key LIMIT ${}", params.len());
    conn.query(&sql, &params)?.into_iter().map(ask).collect()
}

/// The asks that are wanted, newest first, at most `limit`.
pub fn latest(conn: &mut dyn Conn, wanted: &Wanted, limit: usize) -> Result<Vec<Ask>, StoreError> {
    let (from, mut params) = condition(wanted);
    params.push((limit as i64).into());
    let columns = COLUMNS.replace("thread", "ask.thread");
    let sql = format!("SELECT {columns} FROM {from} ORDER BY opened_at DESC, key LIMIT ${}", params.len());
    conn.query(&sql, &params)?.into_iter().map(ask).collect()
}

/// How many asks are wanted, and `most` at most.
pub fn count(conn: &mut dyn Conn, wanted: &Wanted, most: i64) -> Result<i64, StoreError> {
    if let Some([all, less]) = without(wanted) {
        return Ok((count(conn, &all, i64::MAX)? - count(conn, &less, i64::MAX)?).min(most));
    }
    let (from, params) = condition(wanted);
    Ok(one_int(conn, &format!("SELECT COUNT(*) FROM {from}"), &params)?.min(most))
}

/// What is wanted as all of more, less some: nearly no thread rests or is assigned, and those few are soon found, while
/// to look for how each ask is dealt with takes a look at each.
fn without(wanted: &Wanted) -> Option<[Wanted; 2]> {
    if let (Some(at), None) = (wanted.awake_at, wanted.asleep_at) {
        let all = Wanted { awake_at: None, ..wanted.clone() };
        return Some([all.clone(), Wanted { asleep_at: Some(at), ..all }]);
    }
    if wanted.assignee == Some(Assignee::Nobody) {
        let all = Wanted { assignee: None, ..wanted.clone() };
        return Some([all.clone(), Wanted { assignee: Some(Assignee::Anybody), ..all }]);
    }
    None
}

/// Hands over all asks that are wanted, in no order.
pub fn for_each(
    conn: &mut dyn Conn,
    wanted: &Wanted,
    each: &mut dyn FnMut(Ask) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (from, params) = condition(wanted);
    let columns = COLUMNS.replace("thread", "ask.thread");
    conn.for_each(&format!("SELECT {columns} FROM {from}"), &params, &mut |row| each(ask(row)?))
}

/// Open asks that were due before a time and of which nobody noted it, at most `limit`.
pub fn overdue(conn: &mut dyn Conn, now: i64, limit: usize) -> Result<Vec<Ask>, StoreError> {
    // The condition is that of an index, which a parameter would hide.
    let sql = format!(
        "SELECT {COLUMNS} FROM ask WHERE state = 'open' AND ignored_at IS NULL AND due_at < $1 \
         ORDER BY due_at, key LIMIT $2"
    );
    conn.query(&sql, &[now.into(), (limit as i64).into()])?.into_iter().map(ask).collect()
}

/// Open asks due after one time and up to another of which nothing of a kind was told, and whose thread does not rest at
/// `now`; what is due first first, at most `limit`.
pub fn untold(
    conn: &mut dyn Conn,
    kind: &str,
    (after, upto, now): (i64, i64, i64),
    limit: usize,
) -> Result<Vec<Ask>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM ask WHERE state = 'open' AND due_at > $1 AND due_at <= $2 \
         AND NOT EXISTS (SELECT 1 FROM duty_told WHERE duty_told.ask = ask.key AND duty_told.kind = $3) \
         AND NOT EXISTS (SELECT 1 FROM handling WHERE handling.thread = ask.thread AND handling.snoozed_until > $4) \
         ORDER BY due_at, key LIMIT $5"
    );
    let params = [after.into(), upto.into(), kind.into(), now.into(), (limit as i64).into()];
    conn.query(&sql, &params)?.into_iter().map(ask).collect()
}

/// Notes that something of a kind was told of an ask.
pub fn set_told(conn: &mut dyn Conn, key: Key, kind: &str, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO duty_told (ask, kind, at) VALUES ($1, $2, $3) ON CONFLICT (ask, kind) DO NOTHING";
    conn.execute(sql, &[key.into(), kind.into(), at.into()])?;
    Ok(())
}

/// Forgets what was told before a time.
pub fn delete_told_before(conn: &mut dyn Conn, at: i64) -> Result<(), StoreError> {
    conn.execute("DELETE FROM duty_told WHERE at < $1", &[at.into()])?;
    Ok(())
}

/// Notes that an ask is overdue; the event that tells it says the same when it is folded.
pub fn set_ignored(conn: &mut dyn Conn, key: Key, at: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE ask SET ignored_at = $1 WHERE key = $2", &[at.into(), key.into()])?;
    Ok(())
}

/// How many asks are wanted of each class, layer, language and source together; in no order.
pub fn count_by_kind(conn: &mut dyn Conn, wanted: &Wanted) -> Result<HashMap<[Option<String>; 4], i64>, StoreError> {
    if let Some([all, less]) = without(wanted) {
        let mut counts = count_by_kind(conn, &all)?;
        for (kind, n) in count_by_kind(conn, &less)? {
            *counts.entry(kind).or_default() -= n;
        }
        counts.retain(|_, n| *n != 0);
        return Ok(counts);
    }
    let (from, params) = condition(wanted);
    // By brand as well, since that is how an index has them in order.
    let kind = "ask.class, ask.layer, ask.language, ask.source";
    let sql = format!("SELECT {kind}, COUNT(*) FROM {from} GROUP BY ask.brand, {kind}");
    let mut counts = HashMap::new();
    for row in conn.query(&sql, &params)? {
        let kind = [row.opt_text(0)?, row.opt_text(1)?, row.opt_text(2)?, row.opt_text(3)?];
        *counts.entry(kind).or_default() += row.get_int(4)?;
    }
    Ok(counts)
}

/// The brands that have asks, with how many are open, most first.
pub fn count_by_brand(conn: &mut dyn Conn) -> Result<Vec<(Key, i64)>, StoreError> {
    let sql =
        "SELECT brand, SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) FROM ask GROUP BY brand ORDER BY 2 DESC, 1";
    conn.query(sql, &[])?.into_iter().map(|row| Ok((row.get_key(0)?, row.get_int(1)?))).collect()
}

/// The raw ids of everybody who ever asked a brand something.
pub fn people_of(conn: &mut dyn Conn, brand: Key) -> Result<Vec<Key>, StoreError> {
    let rows = conn.query("SELECT DISTINCT person FROM ask WHERE brand = $1", &[brand.into()])?;
    rows.into_iter().map(|row| row.get_key(0)).collect()
}

/// Lets go of all, so that they can be made again.
pub fn delete_all(conn: &mut dyn Conn) -> Result<(), StoreError> {
    conn.execute("DELETE FROM ask", &[])?;
    Ok(())
}

/// What follows `FROM`: what is looked at, and what holds of the asks that are wanted.
fn condition(wanted: &Wanted) -> (String, Vec<Value>) {
    let is_dealt_with = matches!(wanted.assignee, Some(Assignee::Anybody | Assignee::One(_)));
    let mut from = if is_dealt_with || wanted.asleep_at.is_some() {
        // Of all threads, few are dealt with: SQLite keeps to this order where it says CROSS.
        "handling CROSS JOIN ask WHERE ask.thread = handling.thread".to_owned()
    } else if wanted.assignee.is_some() || wanted.awake_at.is_some() {
        "ask LEFT JOIN handling ON handling.thread = ask.thread WHERE 1 = 1".to_owned()
    } else {
        "ask WHERE 1 = 1".to_owned()
    };
    let mut params: Vec<Value> = Vec::new();
    let mut also = |condition: &str, value: Value| {
        params.push(value);
        write!(from, " AND {}", condition.replace('?', &format!("${}", params.len())))
            .expect("a String takes any text");
    };
    let texts = [
        ("ask.state = ?", &wanted.state),
        ("ask.class = ?", &wanted.class),
        ("ask.layer = ?", &wanted.layer),
        ("COALESCE(ask.language, '') = ?", &wanted.language),
        ("ask.source = ?", &wanted.source),
        ("ask.answered_at IS NOT NULL AND COALESCE(ask.staff, '') = ?", &wanted.staff),
    ];
    for (condition, text) in texts.into_iter().filter_map(|(condition, text)| Some((condition, text.as_deref()?))) {
        also(condition, text.into());
    }
    let times = [
        ("ask.due_at < ?", wanted.due_before),
        ("COALESCE(handling.snoozed_until, 0) <= ?", wanted.awake_at),
        ("handling.snoozed_until > ?", wanted.asleep_at),
        ("ask.opened_at >= ?", wanted.opened_from),
        ("ask.opened_at < ?", wanted.opened_before),
    ];
    for (condition, time) in times.into_iter().filter_map(|(condition, time)| Some((condition, time?))) {
        also(condition, time.into());
    }
    if let Some(Assignee::One(assignee)) = &wanted.assignee {
        also("handling.assignee = ?", assignee.as_str().into());
    }
    if let Some(brand) = wanted.brand {
        also("ask.brand = ?", brand.into());
    }
    for (column, keys) in [("ask.person", &wanted.people), ("ask.brand", &wanted.brands)] {
        let Some(keys) = keys else { continue };
        let marks: Vec<String> = (1..=keys.len()).map(|n| format!("${}", params.len() + n)).collect();
        // A list of none has no form of its own that both databases take.
        let list = if marks.is_empty() { "NULL".to_owned() } else { marks.join(",") };
        write!(from, " AND {column} IN ({list})").expect("a String takes any text");
        params.extend(keys.iter().map(|key| Value::from(*key)));
    }
    let marks = [
        (wanted.assignee == Some(Assignee::Nobody), " AND handling.assignee IS NULL"),
        (wanted.assignee == Some(Assignee::Anybody), " AND handling.assignee IS NOT NULL"),
        (wanted.is_late, " AND ask.answered_at > ask.due_at"),
        (wanted.is_peer, " AND ask.peer_at IS NOT NULL"),
        (wanted.is_acknowledged_only, " AND ask.acknowledged_at IS NOT NULL AND ask.answered_at IS NULL"),
    ];
    for (_, condition) in marks.into_iter().filter(|(is_wanted, _)| *is_wanted) {
        from.push_str(condition);
    }
    (from, params)
}

fn ask(mut row: Row) -> Result<Ask, StoreError> {
    Ok(Ask {
        key: row.get_key(0)?,
        thread: row.get_key(1)?,
        person: row.get_key(2)?,
        object: row.get_key(3)?,
        brand: row.get_key(4)?,
        source: row.take_text(5)?,
        layer: row.take_text(6)?,
        class: row.take_text(7)?,
        kind: row.get_int(8)?,
        language: row.opt_text(9)?,
        state: row.take_text(10)?,
        opened_at: row.get_int(11)?,
        last_at: row.get_int(12)?,
        due_at: row.get_int(13)?,
        acknowledged_at: row.opt_int(14)?,
        peer_at: row.opt_int(15)?,
        answered_at: row.opt_int(16)?,
        closed_at: row.opt_int(17)?,
        closed_why: row.opt_text(18)?,
        ignored_at: row.opt_int(19)?,
        staff: row.opt_text(20)?,
        n_posts: row.get_int(21)?,
    })
}
