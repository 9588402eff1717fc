//! Fits: which model of coming back an object goes by, as it was chosen week by week.

use parlour_core::day::Day;

use crate::{Conn, Row, StoreError};

/// One choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The object, `kind:id`.
    pub object: String,
    /// The last day of what it was chosen by; it holds from then on.
    pub day: Day,
    /// The name of the model.
    pub choice: String,
    /// What its amounts are multiplied by.
    pub factor: f64,
    /// People it was chosen by.
    pub n_people: i64,
    /// When, in microseconds UTC.
    pub made_at: i64,
}

/// Writes a choice in place of the one of the same object and day.
pub fn put(conn: &mut dyn Conn, fit: &Fit) -> Result<(), StoreError> {
    let sql = "INSERT INTO fit (object, day, choice, factor, n_people, made_at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (object, day) DO UPDATE SET choice = excluded.choice, factor = excluded.factor, \
        n_people = excluded.n_people, made_at = excluded.made_at";
    let Fit { object, day, choice, factor, n_people, made_at } = fit;
    let params = [
        object.as_str().into(),
        i64::from(day.0).into(),
        choice.as_str().into(),
        (*factor).into(),
        (*n_people).into(),
        (*made_at).into(),
    ];
    conn.execute(sql, &params).map(|_| ())
}

/// The last choice for an object that held on a day.
pub fn on(conn: &mut dyn Conn, object: &str, day: Day) -> Result<Option<Fit>, StoreError> {
    let sql = "SELECT object, day, choice, factor, n_people, made_at FROM fit \
        WHERE object = $1 AND day <= $2 ORDER BY day DESC LIMIT 1";
    conn.query(sql, &[object.into(), i64::from(day.0).into()])?.into_iter().next().map(fit).transpose()
}

fn fit(mut row: Row) -> Result<Fit, StoreError> {
    Ok(Fit {
        object: row.take_text(0)?,
        day: Day(row.get_i32(1)?),
        choice: row.take_text(2)?,
        factor: row.get_real(3)?,
        n_people: row.get_int(4)?,
        made_at: row.get_int(5)?,
    })
}
