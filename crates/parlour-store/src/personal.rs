//! Where in the tables something of one person lies: read for whoever wants to know it, and deleted for whoever wants to be
//! forgotten. One list serves both, so that nothing is told and left, or deleted and never told.

use parlour_core::event::Name;
use parlour_core::key::Key;

use crate::rows::{runs_of, select_in};
use crate::{Conn, Kind, StoreError, Value};

/// Most values of one statement.
const MAX_VALUES: usize = 256;

/// By what a row is known for somebody's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    /// The key of one of their ids.
    Key,
    /// `kind:id` of one, or its key in hexadecimal digits.
    Label,
    /// A mail address of theirs.
    Mail,
    /// What they are called in the fediverse, `name@host`.
    Handle,
    /// The address of the actor that they are there.
    Actor,
    /// The member that they are.
    Member,
    /// The owner of pictures that they are.
    Owner,
    /// A thread of theirs.
    Thread,
    /// A post of theirs, or of the brand's to them.
    Post,
    /// An ask of theirs.
    Ask,
    /// An alert about them.
    Alert,
    /// The name of a message to them.
    Message,
    /// An album of theirs.
    Album,
}

/// A column by which rows of a table are somebody's.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What is in it.
    pub by: By,
}

const fn place(table: &'static str, column: &'static str, by: By) -> Place {
    Place { table, column, by }
}

/// Every such column. What is found by other rows is deleted before these.
pub const PLACES: [Place; 45] = [
    place("attachment", "post", By::Post),
    place("correction", "post", By::Post),
    place("duty_told", "ask", By::Ask),
    place("delivery", "alert", By::Alert),
    place("delivery", "message", By::Message),
    place("alert", "person", By::Label),
    place("standing", "person", By::Label),
    place("standing", "object", By::Label),
    place("handling", "thread", By::Thread),
    place("note", "thread", By::Thread),
    place("draft", "thread", By::Thread),
    place("reply", "thread", By::Thread),
    place("ask", "thread", By::Thread),
    place("post", "key", By::Post),
    place("thread", "key", By::Thread),
    place("conversation", "person_kind || ':' || person_id", By::Label),
    place("follower", "actor", By::Actor),
    place("remote_actor", "handle", By::Handle),
    place("unsubscribed", "address", By::Mail),
    place("credential", "subject", By::Member),
    place("credential", "data", By::Mail),
    place("consent", "key", By::Key),
    place("dispute", "key", By::Key),
    place("link", "a", By::Key),
    place("link", "b", By::Key),
    place("entity", "key", By::Key),
    place("identity", "key", By::Key),
    place("album_photo", "album", By::Album),
    place("album", "member", By::Member),
    place("photo", "member", By::Member),
    place("tag", "member", By::Member),
    place("fact", "member", By::Member),
    place("frame", "member", By::Member),
    place("peek", "member", By::Member),
    place("hang_request", "member", By::Member),
    place("rsvp", "member", By::Member),
    place("media", "owner", By::Owner),
    place("claim", "member", By::Member),
    place("acquaintance", "owner", By::Member),
    place("acquaintance", "other", By::Member),
    place("blocked", "owner", By::Member),
    place("blocked", "other", By::Member),
    place("member_passkey", "member", By::Member),
    place("member_session", "member", By::Member),
    place("member", "id", By::Member),
];

/// Texts in which somebody may be named among other things: the table, its key, and the columns.
pub const TEXTS: [(&str, &str, &[&str]); 6] = [
    ("rejected", "id", &["raw", "message"]),
    ("delivery", "id", &["body", "mail", "inbox"]),
    ("activity", "id", &["head", "body"]),
    ("audit", "id", &["object"]),
    ("question", "id", &["name", "sql"]),
    ("job", "id", &["name", "data", "message"]),
];

/// Of these, what others say of them and what is theirs alone to know.
const OF_OTHERS: [(&str, &str); 2] = [("acquaintance", "other"), ("blocked", "other")];

/// Tables in which nothing of anybody is told, or which are seen to apart (`audience`). `letter` holds keyed hashes alone, by which a mail that still lies in its
/// mailbox is not taken again.
pub const OF_NOBODY: [&str; 36] = [
    "actor",
    "audience",
    "cursor",
    "erased",
    "erasure",
    "feed",
    "fit",
    "hanging",
    "hook",
    "image_set",
    "journal",
    "leaving",
    "letter",
    "mailbox",
    "mention",
    "occasion",
    "passkey",
    "post_words",
    "product",
    "product_word",
    "run",
    "saved_answer",
    "server",
    "session",
    "set_image",
    "setting",
    "source",
    "source_key",
    "source_tally",
    "staff",
    "tally",
    "verb_name",
    "post_words_config",
    "post_words_data",
    "post_words_docsize",
    "post_words_idx",
];

/// Columns that are nobody's to read.
const SECRETS: [&str; 3] = ["hash", "public_key", "token"];
/// Tables of which only deletion is of interest.
const UNTOLD: [&str; 4] = ["credential", "draft", "delivery", "duty_told"];

/// Who is meant.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// All their ids …
    pub names: Vec<Name>,
    /// … and the keys of these, in the same order; there may be more.
    pub keys: Vec<Key>,
    /// The members that they are.
    pub members: Vec<String>,
    threads: Vec<Key>,
    posts: Vec<Key>,
    asks: Vec<Key>,
    alerts: Vec<i64>,
    messages: Vec<String>,
    albums: Vec<String>,
    actors: Vec<String>,
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct Told {
    /// The table.
    pub table: &'static str,
    /// Its columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
}

impl Who {
    /// Looks up what belongs to them by way of other rows: conversations and what is in these, alerts, albums.
    pub fn look(
        conn: &mut dyn Conn,
        (names, keys): (Vec<Name>, Vec<Key>),
        members: Vec<String>,
    ) -> Result<Self, StoreError> {
        let mut who = Self { names, keys, members, ..Self::default() };
        let keys = who.values(By::Key);
        who.threads = keys_of(conn, "SELECT key FROM thread WHERE person", &keys)?;
        let threads = who.values(By::Thread);
        who.posts = keys_of(conn, "SELECT key FROM post WHERE person", &keys)?;
        who.asks = keys_of(conn, "SELECT key FROM ask WHERE thread", &threads)?;
        let labels = who.values(By::Label);
        each(conn, "SELECT id FROM alert WHERE person", &labels, |row| {
            who.alerts.push(row.get_int(0)?);
            Ok(())
        })?;
        each(conn, "SELECT message FROM reply WHERE thread", &threads, |mut row| {
            who.messages.push(row.take_text(0)?);
            Ok(())
        })?;
        let members = who.values(By::Member);
        each(conn, "SELECT id FROM album WHERE member", &members, |mut row| {
            who.albums.push(row.take_text(0)?);
            Ok(())
        })?;
        let handles = who.values(By::Handle);
        each(conn, "SELECT url FROM remote_actor WHERE handle", &handles, |mut row| {
            who.actors.push(row.take_text(0)?);
            Ok(())
        })?;
        Ok(who)
    }

    /// Threads in which they said something, or something was said to them; others may have, too.
    pub fn touched_threads(&self, conn: &mut dyn Conn) -> Result<Vec<Key>, StoreError> {
        let posts = self.values(By::Post);
        let mut threads = keys_of(conn, "SELECT thread FROM post WHERE key", &posts)?;
        threads.extend(&self.threads);
        threads.sort_unstable();
        threads.dedup();
        Ok(threads)
    }

    /// What a column of this sort has for them.
    fn values(&self, by: By) -> Vec<Value> {
        let of_keys = |keys: &[Key]| keys.iter().map(|key| (*key).into()).collect();
        let of_texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
        match by {
            By::Key => of_keys(&self.keys),
            By::Label => {
                let names = self.names.iter().map(|name| name.to_string().into());
                names.chain(self.keys.iter().map(|key| key.to_string().into())).collect()
            }
            By::Mail => self.of_kind("email"),
            By::Handle => self.of_kind("fediverse"),
            By::Actor => of_texts(&self.actors),
            By::Member => of_texts(&self.members),
            By::Owner => self.members.iter().map(|id| format!("member:{id}").into()).collect(),
            By::Thread => of_keys(&self.threads),
            By::Post => of_keys(&self.posts),
            By::Ask => of_keys(&self.asks),
            By::Alert => self.alerts.iter().map(|id| (*id).into()).collect(),
            By::Message => of_texts(&self.messages),
            By::Album => of_texts(&self.albums),
        }
    }

    fn of_kind(&self, kind: &str) -> Vec<Value> {
        let of_kind = self.names.iter().filter(|name| name.kind == kind);
        of_kind.map(|name| name.id.as_str().into()).collect()
    }

    /// Everything of theirs, table by table. Secrets by which they sign in are left out, and what others alone may know:
    /// whom these blocked, and how well they know whom.
    pub fn told(&self, conn: &mut dyn Conn, kind: Kind) -> Result<Vec<Told>, StoreError> {
        let mut all: Vec<Told> = Vec::new();
        let is_told =
            |place: &&Place| !UNTOLD.contains(&place.table) && !OF_OTHERS.contains(&(place.table, place.column));
        for place in PLACES.iter().filter(is_told) {
            let mut columns = columns_of(conn, kind, place.table)?;
            // The words of a post are its text once more, as PostgreSQL searches it.
            columns.retain(|column| {
                !SECRETS.contains(&column.as_str()) && (place.table, column.as_str()) != ("post", "words")
            });
            let select = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), place.table, place.column);
            let mut rows = Vec::new();
            each(conn, &select, &self.values(place.by), |row| {
                rows.push(row.0);
                Ok(())
            })?;
            match all.iter_mut().find(|told| told.table == place.table) {
                Some(told) => {
                    rows.retain(|row| !told.rows.contains(row));
                    told.rows.extend(rows);
                }
                None => all.push(Told { table: place.table, columns, rows }),
            }
        }
        all.retain(|told| !told.rows.is_empty());
        Ok(all)
    }

    /// Deletes everything of theirs that is theirs alone; returns how many rows of which table.
    pub fn delete(&self, conn: &mut dyn Conn) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let mut counts: Vec<(&'static str, u64)> = Vec::new();
        for Place { table, column, by } in PLACES {
            let values = self.values(by);
            let mut n = 0;
            for run in chunks(&values) {
                n += conn.execute(&format!("DELETE FROM {table} WHERE {column} IN ({})", marks(run.len())), run)?;
            }
            match counts.iter_mut().find(|(counted, _)| *counted == table) {
                Some((_, sum)) => *sum += n,
                None => counts.push((table, n)),
            }
        }
        // What staff made one with a thread of theirs is itself again.
        let threads = self.values(By::Thread);
        for run in chunks(&threads) {
            let sql = format!("UPDATE handling SET merged_into = NULL WHERE merged_into IN ({})", marks(run.len()));
            conn.execute(&sql, run)?;
        }
        counts.retain(|(_, n)| 0 < *n);
        Ok(counts)
    }
}

/// Every table of the schema.
pub fn tables(conn: &mut dyn Conn, kind: Kind) -> Result<Vec<String>, StoreError> {
    let sql = match kind {
        Kind::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        Kind::Postgres => {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        }
    };
    conn.query(sql, &[])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// A column of a row, by its place, and what is in it.
pub type Text = (usize, Vec<u8>);

/// Reads some columns of every row of a table, by its key; columns without a value are left out.
pub fn texts(
    conn: &mut dyn Conn,
    (table, key, columns): (&str, &str, &[&str]),
    mut each: impl FnMut(i64, &[Text]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    conn.for_each(&format!("SELECT {key}, {} FROM {table}", columns.join(", ")), &[], &mut |row| {
        let id = row.get_int(0)?;
        let texts = row.0.into_iter().skip(1).enumerate().filter_map(|(place, value)| match value {
            Value::Text(text) => Some((place, text.into_bytes())),
            Value::Blob(bytes) => Some((place, bytes)),
            Value::Null | Value::Int(_) | Value::Real(_) => None,
        });
        each(id, &texts.collect::<Vec<_>>())
    })
}

/// Deletes a row of a table by its key.
pub fn delete_row(conn: &mut dyn Conn, (table, key): (&str, &str), id: i64) -> Result<(), StoreError> {
    conn.execute(&format!("DELETE FROM {table} WHERE {key} = $1"), &[id.into()]).map(|_| ())
}

/// Puts another text into a column of a row.
pub fn set_text(
    conn: &mut dyn Conn,
    (table, key, column): (&str, &str, &str),
    id: i64,
    text: &str,
) -> Result<(), StoreError> {
    conn.execute(&format!("UPDATE {table} SET {column} = $1 WHERE {key} = $2"), &[text.into(), id.into()]).map(|_| ())
}

fn columns_of(conn: &mut dyn Conn, kind: Kind, table: &str) -> Result<Vec<String>, StoreError> {
    let sql = match kind {
        Kind::Sqlite => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        Kind::Postgres => {
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    conn.query(sql, &[table.into()])?.into_iter().map(|mut row| row.take_text(0)).collect()
}

fn keys_of(conn: &mut dyn Conn, select: &str, values: &[Value]) -> Result<Vec<Key>, StoreError> {
    let mut keys = Vec::new();
    each(conn, select, values, |row| {
        keys.push(row.get_key(0)?);
        Ok(())
    })?;
    Ok(keys)
}

fn each(
    conn: &mut dyn Conn,
    select: &str,
    values: &[Value],
    mut take: impl FnMut(crate::Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    select_in(conn, select, values, Clone::clone, &mut take)
}

fn chunks(values: &[Value]) -> impl Iterator<Item = &[Value]> {
    let mut rest = values;
    runs_of(values.len(), MAX_VALUES).map(move |n| {
        let (now, later) = rest.split_at(n);
        rest = later;
        now
    })
}

fn marks(n: usize) -> String {
    (1..=n).map(|i| format!("${i}")).collect::<Vec<_>>().join(",")
}
