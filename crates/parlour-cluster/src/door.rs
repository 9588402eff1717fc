//! The scheduler's door for questions, over HTTP: `df://host:port`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use parlour_afar::Statement;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::asked::{Asked, Planned, Progress, Scheduler, Stands};
use crate::shelf::Shelf;

/// Most bytes of a question.
const MOST_BYTES: usize = 2 << 30;
/// How long an answer is waited for in one request.
const WAIT: Duration = Duration::from_secs(1);
/// How often it is looked who is there.
const LOOK: Duration = Duration::from_millis(20);

/// What the door keeps.
pub(crate) struct Door {
    scheduler: Scheduler,
    /// Where Ballista's own clients find the scheduler.
    address: String,
    shelf: Arc<Shelf>,
    questions: Mutex<HashMap<String, Arc<Asked>>>,
    work: Mutex<JoinSet<()>>,
    n: AtomicU64,
}

/// An answer that is none, in one sentence.
type Refused = (StatusCode, String);

/// An executor.
#[derive(Serialize)]
struct Executor {
    id: String,
    host: String,
    cores: u32,
}

/// Who is there.
#[derive(Serialize)]
struct Cluster {
    scheduler: String,
    executors: Vec<Executor>,
}

#[derive(Deserialize)]
struct Awaited {
    #[serde(default)]
    executors: usize,
}

#[derive(Deserialize)]
struct Seen {
    beyond: Option<u64>,
}

impl Door {
    pub(crate) fn new(scheduler: Scheduler, address: String, shelf: Arc<Shelf>) -> Arc<Self> {
        Arc::new(Self {
            scheduler,
            address,
            shelf,
            questions: Mutex::default(),
            work: Mutex::default(),
            n: AtomicU64::new(0),
        })
    }

    /// What is asked here.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/v1/cluster", get(cluster))
            .route("/v1/questions", post(put).get(all))
            .route("/v1/statements", post(select))
            .route("/v1/questions/{id}", get(progress).delete(take_back))
            .route("/v1/questions/{id}/answer", get(answer))
            .route("/v1/questions/{id}/body", get(body))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(Arc::clone(self))
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<String, Arc<Asked>>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self, id: &str) -> Result<Arc<Asked>, Refused> {
        let asked = self.questions().get(id).map(Arc::clone);
        asked.ok_or_else(|| (StatusCode::NOT_FOUND, format!("there is no question {id}, or not any more")))
    }

    async fn executors(&self) -> Result<Vec<Executor>, Refused> {
        let all = self.scheduler.state.executor_manager.get_executors_state().await;
        let all = all.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let executor = |metadata: ballista_core::serde::scheduler::ExecutorMetadata| Executor {
            id: metadata.id,
            host: metadata.host,
            cores: metadata.specification.vcores,
        };
        Ok(all.into_iter().map(|(metadata, ..)| executor(metadata)).collect())
    }

    fn next_id(&self) -> String {
        format!("{}-{}", self.scheduler.start_time, self.n.fetch_add(1, Ordering::Relaxed))
    }

    /// Cores of all executors; where there are none nothing is asked.
    async fn cores(&self) -> Result<usize, Refused> {
        match self.executors().await?.iter().map(|executor| executor.cores as usize).sum() {
            0 => Err((StatusCode::SERVICE_UNAVAILABLE, "no executor is there".to_owned())),
            n => Ok(n),
        }
    }

    fn work_on(self: &Arc<Self>, planned: Planned) -> Json<serde_json::Value> {
        let (asked, scheduler) = (Arc::clone(&planned.asked), self.scheduler.clone());
        tracing::info!(id = asked.id, "a question is put; its plan:\n{}", asked.plan);
        let told = serde_json::json!({ "id": asked.id, "plan": asked.plan });
        let id = asked.id.clone();
        self.questions().insert(id.clone(), asked);
        let this = Arc::clone(self);
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        while work.try_join_next().is_some() {}
        work.spawn(async move {
            planned.work(scheduler).await;
            this.questions().remove(&id);
        });
        Json(told)
    }
}

/// Who is there; `?executors=2` waits a moment until so many are.
async fn cluster(State(door): State<Arc<Door>>, Query(awaited): Query<Awaited>) -> Result<Json<Cluster>, Refused> {
    let began = Instant::now();
    loop {
        let executors = door.executors().await?;
        if awaited.executors <= executors.len() || WAIT <= began.elapsed() {
            return Ok(Json(Cluster { scheduler: door.address.clone(), executors }));
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn put(State(door): State<Arc<Door>>, body: Bytes) -> Result<Json<serde_json::Value>, Refused> {
    let (id, n_cores) = (door.next_id(), door.cores().await?);
    let planned = Planned::new(id, body.into(), n_cores, &door.shelf);
    let planned = planned.map_err(|error| (StatusCode::BAD_REQUEST, format!("this is no question: {error:#}")))?;
    Ok(door.work_on(planned))
}

/// A statement over the lake, as [`parlour_afar::Statement`] has it; its answer is found where those to questions are.
async fn select(State(door): State<Arc<Door>>, body: Bytes) -> Result<Json<serde_json::Value>, Refused> {
    let statement = Statement::from_bytes(&body);
    let statement = statement.map_err(|error| (StatusCode::BAD_REQUEST, format!("this is no statement: {error}")))?;
    let (id, n_cores) = (door.next_id(), door.cores().await?);
    let planned = Planned::statement(id, &statement, n_cores).await;
    // What brought it about says the same again.
    let planned = planned.map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    Ok(door.work_on(planned))
}

/// The answer, or how far it is where it takes a while or more than `beyond` tasks are done.
async fn answer(
    State(door): State<Arc<Door>>,
    Path(id): Path<String>,
    Query(seen): Query<Seen>,
) -> Result<Response, Refused> {
    let asked = door.asked(&id)?;
    asked.heard_at.send_if_modified(|at| at.as_mut().map(|at| *at = Instant::now()).is_some());
    let mut stands = asked.stands.subscribe();
    let is_news = |stands: &Stands| match stands {
        Stands::UnderWay(progress) => seen.beyond.is_none_or(|seen| seen < progress.done),
        Stands::Answered(_) | Stands::Failed(_) => true,
    };
    let _ = tokio::time::timeout(WAIT, stands.wait_for(is_news)).await;
    let stands = stands.borrow().clone();
    match stands {
        Stands::UnderWay(progress) => Ok((StatusCode::ACCEPTED, Json(progress)).into_response()),
        Stands::Failed(reason) => {
            asked.heard_at.send_replace(None);
            Err((StatusCode::BAD_GATEWAY, reason))
        }
        Stands::Answered(answer) => {
            asked.heard_at.send_replace(None);
            Ok(Bytes::from_owner(Whole(answer)).into_response())
        }
    }
}

/// An answer, shared.
struct Whole(Arc<Vec<u8>>);

impl AsRef<[u8]> for Whole {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// How far every question is that is under way.
async fn all(State(door): State<Arc<Door>>) -> Json<Vec<Progress>> {
    let all: Vec<_> = door.questions().values().map(Arc::clone).collect();
    let under_way = |asked: &Arc<Asked>| match &*asked.stands.borrow() {
        Stands::UnderWay(progress) => Some(progress.clone()),
        Stands::Answered(_) | Stands::Failed(_) => None,
    };
    Json(all.iter().filter_map(under_way).collect())
}

/// How far a question is, for whoever watches.
async fn progress(State(door): State<Arc<Door>>, Path(id): Path<String>) -> Result<Response, Refused> {
    let asked = door.asked(&id)?;
    let stands = asked.stands.borrow().clone();
    match stands {
        Stands::UnderWay(progress) => {
            Ok(Json(serde_json::json!({ "progress": progress, "plan": asked.plan })).into_response())
        }
        Stands::Answered(_) => Ok(Json(serde_json::json!({ "answered": true, "plan": asked.plan })).into_response()),
        Stands::Failed(reason) => Err((StatusCode::BAD_GATEWAY, reason)),
    }
}

async fn take_back(State(door): State<Arc<Door>>, Path(id): Path<String>) -> Result<StatusCode, Refused> {
    door.asked(&id)?.heard_at.send_replace(None);
    Ok(StatusCode::NO_CONTENT)
}

/// The question itself, for executors.
async fn body(State(door): State<Arc<Door>>, Path(id): Path<String>) -> Result<Vec<u8>, Refused> {
    Ok(door.asked(&id)?.body.clone())
}
