//! The Desk's pages about everybody, asked ahead of time: each asks the state that will be held next before it is, so that
//! whoever opens one of them finds its answer made.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Query, Request, State as Extracted};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::access::Seat;
use crate::api::{accounts, cohorts, definitions, engaged, growth, leaving, matrix, people, today};
use crate::app::{App, Reach};
use crate::error::ApiError;

/// A question of a page, without its answer.
type Page = fn(&App, &Uri) -> Result<(), ApiError>;

/// What is asked ahead of time. Models are not: trying them takes minutes, and they are kept for as long as they hold.
const PAGES: [(&str, Page); 10] = [
    ("/api/v1/today", |app, uri| done(today::today(app, query(uri)?))),
    ("/api/v1/engaged", |app, uri| done(engaged::engaged(app, query(uri)?))),
    ("/api/v1/leaving", |app, uri| done(leaving::leaving(app, query(uri)?))),
    ("/api/v1/quadrants", |app, uri| done(leaving::quadrants(app, query(uri)?))),
    ("/api/v1/people", |app, uri| done(people::people(app, query(uri)?))),
    ("/api/v1/matrix", |app, uri| done(matrix::matrix(app, query(uri)?))),
    ("/api/v1/accounts", |app, uri| done(accounts::accounts(app, query(uri)?))),
    ("/api/v1/growth", |app, uri| done(growth::growth(app, query(uri)?))),
    ("/api/v1/cohorts", |app, uri| done(cohorts::cohorts(app, query(uri)?))),
    ("/api/v1/definitions", |app, uri| done(definitions::definitions(app, query(uri)?))),
];
/// What the pages ask of themselves when they are opened, of which there is always an answer.
const OPENED: [&str; 10] = [
    "/api/v1/today",
    "/api/v1/engaged",
    "/api/v1/leaving",
    "/api/v1/people?stage=disengaging_1&sort=at_risk&reasons=true&limit=25",
    "/api/v1/people?limit=50",
    "/api/v1/matrix",
    "/api/v1/quadrants",
    "/api/v1/accounts",
    "/api/v1/cohorts",
    "/api/v1/definitions",
];
/// How often is looked whether it is time to.
const REST: Duration = Duration::from_secs(2);
/// What was asked within this time is asked again, …
const LATELY: Duration = Duration::from_mins(30);
/// … so many of it, …
const MOST: usize = 40;
/// … and no more of it once it took so long.
const LONGEST: Duration = Duration::from_mins(1);

/// What was asked lately, the last first.
#[derive(Debug, Default)]
pub(crate) struct Lately(Mutex<VecDeque<Asked>>);

#[derive(Clone, Debug)]
struct Asked {
    uri: Uri,
    reach: Reach,
    at: Instant,
}

impl Lately {
    fn note(&self, uri: Uri, reach: Reach) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|asked| asked.uri != uri || asked.reach != reach);
        all.push_front(Asked { uri, reach, at: Instant::now() });
        all.truncate(MOST);
    }

    fn all(&self) -> Vec<Asked> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|asked| asked.at.elapsed() < LATELY).cloned().collect()
    }
}

/// Notes what pages ask.
pub(crate) async fn note(Extracted(app): Extracted<Arc<App>>, request: Request, next: Next) -> Response {
    let is_page = request.method() == Method::GET && page(request.uri()).is_some();
    let asked =
        request.extensions().get::<Seat>().filter(|_| is_page).map(|seat| (request.uri().clone(), seat.reach()));
    let response = next.run(request).await;
    if let Some((uri, reach)) = asked.filter(|_| response.status().is_success()) {
        app.lately.note(uri, reach);
    }
    response
}

/// Asks the next state what pages ask whenever it is time to, until the server ends.
pub(crate) async fn keep_looking(app: Arc<App>) {
    while !app.is_stopping() {
        let looking = Arc::clone(&app);
        if let Err(error) = spawn_blocking(move || look_ahead(&looking)).await {
            tracing::error!(%error, "the pages could not be asked ahead of time; it will be tried again");
        }
        sleep(REST).await;
    }
}

fn look_ahead(app: &App) {
    app.engine.look_ahead(|| {
        let started = Instant::now();
        let everybody = app.ahead(Reach::Everything);
        for path in OPENED {
            ask(&everybody, &Uri::from_static(path));
        }
        for asked in app.lately.all() {
            if LONGEST < started.elapsed() {
                break;
            }
            ask(&app.ahead(asked.reach), &asked.uri);
        }
    });
}

fn ask(app: &App, uri: &Uri) {
    if app.is_stopping() {
        return;
    }
    if let Some(page) = page(uri)
        && let Err(error) = page(app, uri)
    {
        tracing::debug!(%uri, ?error, "a page could not be asked ahead of time");
    }
}

fn page(uri: &Uri) -> Option<Page> {
    PAGES.iter().find(|(path, _)| *path == uri.path()).map(|(_, page)| *page)
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let query = Query::try_from_uri(uri);
    query.map(|Query(query)| query).map_err(|error| ApiError::internal(format!("`{uri}` cannot be asked: {error}")))
}

fn done<T>(told: Result<T, ApiError>) -> Result<(), ApiError> {
    told.map(|_| ())
}
