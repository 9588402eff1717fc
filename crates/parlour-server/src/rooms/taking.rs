//! Taking everything along: one archive with all that is known of oneself, for machines and for people.

use std::io::{Cursor, Write};
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use parlour_engine::clock;
use parlour_store::personal::Told;
use parlour_store::{Value as Stored, media};
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::guard::Seat;
use super::known::{asked_of, oneself};
use crate::api::timeline::{TimelineRow, row};
use crate::api::{known, person};
use crate::app::{App, State};
use crate::doors::escaped;
use crate::error::ApiError;

/// Bytes of a key.
const KEY_BYTES: usize = 16;

/// Everything that is known of oneself: an archive with `data.json`, `index.html` and one's pictures.
#[utoipa::path(
    get, path = "/api/v1/room/known/download", tag = "rooms", security(("room" = [])),
    responses((status = 200, content_type = "application/zip", description = "the archive"))
)]
pub(crate) async fn download_known(State(app): State<Arc<App>>, seat: Seat) -> Result<Response, ApiError> {
    let name = seat.member.handle.clone().unwrap_or_else(|| "room".to_owned());
    let bytes = app.run(move |app| archive(&app.as_oneself(), &seat.member.id)).await?;
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let name = HeaderValue::from_str(&format!("attachment; filename=\"parlour-{name}.zip\""));
    headers.insert(CONTENT_DISPOSITION, name.expect("a handle can stand in a header"));
    Ok(response)
}

fn archive(app: &App, member: &str) -> Result<Vec<u8>, ApiError> {
    let ids = app.engine.ids_of_member(member);
    let own = oneself(app, member);
    let tables = app.engine.everything_of(&ids, member)?;
    let (mut events, mut about) = (Vec::new(), Value::Null);
    if let Some(asked) = asked_of(app, None) {
        let person = asked.snapshot.identity.person_of(own);
        let all = app.engine.timeline(&asked, person, i64::MAX, usize::MAX)?;
        events = all.into_iter().map(|event| row(&asked, event)).collect();
        about = json!(person::of_key(app, &asked, person)?);
    }
    let pictures = app.engine.database.read(|conn| media::of_owner(conn, &format!("member:{member}")))?;
    let made_at = clock::rfc3339(clock::now());
    let data = json!({
        "made_at": made_at,
        "person": about,
        "consents": known::consents(app, &ids)?,
        "disputes": known::disputes(app, &ids)?,
        "events": &events,
        "tables": tables.iter().map(|told| (told.table.to_owned(), json!(rows(told)))).collect::<Map<_, _>>(),
    });
    let page = page(&made_at, &data, (&events, &tables), pictures.iter().map(picture_name));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let written = zip.start_file(name, options).map_err(std::io::Error::from).and_then(|()| zip.write_all(bytes));
        written.map_err(|error| ApiError::internal(format!("the archive could not be written: {error}")))
    };
    put("data.json", &serde_json::to_vec_pretty(&data).unwrap_or_default())?;
    put("index.html", page.as_bytes())?;
    for picture in &pictures {
        // One that was forgotten meanwhile is not there.
        if let Ok(bytes) = app.engine.media_bytes(picture) {
            put(&picture_name(picture), &bytes)?;
        }
    }
    let done = zip.finish().map_err(|error| ApiError::internal(format!("the archive could not be ended: {error}")))?;
    Ok(done.into_inner())
}

fn picture_name(media: &media::Media) -> String {
    format!("pictures/{}.{}", media.id, media.kind)
}

/// The rows of a table as objects: keys in hexadecimal digits, other bytes in base 64.
fn rows(told: &Told) -> Vec<Value> {
    let value = |value: &Stored| match value {
        Stored::Null => Value::Null,
        Stored::Int(n) => json!(n),
        Stored::Real(x) => json!(x),
        Stored::Text(text) => json!(text),
        Stored::Blob(bytes) if bytes.len() == KEY_BYTES => {
            json!(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
        }
        Stored::Blob(bytes) => json!(BASE64_STANDARD.encode(bytes)),
    };
    let object = |row: &Vec<Stored>| -> Value {
        told.columns
            .iter()
            .zip(row)
            .map(|(column, stored)| (column.clone(), value(stored)))
            .collect::<Map<_, _>>()
            .into()
    };
    told.rows.iter().map(object).collect()
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
    color:#1c2b2a;background:#fbfaf7}h1,h2{font-family:Georgia,serif}table{border-collapse:collapse;width:100%;\
    font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ddd;\
    overflow-wrap:anywhere}img{max-width:12rem;margin:.3rem}details{margin:.5rem 0}@media(prefers-color-scheme:dark)\
    {body{background:#14201f;color:#e8ece9}th,td{border-color:#344}}";

/// The same for people, without a script.
fn page(
    made_at: &str,
    data: &Value,
    (events, tables): (&[TimelineRow], &[Told]),
    pictures: impl Iterator<Item = String>,
) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>What is known of me</title><style>{STYLE}</style>\
         <h1>What is known of me</h1><p>Made {}. The same for machines is in <a href=\"data.json\">data.json</a>.</p>",
        escaped(made_at)
    );
    html.push_str("<h2>Who I am</h2>");
    table(&mut html, &["kind", "value", "first_seen_at"], &data["person"]["ids"]);
    html.push_str("<h2>What is concluded of me</h2>");
    let standing = ["title", "degree", "percentile", "kind", "cell", "direction", "stage", "last_day", "due_day"];
    table(&mut html, &standing, &data["person"]["standings"]);
    html.push_str("<h2>What I let be done</h2>");
    table(&mut html, &["purpose", "is_given"], &data["consents"]);
    html.push_str("<h2>What I dispute</h2>");
    table(&mut html, &["at", "object_title", "matter", "said", "words", "taken_back_at"], &data["disputes"]);
    add(&mut html, format_args!("<h2>What I did ({})</h2>", events.len()));
    table(&mut html, &["at", "verb", "object_title", "layer", "text", "rating", "source"], &data["events"]);
    html.push_str("<h2>My pictures</h2>");
    for name in pictures {
        add(&mut html, format_args!("<img src=\"{0}\" alt=\"{0}\" loading=\"lazy\">", escaped(&name)));
    }
    html.push_str("<h2>Every row</h2><p>Each table of the database in which something of mine lies.</p>");
    for told in tables {
        let columns: Vec<&str> = told.columns.iter().map(String::as_str).collect();
        add(&mut html, format_args!("<details><summary>{} ({})</summary>", escaped(told.table), told.rows.len()));
        table(&mut html, &columns, &data["tables"][told.table]);
        html.push_str("</details>");
    }
    html
}

fn add(html: &mut String, text: std::fmt::Arguments<'_>) {
    std::fmt::Write::write_fmt(html, text).expect("a String takes any text");
}

/// Some fields of a list of objects as a table.
fn table(html: &mut String, columns: &[&str], rows: &Value) {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    if rows.is_empty() {
        html.push_str("<p>Nothing.</p>");
        return;
    }
    html.push_str("<table><tr>");
    for name in columns {
        add(html, format_args!("<th>{}", escaped(&name.replace('_', " "))));
    }
    for row in rows {
        html.push_str("<tr>");
        for column in columns {
            let cell = match &row[*column] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
            };
            add(html, format_args!("<td>{}", escaped(&cell)));
        }
    }
    html.push_str("</table>");
}
