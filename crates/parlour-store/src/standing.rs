//! Standings as rows, for people who ask in SQL: a copy of what the engine computed for some days, with ids and days
//! written out. Nothing is computed from it.

use parlour_core::day::Day;

use crate::rows::insert_many;
use crate::{Conn, Row, StoreError, Value};

/// What the relation of one person with one object means on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The object, written `kind:id`.
    pub object: String,
    /// The person, written `kind:id`.
    pub person: String,
    /// Involvement.
    pub involvement: f64,
    /// Involvement against the mean.
    pub degree: f64,
    /// Share of the others below, in percent.
    pub percentile: i64,
    /// From -1 to 1.
    pub kind: Option<f64>,
    /// A1 to B3.
    pub cell: Option<String>,
    /// Whether the person is a customer.
    pub is_customer: bool,
    /// Falling, steady or rising.
    pub direction: String,
    /// How likely the person is falling.
    pub p_falling: f64,
    /// The stage of the relation.
    pub stage: String,
    /// The first active day.
    pub first_day: Day,
    /// The last active day.
    pub last_day: Day,
    /// The day after which the silence is longer than the person's own rhythm.
    pub due_day: Option<Day>,
    /// How many days were active.
    pub n_days: i64,
    /// What the person paid, in minor units.
    pub value_minor: i64,
    /// The currency of that.
    pub currency: String,
}

const COLUMNS: &str = "day, object, person, involvement, degree, percentile, kind, cell, is_customer, direction, \
    p_falling, stage, first_day, last_day, due_day, n_days, value_minor, currency";

/// Puts `standings` in the place of what is kept for `day`.
pub fn replace_day(conn: &mut dyn Conn, day: Day, standings: &[Standing]) -> Result<(), StoreError> {
    let text = day.to_string();
    conn.execute("DELETE FROM standing WHERE day = $1", &[text.as_str().into()])?;
    append_day(conn, day, standings)
}

/// Adds standings to what is kept for `day`, for callers that bring them in parts after [`replace_day`].
pub fn append_day(conn: &mut dyn Conn, day: Day, standings: &[Standing]) -> Result<(), StoreError> {
    let text = day.to_string();
    let head = format!("INSERT INTO standing ({COLUMNS})");
    insert_many(conn, (&head, ""), 18, standings, |standing, values| {
        values.extend::<[Value; 18]>([
            text.as_str().into(),
            standing.object.as_str().into(),
            standing.person.as_str().into(),
            standing.involvement.into(),
            standing.degree.into(),
            standing.percentile.into(),
            standing.kind.into(),
            standing.cell.as_deref().into(),
            standing.is_customer.into(),
            standing.direction.as_str().into(),
            standing.p_falling.into(),
            standing.stage.as_str().into(),
            standing.first_day.to_string().into(),
            standing.last_day.to_string().into(),
            standing.due_day.map(|day| day.to_string()).into(),
            standing.n_days.into(),
            standing.value_minor.into(),
            standing.currency.as_str().into(),
        ]);
    })?;
    Ok(())
}

/// The days that are kept, newest first.
pub fn days(conn: &mut dyn Conn) -> Result<Vec<Day>, StoreError> {
    // A step from day to day along the key, since counting every row of every day would take long.
    let mut days = Vec::new();
    let mut before = Value::from("~");
    loop {
        let rows = conn.query("SELECT MAX(day) FROM standing WHERE day < $1", &[before])?;
        let Some(text) = rows.first().map(|row| row.opt_text(0)).transpose()?.flatten() else { return Ok(days) };
        days.push(day_of(&text)?);
        before = text.into();
    }
}

/// Deletes what is kept of these people, as they are written there; returns how many rows.
pub fn delete_people(conn: &mut dyn Conn, people: &[String]) -> Result<u64, StoreError> {
    let mut n = 0;
    for person in people {
        n += conn.execute("DELETE FROM standing WHERE person = $1", &[person.as_str().into()])?;
    }
    Ok(n)
}

/// Deletes all but the newest `n_kept` days; returns how many rows went.
pub fn delete_old(conn: &mut dyn Conn, n_kept: usize) -> Result<u64, StoreError> {
    let mut n_deleted = 0;
    for day in days(conn)?.into_iter().skip(n_kept) {
        n_deleted += conn.execute("DELETE FROM standing WHERE day = $1", &[day.to_string().into()])?;
    }
    Ok(n_deleted)
}

/// Hands over what is kept for `day`, by object and person.
pub fn for_each(
    conn: &mut dyn Conn,
    day: Day,
    each: &mut dyn FnMut(Standing) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM standing WHERE day = $1 ORDER BY object, person");
    conn.for_each(&sql, &[day.to_string().into()], &mut |row| each(standing(row)?))
}

fn day_of(text: &str) -> Result<Day, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("`{text}` is kept as a day")))
}

fn standing(mut row: Row) -> Result<Standing, StoreError> {
    Ok(Standing {
        object: row.take_text(1)?,
        person: row.take_text(2)?,
        involvement: row.get_real(3)?,
        degree: row.get_real(4)?,
        percentile: row.get_int(5)?,
        kind: row.opt_real(6)?,
        cell: row.opt_text(7)?,
        is_customer: row.get_bool(8)?,
        direction: row.take_text(9)?,
        p_falling: row.get_real(10)?,
        stage: row.take_text(11)?,
        first_day: day_of(row.get_text(12)?)?,
        last_day: day_of(row.get_text(13)?)?,
        due_day: row.opt_text(14)?.map(|day| day_of(&day)).transpose()?,
        n_days: row.get_int(15)?,
        value_minor: row.get_int(16)?,
        currency: row.take_text(17)?,
    })
}
