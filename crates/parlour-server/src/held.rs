//! What those who see some brands only are held to, where a path names one thing: it must be of a brand of theirs. Whether
//! something of another brand exists is not said.

use parlour_core::key::Key;
use parlour_engine::desk::name_of;
use parlour_store::{Conn, StoreError, alert, audience, post, reply, thread};

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::rights::Held;

/// Finds the brand of what a path names, by its number or its key.
type Find = fn(&mut dyn Conn, i64, Key) -> Result<Option<Key>, StoreError>;

/// Refuses what is of no brand of theirs. What is read by a question is held to them there.
pub(crate) fn check(app: &App, held: Held, names: &[String], brands: &[String]) -> Result<(), ApiError> {
    let name = names.first().map_or("", String::as_str);
    let id = name.parse::<i64>().unwrap_or(0);
    let read = |found: Find| {
        let key = Key::from_hex(name).unwrap_or(Key(0));
        Ok::<_, ApiError>(app.engine.database.read(|conn| found(conn, id, key))?)
    };
    let is_theirs = match held {
        Held::Free | Held::ByQuestion => true,
        Held::Refused => return Err(refused(brands)),
        Held::ByThread => has(app, brands, read(|conn, _, key| of_thread(conn, Some(key)))?),
        Held::ByPost => has(
            app,
            brands,
            read(|conn, _, key| {
                let found = post::get(conn, key)?.map(|post| post.thread);
                of_thread(conn, found)
            })?,
        ),
        Held::ByReply => has(
            app,
            brands,
            read(|conn, id, _| {
                let found = reply::get(conn, id)?.map(|reply| reply.thread);
                of_thread(conn, found)
            })?,
        ),
        Held::ByAlert => {
            let found = app.engine.database.read(|conn| alert::get(conn, id))?;
            found.is_some_and(|alert| brands.contains(&alert.object))
        }
        Held::ByAudience => {
            let found = app.engine.database.read(|conn| audience::get(conn, id))?;
            let question = found.map(|found| parlour_engine::desk::Question {
                object: Some(found.object),
                ..parlour_engine::desk::Question::default()
            });
            question.is_some_and(|question| app.engine.ask_within(&question, Some(brands)).is_ok())
        }
    };
    if is_theirs { Ok(()) } else { Err(ApiError::not_found(format!("there is no `{name}` among what you see"))) }
}

fn refused(brands: &[String]) -> ApiError {
    let message = format!(
        "this cannot be told apart by brand, and you see {} only; it is for people of the Desk who see all brands",
        brands.join(", ")
    );
    ApiError::new(ErrorCode::Forbidden, message)
}

/// The brand of a thread.
fn of_thread(conn: &mut dyn Conn, key: Option<Key>) -> Result<Option<Key>, StoreError> {
    let Some(key) = key else { return Ok(None) };
    Ok(thread::get(conn, key)?.map(|thread| thread.brand))
}

fn has(app: &App, brands: &[String], found: Option<Key>) -> bool {
    let names = || brands.iter().filter_map(|name| name_of(name));
    found.is_some_and(|brand| names().any(|name| app.engine.key(&name.kind, &name.id) == brand))
}
