//! Explore: one's own `SELECT` over what is kept, within limits, and what there is to select from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::Json;
use parlour_store::{TableShape, Value, run};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::cursor::hex;
use crate::error::ApiError;
use crate::input::{Asking, Sent};

/// Integers beyond this are not exact in JavaScript and go out as text.
const MAX_EXACT: u64 = 1 << 53;

/// What every table holds; one that is not here is told without words.
const ABOUT: [(&str, &str); 34] = [
    (
        "standing",
        "Everyone's standing with brands and companies on each of the kept days; one row a day, object and person.",
    ),
    ("identity", "The raw ids that were seen, with the key each is kept under."),
    ("link", "Which two ids are said to be one person, and which of these links were undone."),
    ("entity", "What people engage with: brands, products, companies, and what belongs to what."),
    ("rejected", "What was sent and could not be taken, with the reason and the bytes."),
    ("tally", "Running counts of events: sent, accepted, rejected, folded, duplicate."),
    ("job", "Long pieces of work, such as reading a file, and how far they have come."),
    ("run", "The files of the lake that count; days are numbers since 1970-01-01."),
    ("server", "The servers on the database, where there may be several, as each wrote itself a second ago."),
    ("journal", "Batches of events that are not sealed into the lake yet; bodies are compressed."),
    ("cursor", "How far along the journal folding and sealing have come."),
    ("source_tally", "Running counts by source: accepted, and rejected with the reason."),
    ("verb_name", "Names from outside and the verbs that were chosen for them under Settings."),
    ("question", "The saved questions of Explore."),
    ("audience", "The saved audiences: a name, and the question whose answer they are."),
    ("fit", "Which model each object goes by, week by week."),
    ("alert", "What somebody should be told, each once; `data` is JSON, `state` is open or seen."),
    (
        "ask",
        "What expects an answer, and what came of it; `state` is open, answered or closed, times are microseconds UTC.",
    ),
    ("thread", "Conversations: where each began, who began it, where an answer goes."),
    ("post", "What was said in them, by whom, and what it was taken for; `role` is who speaks."),
    ("correction", "What staff say a post is, where the rules were wrong."),
    ("handling", "Who has a thread, until when it rests, what it became part of."),
    ("note", "What staff tell each other of a thread."),
    ("duty_told", "Of which asks was told that they are due soon, overdue or escalated."),
    ("remote_actor", "Who was heard in the fediverse, and where they are reached."),
    ("follower", "Who follows a brand in the fediverse."),
    ("product", "What brands sell, as their catalogues have it; prices are minor units."),
    ("image_set", "Sets of images that brands offer for people's walls; times are microseconds UTC."),
    ("occasion", "What brands hold somewhere, when and for how many; times are microseconds UTC."),
    ("reply", "Answers of staff: waiting to go out, sent, or undone."),
    (
        "lake.activity",
        "What one subject did toward one object on one day, summed; the cluster answers. Keys are bytes, as in `identity` \
         and `entity`. What is not sealed yet is not there.",
    ),
    ("lake.event", "Every event that is sealed, as it was sent; the cluster answers."),
    ("lake.standing", "Everyone's standing with every object, products too, on the kept days; the cluster answers."),
    ("delivery", "What was sent to hooks and by mail, and what came of it; times are microseconds UTC."),
];

/// Questions to begin with; they work on either database.
const EXAMPLES: [(&str, &str); 6] = [
    (
        "People by stage on the last kept day",
        "SELECT object, stage, COUNT(*) AS people, SUM(value_minor) AS value_minor\nFROM standing\n\
         WHERE day = (SELECT MAX(day) FROM standing)\nGROUP BY object, stage\nORDER BY object, people DESC",
    ),
    (
        "The most valuable customers who are falling",
        "SELECT person, degree, p_falling, last_day, due_day, value_minor\nFROM standing\n\
         WHERE day = (SELECT MAX(day) FROM standing) AND is_customer = 1 AND direction = 'falling'\n\
         ORDER BY value_minor DESC\nLIMIT 50",
    ),
    (
        "The matrix on every kept day",
        "SELECT day, cell, COUNT(*) AS people\nFROM standing\nWHERE cell IS NOT NULL\nGROUP BY day, cell\nORDER BY day, cell",
    ),
    ("Ids by kind", "SELECT kind, COUNT(*) AS ids\nFROM identity\nGROUP BY kind\nORDER BY ids DESC"),
    ("Why events were rejected", "SELECT reason, COUNT(*) AS n\nFROM rejected\nGROUP BY reason\nORDER BY n DESC"),
    (
        "The files of the lake",
        "SELECT kind, level, COUNT(*) AS files, SUM(n_rows) AS n_rows, SUM(n_bytes) AS n_bytes\nFROM run\n\
         GROUP BY kind, level\nORDER BY kind, level",
    ),
];

/// The same where the lake can be asked.
const LAKE_EXAMPLES: [(&str, &str); 3] = [
    (
        "What is done on which layer (lake)",
        "SELECT layer, verb, SUM(n) AS n, COUNT(DISTINCT subject) AS ids\nFROM lake.activity\nGROUP BY layer, verb\n\
         ORDER BY n DESC\nLIMIT 50",
    ),
    (
        "Active ids and events by month (lake)",
        "SELECT date_trunc('month', day) AS month, COUNT(DISTINCT subject) AS ids, SUM(n) AS events\nFROM lake.activity\n\
         GROUP BY 1\nORDER BY 1",
    ),
    (
        "The last events (lake)",
        "SELECT \"at\", verb, layer, text, value_minor, currency\nFROM lake.event\nORDER BY \"at\" DESC\nLIMIT 50",
    ),
];

/// What there is to select from.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlSchema {
    tables: Vec<SqlTable>,
    /// A command that reads the lake itself with DuckDB, to be copied.
    lake_line: String,
    examples: Vec<SqlExample>,
}

/// One table.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlTable {
    name: String,
    about: &'static str,
    columns: Vec<SqlColumn>,
    /// Null where there are more than 100,000, which are not counted.
    n_rows: Option<i64>,
}

/// One column.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlColumn {
    name: String,
    r#type: String,
}

/// A question to begin with.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlExample {
    name: &'static str,
    sql: &'static str,
}

/// What is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlQuestion {
    /// One `SELECT`.
    sql: String,
    /// A name by which its progress can be asked for; only where it is over the lake.
    name: Option<String>,
}

/// The answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlAnswer {
    columns: Vec<String>,
    rows: Vec<Vec<SqlValue>>,
    /// Whether a limit cut rows or values off.
    is_cut: bool,
    /// How long the database took.
    ms: u64,
}

/// One value. Bytes are hexadecimal text, and so are whole numbers beyond 2⁵³, which JavaScript cannot hold, decimal
/// text.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SqlValue {
    Text(String),
    Number(#[schema(inline)] SqlNumber),
    Null,
}

/// A number, whole or not.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = f64)]
pub(crate) struct SqlNumber(Number);

impl From<Value> for SqlValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(n) if n.unsigned_abs() > MAX_EXACT => Self::Text(n.to_string()),
            Value::Int(n) => Self::Number(SqlNumber(n.into())),
            // What is not a number in JSON, such as infinity, is text.
            Value::Real(x) => {
                Number::from_f64(x).map_or_else(|| Self::Text(x.to_string()), |x| Self::Number(SqlNumber(x)))
            }
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Text(hex(&bytes)),
        }
    }
}

/// Answers one `SELECT`, read-only and within the limits under `[explore]`. Where it names tables of the lake
/// (`lake.activity`), the cluster answers it; whoever hangs up takes it back.
///
/// 400 with the database's own words for what it does not understand or may not do; 408 for what takes too long; 503 where
/// the cluster is away.
#[utoipa::path(
    post, path = "/api/v1/sql", tag = "explore", request_body = SqlQuestion, responses((status = 200, body = SqlAnswer))
)]
pub(crate) async fn run_sql(
    State(app): State<Arc<App>>,
    Sent(question): Sent<SqlQuestion>,
) -> Result<Json<SqlAnswer>, ApiError> {
    let asker = Asker::default();
    let is_gone = Arc::clone(&asker.is_gone);
    let answered = app.run(move |app| answer(app, &question, &is_gone)).await;
    drop(asker);
    answered.map(Json)
}

/// Somebody who waits for an answer; they are gone when this is dropped.
#[derive(Default)]
struct Asker {
    is_gone: Arc<AtomicBool>,
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.is_gone.store(true, Ordering::Relaxed);
    }
}

fn answer(app: &App, question: &SqlQuestion, is_gone: &AtomicBool) -> Result<SqlAnswer, ApiError> {
    let start = Instant::now();
    let is_wanted = || !is_gone.load(Ordering::Relaxed);
    let table = app.engine.explore(&question.sql, question.name.as_deref(), &is_wanted)?;
    let rows = table.rows.into_iter().map(|row| row.into_iter().map(SqlValue::from).collect());
    Ok(SqlAnswer {
        columns: table.columns,
        rows: rows.collect(),
        is_cut: table.is_cut,
        ms: start.elapsed().as_millis() as u64,
    })
}

/// Which question is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlName {
    /// The name it was given.
    name: String,
}

/// How far a question over the lake is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlProgress {
    /// Tasks that are done.
    done: u64,
    /// All of them, as far as known; 0 where no question of this name is under way on this server.
    of: u64,
}

/// How far a question over the lake is that was given a name.
#[utoipa::path(
    get, path = "/api/v1/sql/progress", tag = "explore", params(SqlName), responses((status = 200, body = SqlProgress))
)]
pub(crate) async fn get_progress(State(app): State<Arc<App>>, Asking(of): Asking<SqlName>) -> Json<SqlProgress> {
    let (done, of) = app.engine.explored(&of.name).unwrap_or_default();
    Json(SqlProgress { done, of })
}

/// What there is to select from, with examples.
#[utoipa::path(get, path = "/api/v1/sql/schema", tag = "explore", responses((status = 200, body = SqlSchema)))]
pub(crate) async fn get_schema(State(app): State<Arc<App>>) -> Result<Json<SqlSchema>, ApiError> {
    app.run(schema).await.map(Json)
}

fn schema(app: &App) -> Result<SqlSchema, ApiError> {
    let mut tables: Vec<SqlTable> = app.engine.database.schema()?.into_iter().map(table).collect();
    let place = |table: &SqlTable| ABOUT.iter().position(|(name, _)| *name == table.name).unwrap_or(ABOUT.len());
    tables.sort_by_key(place);
    let of_lake = app.engine.lake_tables()?;
    let examples = EXAMPLES.into_iter().chain(if of_lake.is_empty() { Vec::new() } else { LAKE_EXAMPLES.to_vec() });
    tables.extend(of_lake.into_iter().map(table));
    Ok(SqlSchema {
        tables,
        lake_line: lake_line(app)?,
        examples: examples.map(|(name, sql)| SqlExample { name, sql }).collect(),
    })
}

fn table(shape: TableShape) -> SqlTable {
    let about = ABOUT.iter().find(|(name, _)| *name == shape.name).map_or("", |(_, about)| about);
    let columns = shape.columns.into_iter().map(|(name, kind)| SqlColumn { name, r#type: kind });
    SqlTable { name: shape.name, about, columns: columns.collect(), n_rows: shape.n_rows }
}

/// A command that reads the sealed activity. It names the files one by one, because only those that table `run` has
/// count: others in the folder are half written or on their way out.
fn lake_line(app: &App) -> Result<String, ApiError> {
    let runs = app.engine.database.read(|conn| run::list(conn, "activity"))?;
    if runs.is_empty() {
        return Ok("# nothing is sealed into the lake yet; `parlour compact` does it now".to_owned());
    }
    let path = |run: &run::Run| {
        let path = app.engine.lake_path(&run.file);
        let path = std::path::absolute(&path).unwrap_or(path);
        format!("'{}'", path.display().to_string().replace('\'', "''"))
    };
    let files: Vec<String> = runs.iter().map(path).collect();
    let sql = format!("SELECT * FROM read_parquet([{}]) LIMIT 20", files.join(", "));
    Ok(format!("duckdb -c {}", super::workspace::quoted(&sql)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_javascript() {
        let json = |value: Value| serde_json::to_string(&SqlValue::from(value)).unwrap();
        assert_eq!(json(Value::Int(-9_007_199_254_740_992)), "-9007199254740992");
        assert_eq!(json(Value::Int(i64::MIN)), "\"-9223372036854775808\"");
        assert_eq!(json(Value::Real(f64::INFINITY)), "\"inf\"");
        assert_eq!(json(Value::Blob(vec![0, 255])), "\"00ff\"");
        assert_eq!(json(Value::Null), "null");
    }
}
