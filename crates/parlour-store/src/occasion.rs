//! Occasions: what a brand holds somewhere, and who says that they come.

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One occasion.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// Its id.
    pub id: String,
    /// Whose, `kind:id`.
    pub brand: String,
    /// What it is called.
    pub title: String,
    /// What happens there.
    pub about: String,
    /// Where, as people say it.
    pub place: String,
    /// Degrees north and east, where they are known.
    pub at: Option<(f64, f64)>,
    /// When it begins, microseconds UTC …
    pub starts_at: i64,
    /// … and ends.
    pub ends_at: i64,
    /// The zone of time there, such as `Europe/Berlin`.
    pub zone: String,
    /// How many may come; nobody counts without one.
    pub capacity: Option<i64>,
    /// Its page; may be empty.
    pub url: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
    /// When it was called off.
    pub cancelled_at: Option<i64>,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rsvp {
    /// To which occasion.
    pub occasion: String,
    /// Who.
    pub member: String,
    /// `going`, `interested` or `not_going`.
    pub answer: String,
    /// Whether there was no seat left.
    pub is_waiting: bool,
    /// Whether the brand may know who it is.
    pub tells: bool,
    /// When they said so first; who waits longest comes first.
    pub at: i64,
}

/// How many answered what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Those with a seat.
    pub n_going: i64,
    /// Those who wait for one.
    pub n_waiting: i64,
    /// Those who may come.
    pub n_interested: i64,
}

const COLUMNS: &str = "id, brand, title, about, place, latitude, longitude, starts_at, ends_at, zone, capacity, url, \
    created_at, changed_at, cancelled_at";

/// Keeps an occasion as it now is.
pub fn put(conn: &mut dyn Conn, occasion: &Occasion) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO occasion ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, about = excluded.about, place = excluded.place, \
         latitude = excluded.latitude, longitude = excluded.longitude, starts_at = excluded.starts_at, \
         ends_at = excluded.ends_at, zone = excluded.zone, capacity = excluded.capacity, url = excluded.url, \
         changed_at = excluded.changed_at, cancelled_at = excluded.cancelled_at"
    );
    let params: [Value; 15] = [
        occasion.id.as_str().into(),
        occasion.brand.as_str().into(),
        occasion.title.as_str().into(),
        occasion.about.as_str().into(),
        occasion.place.as_str().into(),
        occasion.at.map(|(latitude, _)| latitude).into(),
        occasion.at.map(|(_, longitude)| longitude).into(),
        occasion.starts_at.into(),
        occasion.ends_at.into(),
        occasion.zone.as_str().into(),
        occasion.capacity.into(),
        occasion.url.as_str().into(),
        occasion.created_at.into(),
        occasion.changed_at.into(),
        occasion.cancelled_at.into(),
    ];
    conn.execute(&sql, &params)?;
    Ok(())
}

/// One occasion.
pub fn get(conn: &mut dyn Conn, id: &str) -> Result<Option<Occasion>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM occasion WHERE id = $1");
    conn.query(&sql, &[id.into()])?.into_iter().next().map(of_row).transpose()
}

/// Occasions of a brand, or of all, that end after a time, what begins first first.
pub fn list(conn: &mut dyn Conn, brand: Option<&str>, since: i64, most: i64) -> Result<Vec<Occasion>, StoreError> {
    let of_brand = if brand.is_some() { " AND brand = $2" } else { "" };
    let last = if brand.is_some() { 3 } else { 2 };
    let sql =
        format!("SELECT {COLUMNS} FROM occasion WHERE ends_at > $1{of_brand} ORDER BY starts_at, id LIMIT ${last}");
    let mut params: Vec<Value> = vec![since.into()];
    params.extend(brand.map(Value::from));
    params.push(most.into());
    let rows = conn.query(&sql, &params)?;
    rows.into_iter().map(of_row).collect()
}

/// Keeps what somebody answered; when they first did so stays.
pub fn put_rsvp(conn: &mut dyn Conn, rsvp: &Rsvp) -> Result<(), StoreError> {
    let sql = "INSERT INTO rsvp (occasion, member, answer, is_waiting, tells, at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (occasion, member) DO UPDATE SET answer = excluded.answer, is_waiting = excluded.is_waiting, \
        tells = excluded.tells, at = excluded.at";
    let params: [Value; 6] = [
        rsvp.occasion.as_str().into(),
        rsvp.member.as_str().into(),
        rsvp.answer.as_str().into(),
        rsvp.is_waiting.into(),
        rsvp.tells.into(),
        rsvp.at.into(),
    ];
    conn.execute(sql, &params)?;
    Ok(())
}

/// What somebody answered.
pub fn rsvp(conn: &mut dyn Conn, occasion: &str, member: &str) -> Result<Option<Rsvp>, StoreError> {
    let sql = "SELECT occasion, member, answer, is_waiting, tells, at FROM rsvp WHERE occasion = $1 AND member = $2";
    conn.query(sql, &[occasion.into(), member.into()])?.into_iter().next().map(rsvp_of).transpose()
}

/// All answers to an occasion, who said so first first.
pub fn rsvps(conn: &mut dyn Conn, occasion: &str) -> Result<Vec<Rsvp>, StoreError> {
    let sql =
        "SELECT occasion, member, answer, is_waiting, tells, at FROM rsvp WHERE occasion = $1 ORDER BY at, member";
    conn.query(sql, &[occasion.into()])?.into_iter().map(rsvp_of).collect()
}

/// Everything a member answered.
pub fn rsvps_of(conn: &mut dyn Conn, member: &str) -> Result<Vec<Rsvp>, StoreError> {
    let sql =
        "SELECT occasion, member, answer, is_waiting, tells, at FROM rsvp WHERE member = $1 ORDER BY at, occasion";
    conn.query(sql, &[member.into()])?.into_iter().map(rsvp_of).collect()
}

/// Forgets everything a member answered.
pub fn delete_rsvps_of(conn: &mut dyn Conn, member: &str) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM rsvp WHERE member = $1", &[member.into()])
}

/// How many answered what.
pub fn answers(conn: &mut dyn Conn, occasion: &str) -> Result<Answers, StoreError> {
    let mut count = |what: &str| {
        one_int(conn, &format!("SELECT COUNT(*) FROM rsvp WHERE occasion = $1 AND {what}"), &[occasion.into()])
    };
    Ok(Answers {
        n_going: count("answer = 'going' AND is_waiting = 0")?,
        n_waiting: count("answer = 'going' AND is_waiting = 1")?,
        n_interested: count("answer = 'interested'")?,
    })
}

fn of_row(mut row: Row) -> Result<Occasion, StoreError> {
    Ok(Occasion {
        id: row.take_text(0)?,
        brand: row.take_text(1)?,
        title: row.take_text(2)?,
        about: row.take_text(3)?,
        place: row.take_text(4)?,
        at: row.opt_real(5)?.zip(row.opt_real(6)?),
        starts_at: row.get_int(7)?,
        ends_at: row.get_int(8)?,
        zone: row.take_text(9)?,
        capacity: row.opt_int(10)?,
        url: row.take_text(11)?,
        created_at: row.get_int(12)?,
        changed_at: row.get_int(13)?,
        cancelled_at: row.opt_int(14)?,
    })
}

fn rsvp_of(mut row: Row) -> Result<Rsvp, StoreError> {
    Ok(Rsvp {
        occasion: row.take_text(0)?,
        member: row.take_text(1)?,
        answer: row.take_text(2)?,
        is_waiting: row.get_bool(3)?,
        tells: row.get_bool(4)?,
        at: row.get_int(5)?,
    })
}
