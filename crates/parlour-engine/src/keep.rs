//! Keeping a day: everyone's standings on it, in the lake as a run and in the database for Explore.

use std::sync::Mutex;

use parlour_core::day::Day;
use parlour_core::key::Key;
use parlour_core::objects::ObjectId;
use parlour_core::population::Population;
use parlour_core::relation::PersonFold;
use parlour_core::standing::{Standing, Yardstick};
use parlour_lake::run::LakeError;
use parlour_lake::standing::{StandingRow, StandingWriter};
use parlour_store::{Conn, StoreError, run, setting, standing};

use crate::desk::population;
use crate::engine::Engine;
use crate::seal::Range;
use crate::snapshot::Snapshot;
use crate::{EngineError, clock};

/// Standings written to the database at once.
const CHUNK: usize = 1_000;
/// The setting that names the days being kept.
const KEEPING: &str = "keeping";

impl Engine {
    /// Keeps everyone's standings on a day, in place of those kept before. Every relation goes into the lake; those
    /// with objects that belong to nothing (brands and companies, not each product) go into the database too, unless
    /// they are more than the setting `kept_relations`: then the day lies in the lake only.
    ///
    /// While it works the day is not kept at all; where it is broken off, [`Engine::keep_due`] does it again. Of several
    /// servers the one that leads does it, soon.
    pub fn keep_day(&self, day: Day) -> Result<u64, EngineError> {
        if !self.leads() {
            self.database.write(move |conn| note(conn, |keeping| keeping.push(day)))?;
            return Ok(0);
        }
        let name = format!("{day}-{:x}.parquet", clock::now());
        self.keep(day, &name).inspect_err(|error| self.clear_away(&name, error))
    }

    fn keep(&self, day: Day, name: &str) -> Result<u64, EngineError> {
        let _nobody_is_erased = self.erasing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let snapshot = self.snapshot_anew();
        let populations = self.populations(&snapshot, day)?;
        let reading = self.reading(&snapshot, day);
        let yardstick = Yardstick::new(&reading);
        let folder = self.folder.join("lake").join("standing");
        let mut keeper = Keeper::new(StandingWriter::create(&folder, name)?, self.settings.engine.kept_relations);
        if present_with_roots(&snapshot, &populations) > keeper.most as u64 {
            keeper.leave_database();
        }
        let keeper = Mutex::new(keeper);
        let gone = self.database.write(move |conn| {
            let old = run::list(conn, "standing")?.into_iter().filter(|run| run.min_day == day).collect::<Vec<_>>();
            run::remove(conn, &old.iter().map(|run| run.id).collect::<Vec<_>>())?;
            standing::replace_day(conn, day, &[])?;
            note(conn, |keeping| keeping.push(day))?;
            Ok(old)
        })?;
        let take = |keeper: &mut Keeper, person: Key, object: ObjectId, standing: Standing| {
            let standing = snapshot.in_their_words((person, object), standing, day);
            keeper.take(self, &snapshot, day, (person, object, &standing));
        };
        let locked = || keeper.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_done = self.standings_from_afar(&snapshot, day, &populations, |(person, object, standing)| {
            take(&mut locked(), *person, *object, *standing);
        });
        if !is_done {
            snapshot.everyone_in_order().visit(
                || PersonFold::new(&reading),
                |fold, person, columns, rows| {
                    let mut keeper = locked();
                    fold.read(columns, rows, &mut |object, _, relation| {
                        take(
                            &mut keeper,
                            person,
                            object,
                            yardstick.measure(relation, population(&populations, object)),
                        );
                    });
                },
            )?;
        }
        let mut keeper = keeper.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        keeper.flush(self, &snapshot, day);
        if let Some(error) = keeper.failed {
            return Err(error);
        }
        if keeper.is_in_lake_only {
            tracing::info!(%day, most = keeper.most, "a day has more standings than `kept_relations`; the lake alone has it");
            self.database.write(move |conn| standing::replace_day(conn, day, &[]))?;
        }
        let written = keeper.writer.finish()?;
        let n_rows = written.n_rows;
        let row = Range { seqs: (0, 0), days: (day, day), level: 0 }.row("standing", written, None);
        let n_kept = self.settings.engine.kept_days;
        self.shelve(std::slice::from_ref(&row))?;
        self.database.write(move |conn| {
            run::insert(conn, &[row])?;
            note(conn, |keeping| keeping.retain(|other| *other != day))?;
            standing::delete_old(conn, n_kept).map(|_| ())
        })?;
        self.put_away(gone.iter().map(|run| self.lake_path(&run.file)));
        Ok(n_rows)
    }

    /// Keeps what is due: the last day that is over and has activity behind it, unless it is kept already; the days
    /// whose keeping was broken off; and those that an import made stale. Returns whether there were any.
    pub fn keep_due(&self) -> Result<bool, EngineError> {
        let mut due = self.database.read(keeping)?;
        let snapshot = self.snapshot_anew();
        if let Some((first, last)) = snapshot.days {
            let day = Day(Day::of_micros(clock::now()).0 - 1).min(last);
            if day >= first && !due.contains(&day) && !self.kept_days()?.contains(&day) {
                due.push(day);
            }
        }
        for day in &due {
            self.keep_day(*day)?;
        }
        Ok(!due.is_empty())
    }

    /// Has every kept day kept again when it is next due: after history came in, they are not what they were.
    pub fn forget_kept(&self) -> Result<(), EngineError> {
        let days = self.kept_days()?;
        if !days.is_empty() {
            self.database.write(move |conn| note(conn, |keeping| keeping.extend(days)))?;
        }
        Ok(())
    }

    /// The days whose standings are kept in the lake, in order.
    pub fn kept_days(&self) -> Result<Vec<Day>, EngineError> {
        let mut days: Vec<Day> =
            self.database.read(|conn| run::list(conn, "standing"))?.into_iter().map(|run| run.min_day).collect();
        days.sort_unstable();
        days.dedup();
        Ok(days)
    }
}

/// The days that are being kept.
fn keeping(conn: &mut dyn Conn) -> Result<Vec<Day>, StoreError> {
    let text = setting::get(conn, KEEPING)?.unwrap_or_default();
    Ok(text.split_whitespace().filter_map(|day| day.parse().ok()).collect())
}

/// Changes what is written down of the days that are being kept.
fn note(conn: &mut dyn Conn, change: impl FnOnce(&mut Vec<Day>)) -> Result<(), StoreError> {
    let mut days = keeping(conn)?;
    change(&mut days);
    days.sort_unstable();
    days.dedup();
    if days.is_empty() {
        return setting::delete(conn, KEEPING).map(|_| ());
    }
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    setting::set(conn, KEEPING, &days.join(" "))
}

/// How many present people the objects have that belong to nothing, each relation counted.
fn present_with_roots(snapshot: &Snapshot, populations: &[Population]) -> u64 {
    let all = snapshot.objects.all().iter().zip(populations);
    all.filter(|(object, _)| object.parent.is_none()).map(|(_, population)| population.n_present).sum()
}

struct Keeper {
    writer: StandingWriter,
    waiting: Vec<(Key, ObjectId, Standing)>,
    /// Most standings that go into the database.
    most: usize,
    n_taken: usize,
    is_in_lake_only: bool,
    failed: Option<EngineError>,
}

impl Keeper {
    fn new(writer: StandingWriter, most: usize) -> Self {
        Self { writer, waiting: Vec::new(), most, n_taken: 0, is_in_lake_only: false, failed: None }
    }

    fn leave_database(&mut self) {
        self.is_in_lake_only = true;
        self.waiting.clear();
    }

    fn take(
        &mut self,
        engine: &Engine,
        snapshot: &Snapshot,
        day: Day,
        (person, object, standing): (Key, ObjectId, &Standing),
    ) {
        if self.failed.is_some() {
            return;
        }
        if engine.is_stopping() {
            // It is written down that the day is being kept; the next start does it.
            self.failed = Some(StoreError::Aborted("parlour is stopping".to_owned()).into());
            return;
        }
        let Some(about) = snapshot.objects.get(object) else { return };
        let row = StandingRow { person, object: about.key, standing };
        if let Err(error) = self.writer.push(&row) {
            self.fail(error);
        }
        if about.parent.is_none() && !self.is_in_lake_only {
            self.n_taken += 1;
            if self.n_taken > self.most {
                return self.leave_database();
            }
            self.waiting.push((person, object, *standing));
            if self.waiting.len() >= CHUNK {
                self.flush(engine, snapshot, day);
            }
        }
    }

    fn fail(&mut self, error: LakeError) {
        self.failed.get_or_insert(error.into());
    }

    fn flush(&mut self, engine: &Engine, snapshot: &Snapshot, day: Day) {
        let waiting = std::mem::take(&mut self.waiting);
        if let Err(error) = engine.keep_rows(snapshot, day, &waiting) {
            self.failed.get_or_insert(error);
        }
    }
}

impl Engine {
    fn keep_rows(&self, snapshot: &Snapshot, day: Day, rows: &[(Key, ObjectId, Standing)]) -> Result<(), EngineError> {
        let people: Vec<Key> = rows.iter().map(|(person, ..)| *person).collect();
        let names = self.names(&people)?;
        let named = |key: &Key| names.get(key).map_or_else(|| key.to_string(), ToString::to_string);
        let rows: Vec<standing::Standing> = rows
            .iter()
            .map(|(person, object, standing)| {
                let object = snapshot.objects.get(*object).map_or_else(String::new, |object| object.name.to_string());
                self.stored(object, named(person), standing)
            })
            .collect();
        Ok(self.database.write(move |conn| -> Result<(), StoreError> { standing::append_day(conn, day, &rows) })?)
    }

    fn stored(&self, object: String, person: String, standing: &Standing) -> standing::Standing {
        standing::Standing {
            object,
            person,
            involvement: standing.involvement(),
            degree: standing.degree_milli as f64 / 1000.0,
            percentile: i64::from(standing.percentile),
            kind: standing.kind_milli.map(|kind| f64::from(kind) / 1000.0),
            cell: standing.cell.map(|cell| cell.name().to_owned()),
            is_customer: standing.is_customer,
            direction: standing.direction.name().to_owned(),
            p_falling: standing.p_falling,
            stage: standing.stage.name().to_owned(),
            first_day: Day(standing.relation.first_day),
            last_day: Day(standing.relation.last_day),
            due_day: standing.due_day.map(Day),
            n_days: i64::from(standing.relation.n_days),
            value_minor: standing.relation.value_minor,
            currency: self.settings.standing.currency.clone(),
        }
    }
}
