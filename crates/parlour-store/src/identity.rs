//! Identities: the raw ids behind the keys. The only place where a key leads back to what somebody sent.

use parlour_core::key::Key;

use crate::rows::{insert_many, select_in};
use crate::{Conn, Row, StoreError, Value};

/// One raw id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The keyed hash of kind and value.
    pub key: Key,
    /// What kind of id it is, such as `user` or `mail`.
    pub kind: String,
    /// The id as it was sent.
    pub value: String,
    /// When it was first seen, in microseconds UTC.
    pub first_seen_at: i64,
}

/// Keeps those that are not there yet; returns how many were new.
pub fn insert_new(conn: &mut dyn Conn, identities: &[Identity]) -> Result<u64, StoreError> {
    let text = ("INSERT INTO identity (key, kind, value, first_seen_at)", "ON CONFLICT (key) DO NOTHING");
    insert_many(conn, text, 4, identities, |identity, values| {
        values.extend::<[Value; 4]>([
            identity.key.into(),
            identity.kind.as_str().into(),
            identity.value.as_str().into(),
            identity.first_seen_at.into(),
        ]);
    })
}

/// The identities of these keys, in no order; keys that are not known are left out.
pub fn by_keys(conn: &mut dyn Conn, keys: &[Key]) -> Result<Vec<Identity>, StoreError> {
    let mut found = Vec::with_capacity(keys.len());
    let head = "SELECT key, kind, value, first_seen_at FROM identity WHERE key";
    select_in(conn, head, keys, |key| (*key).into(), &mut |row| {
        found.push(identity(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The identities that `text` may mean, `limit` at most: first those whose value it is, then, if it is written
/// `kind:value`, the one of that kind, then those whose value begins with it, by value.
pub fn find(conn: &mut dyn Conn, text: &str, limit: usize) -> Result<Vec<Identity>, StoreError> {
    let n = |found: &Vec<Identity>| Value::Int(limit.saturating_sub(found.len()) as i64);
    let select = "SELECT key, kind, value, first_seen_at FROM identity WHERE";
    let mut found = Vec::new();
    if text.is_empty() {
        return Ok(found);
    }
    let exact = format!("{select} value = $1 ORDER BY kind LIMIT $2");
    let params = [text.into(), n(&found)];
    add_all(conn, &exact, &params, &mut found)?;
    if let Some((kind, value)) = text.split_once(':') {
        let of_kind = format!("{select} value = $1 AND kind = $2 LIMIT $3");
        let params = [value.into(), kind.into(), n(&found)];
        add_all(conn, &of_kind, &params, &mut found)?;
    }
    if let Some(end) = prefix_end(text) {
        let prefix = format!("{select} value > $1 AND value < $2 ORDER BY value, kind LIMIT $3");
        let params = [text.into(), end.into(), n(&found)];
        add_all(conn, &prefix, &params, &mut found)?;
    }
    Ok(found)
}

fn add_all(conn: &mut dyn Conn, sql: &str, params: &[Value], found: &mut Vec<Identity>) -> Result<(), StoreError> {
    conn.for_each(sql, params, &mut |row| {
        found.push(identity(row)?);
        Ok(())
    })
}

/// The least text that is greater than every text beginning with `prefix`, by code points, which is by bytes of
/// UTF-8; `None` if there is none.
fn prefix_end(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        // The range steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

fn identity(mut row: Row) -> Result<Identity, StoreError> {
    Ok(Identity {
        key: row.get_key(0)?,
        kind: row.take_text(1)?,
        value: row.take_text(2)?,
        first_seen_at: row.get_int(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(prefix_end("ab").as_deref(), Some("ac"));
        assert_eq!(prefix_end("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{10ffff}"), None);
    }
}
