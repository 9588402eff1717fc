//! A question that was put to the scheduler: its plan made, the plan worked off by executors, its answer fetched.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ballista_core::JobId;
use ballista_core::client::BallistaClient;
use ballista_core::extension::SessionConfigExt;
use ballista_core::serde::protobuf::job_status::Status;
use ballista_core::serde::protobuf::{JobStatus, PartitionLocation, task_status};
use ballista_scheduler::planner::{DefaultDistributedPlanner, DistributedPlanner};
use ballista_scheduler::scheduler_server::SchedulerServer;
use ballista_scheduler::state::execution_stage::ExecutionStage;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use futures_util::TryStreamExt;
use parlour_afar::{Answer, Question, Statement};
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;

use crate::plan::{parts_of, plan};
use crate::shelf::Shelf;
use crate::statement::{Making, frame};
use crate::{MOST_BYTES, config};

/// Ballista's scheduler.
pub(crate) type Scheduler = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

/// Tasks of the first stage to each core of the executors, so that an uneven one does not keep the others waiting.
const TASKS_PER_CORE: usize = 4;
/// How often it is looked how far the tasks are.
const LOOK: Duration = Duration::from_millis(20);
/// A question about which nobody has asked for so long is not wanted any more.
const FORSAKEN: Duration = Duration::from_secs(10);
/// Tries to fetch an answer and to reach its executor again, and how long between them.
const TRIES: u8 = 3;
const TRY_MILLIS: u64 = 200;

/// How far a question is.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Progress {
    pub(crate) id: String,
    /// Tasks that are done.
    pub(crate) done: u64,
    /// All of them, as far as known.
    pub(crate) of: u64,
    /// Tasks that each executor has or had.
    pub(crate) by: BTreeMap<String, u64>,
}

/// How a question stands.
#[derive(Clone, Debug)]
pub(crate) enum Stands {
    UnderWay(Progress),
    Answered(Arc<Vec<u8>>),
    Failed(String),
}

/// A question, held for as long as somebody asks about it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
    /// The plan as text, which shows how the work is split.
    pub(crate) plan: String,
    pub(crate) stands: watch::Sender<Stands>,
    /// When somebody last asked about it; nothing once it was taken back.
    pub(crate) heard_at: watch::Sender<Option<Instant>>,
}

/// A question with the plan that is made of it.
pub(crate) struct Planned {
    pub(crate) asked: Arc<Asked>,
    plan: Arc<dyn ExecutionPlan>,
    patience: Duration,
    /// The table that is to be made of the answer, where it is not parts.
    making: Option<Making>,
}

impl Planned {
    /// Makes the plan of a question, for so many cores.
    pub(crate) fn new(id: String, body: Vec<u8>, n_cores: usize, shelf: &Arc<Shelf>) -> anyhow::Result<Self> {
        let question = Question::from_bytes(&body)?;
        let plan = plan(&id, &question, (n_cores * TASKS_PER_CORE).max(1), shelf)?;
        Self::of(id, body, plan, question.patience_millis, None)
    }

    /// Has the plan of a statement made, for so many cores.
    pub(crate) async fn statement(id: String, statement: &Statement, n_cores: usize) -> anyhow::Result<Self> {
        let plan = frame(statement, config(), None, n_cores).await?.create_physical_plan().await?;
        let plan = interruptible(plan)?;
        let making = Making::new(statement, &plan.schema());
        Self::of(id, Vec::new(), plan, statement.patience_millis, Some(making))
    }

    fn of(
        id: String,
        body: Vec<u8>,
        plan: Arc<dyn ExecutionPlan>,
        patience_millis: u64,
        making: Option<Making>,
    ) -> anyhow::Result<Self> {
        let text = stages_of(&id, &plan)?;
        let progress = Progress { id: id.clone(), ..Progress::default() };
        let asked = Asked {
            id,
            body,
            plan: text,
            stands: watch::Sender::new(Stands::UnderWay(progress)),
            heard_at: watch::Sender::new(Some(Instant::now())),
        };
        Ok(Self { asked: Arc::new(asked), plan, patience: Duration::from_millis(patience_millis), making })
    }

    /// Has it counted, and says how it stands; returns when nobody asks about it any more.
    pub(crate) async fn work(self, scheduler: Scheduler) {
        let Self { asked, plan, patience, making } = self;
        let told = tokio::select! {
            told = tokio::time::timeout(patience, counted(&scheduler, &asked, plan, making)) => told,
            () = forsaken(&asked) => Ok(Err(anyhow::anyhow!("it was taken back"))),
        };
        let told = told.unwrap_or_else(|_| Err(anyhow::anyhow!("it took longer than {} seconds", patience.as_secs())));
        asked.stands.send_replace(match told {
            Ok(answer) => Stands::Answered(Arc::new(answer)),
            Err(error) => {
                tracing::warn!(id = asked.id, "a question is not answered: {error:#}");
                Stands::Failed(format!("{error:#}"))
            }
        });
        forsaken(&asked).await;
    }
}

/// The same plan, whose joins let go now and then: one that finds much in little would never hear that it was taken back.
fn interruptible(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let lets_go = |plan: Arc<dyn ExecutionPlan>| {
        let is_join = plan.children().len() > 1;
        Ok(if is_join { Transformed::yes(Arc::new(CooperativeExec::new(plan)) as _) } else { Transformed::no(plan) })
    };
    Ok(plan.transform_up(lets_go)?.data)
}

/// The stages of a plan as text, with how many tasks each is split into.
fn stages_of(id: &str, plan: &Arc<dyn ExecutionPlan>) -> anyhow::Result<String> {
    let context = SessionContext::new_with_config(SessionConfig::new_with_ballista());
    let job = JobId::from(id.to_owned());
    let mut planner = DefaultDistributedPlanner::new();
    let stages = planner.plan_query_stages(&job, Arc::clone(plan), context.state().config_options())?;
    let mut text = String::new();
    for (stage, number) in stages.iter().zip(1..) {
        let input = stage.children().first().map_or(1, |input| input.properties().partitioning.partition_count());
        let plan: &dyn ExecutionPlan = stage.as_ref();
        write!(text, "stage {number}, {input} partitions\n{}", displayable(plan).indent(false))?;
    }
    Ok(text)
}

/// Returns once nobody wants to know any more.
async fn forsaken(asked: &Asked) {
    let mut heard_at = asked.heard_at.subscribe();
    loop {
        let Some(at) = *heard_at.borrow_and_update() else { return };
        let left = FORSAKEN.saturating_sub(at.elapsed());
        if left.is_zero() {
            return;
        }
        // Asked about again, taken back, or over.
        let _ = tokio::time::timeout(left, heard_at.changed()).await;
    }
}

/// Cancels a job that is let go of before it is over.
struct Job<'a> {
    scheduler: &'a Scheduler,
    id: JobId,
    is_over: bool,
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let (scheduler, id) = (self.scheduler.clone(), self.id.clone());
            let cancel = async move {
                if let Err(error) = scheduler.cancel_job(id).await {
                    tracing::warn!("a job could not be cancelled: {error}");
                }
            };
            // It is not waited for: whoever asked is gone.
            drop(tokio::runtime::Handle::current().spawn(cancel));
        }
    }
}

async fn counted(
    scheduler: &Scheduler,
    asked: &Asked,
    plan: Arc<dyn ExecutionPlan>,
    making: Option<Making>,
) -> anyhow::Result<Vec<u8>> {
    let mut tries = 0;
    loop {
        let places = run(scheduler, asked, &plan).await?;
        match fetch(places, making.clone()).await {
            Ok(answer) => return Ok(answer),
            // Whoever had it may have died just then.
            Err(error) if tries == 0 => {
                tracing::warn!("an answer could not be fetched, and is counted again: {error:#}");
            }
            Err(error) => return Err(error),
        }
        tries += 1;
    }
}

/// Has the plan worked off; returns where the answer lies.
async fn run(
    scheduler: &Scheduler,
    asked: &Asked,
    plan: &Arc<dyn ExecutionPlan>,
) -> anyhow::Result<Vec<PartitionLocation>> {
    let config = SessionConfig::new_with_ballista();
    let sessions = &scheduler.state.session_manager;
    let session = sessions.create_or_update_session(&asked.id, &config).await?;
    let (subscriber, mut heard) = channel(64);
    let job = scheduler.submit_physical_plan(&asked.id, session, Arc::clone(plan), Some(subscriber)).await?;
    let mut job = Job { scheduler, id: job, is_over: false };
    let status = ended(scheduler, asked, &job.id, &mut heard).await?;
    job.is_over = true;
    sessions.remove_session(&asked.id).await?;
    match status.status {
        Some(Status::Successful(done)) => Ok(done.partition_location),
        Some(Status::Failed(failed)) => bail!("{}", failed.error),
        Some(Status::Queued(_) | Status::Running(_)) | None => bail!("the job ended without an end"),
    }
}

async fn ended(
    scheduler: &Scheduler,
    asked: &Asked,
    job: &JobId,
    heard: &mut Receiver<JobStatus>,
) -> anyhow::Result<JobStatus> {
    let is_end = |status: &JobStatus| matches!(status.status, Some(Status::Successful(_) | Status::Failed(_)));
    loop {
        match tokio::time::timeout(LOOK, heard.recv()).await {
            Ok(Some(status)) if is_end(&status) => return Ok(status),
            // Nobody tells any more: it never ran, or what was told was lost.
            Ok(None) => {
                let status = scheduler.state.task_manager.get_job_status(job).await?;
                if let Some(status) = status.filter(is_end) {
                    return Ok(status);
                }
                tokio::time::sleep(LOOK).await;
            }
            Ok(Some(_)) | Err(_) => {}
        }
        look(scheduler, asked, job).await;
    }
}

/// Looks how far the tasks are.
async fn look(scheduler: &Scheduler, asked: &Asked, job: &JobId) {
    let running = scheduler.state.task_manager.get_running_job_cache();
    let Some(info) = running.get(job) else { return };
    let graph = info.execution_graph.read().await;
    let mut progress = Progress { id: asked.id.clone(), ..Progress::default() };
    for stage in graph.stages().values() {
        let (infos, n) = match stage {
            ExecutionStage::UnResolved(_) | ExecutionStage::Resolved(_) => (None, 1),
            ExecutionStage::Running(stage) => (Some(&stage.task_infos), stage.partitions),
            ExecutionStage::Successful(stage) => (Some(&stage.task_infos), stage.partitions),
            ExecutionStage::Failed(stage) => (Some(&stage.task_infos), stage.partitions),
        };
        progress.of += n as u64;
        for task in infos.into_iter().flatten() {
            let n = task.global_input_partition_ids.len() as u64;
            let executor = match &task.task_status {
                task_status::Status::Running(running) => &running.executor_id,
                task_status::Status::Successful(done) => {
                    progress.done += n;
                    &done.executor_id
                }
                task_status::Status::Failed(_) => continue,
            };
            *progress.by.entry(executor.clone()).or_default() += n;
        }
    }
    progress.done = progress.done.min(progress.of);
    asked.stands.send_replace(Stands::UnderWay(progress));
}

/// Fetches the answer from where it lies.
async fn fetch(places: Vec<PartitionLocation>, mut making: Option<Making>) -> anyhow::Result<Vec<u8>> {
    let mut answer = Answer::default();
    for place in places {
        let layout = place.layout();
        let executor = place.executor_meta.context("an answer lies nowhere")?;
        let partition = place.partition_id.context("an answer has no name")?;
        let (host, port) = (executor.host.as_str(), u16::try_from(executor.port)?);
        let mut client = BallistaClient::try_new(host, port, MOST_BYTES, false, None, TRIES, TRY_MILLIS, 0, 0).await?;
        let mut batches = client.fetch_partition(&executor.id, &partition.into(), place.file_id, layout, true).await?;
        while let Some(batch) = batches.try_next().await? {
            match &mut making {
                Some(making) if !making.is_open() => break,
                Some(making) => making.add(&batch)?,
                None => parts_of(&batch)?.for_each(|part| answer.push(part)),
            }
        }
    }
    match making {
        Some(making) => Ok(making.done().to_bytes()?),
        None => Ok(answer.into_bytes()),
    }
}
