//! Alerts: the look once a day at what somebody should be told, written down with its deliveries in one transaction.

use std::collections::HashSet;
use std::sync::PoisonError;

use parlour_core::alert::{self, AlertKind, Notice, Traffic};
use parlour_core::change::Base;
use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_core::event::Layer;
use parlour_core::growth::By;
use parlour_core::key::Key;
use parlour_core::objects::ObjectId;
use parlour_store::alert::{Alert, OPEN};
use parlour_store::{Conn, StoreError, alert as alerts, delivery, hook, setting};
use serde_json::{Value, json};

use crate::desk::outlook::Appraiser;
use crate::desk::people::Listed;
use crate::desk::{Asked, Slice};
use crate::engine::Engine;
use crate::outbox::{Messages, delivery_to, wants};
use crate::snapshot::Snapshot;
use crate::{EngineError, clock, jobs};

/// Most objects that are looked at: those with the most people, of those that belong to nothing.
const MAX_OBJECTS: usize = 20;
/// Most days that one look goes back, also the first.
const LOOK_BACK_DAYS: i32 = 28;
/// The setting that names the day up to which was looked.
const LOOKED: &str = "looked";
/// While a file is being read, what is there is half of it; a job that did not move for so long is not reading.
const READING_MICROS: i64 = 600_000_000;
/// What was told of an ask is known so long: longer than anything can be due.
const KEPT_TOLD_DAYS: i64 = 800;
/// Jobs asked about.
const LATEST_JOBS: usize = 20;

/// Something to tell, of whom, and what programs may want to know of it.
struct Found {
    notice: Notice,
    person: Option<Key>,
    facts: Value,
}

impl Found {
    fn of_all(notice: Notice, facts: Value) -> Self {
        Self { notice, person: None, facts }
    }

    fn row(self, object: &str, on: Day, now: i64) -> Alert {
        Alert {
            id: 0,
            kind: self.notice.kind.name().to_owned(),
            object: object.to_owned(),
            person: self.person.map_or_else(String::new, |person| person.to_string()),
            episode: self.notice.episode,
            day: on.to_string(),
            title: self.notice.title,
            text: self.notice.text,
            data: self.facts.to_string(),
            state: OPEN.to_owned(),
            made_at: now,
        }
    }
}

impl Engine {
    /// Looks for what is to be told of the days since the last look, up to the last that is over at `now` and has
    /// activity. Returns how many alerts were made. Alerts, their deliveries and how far was looked are written in one
    /// transaction, so that however often it is broken off, each alert is told once.
    pub fn look_due(&self, now: i64) -> Result<usize, EngineError> {
        let _nobody_is_erased = self.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = self.snapshot_anew();
        let Some((first, last)) = snapshot.days else { return Ok(0) };
        let on = Day(Day::of_micros(now).0 - 1).min(last);
        let looked = self.database.read(|conn| setting::get(conn, LOOKED))?.and_then(|day| day.parse::<Day>().ok());
        // A clock that was set ahead for a while must not keep it from looking until that day.
        let looked = looked.filter(|looked| *looked < Day::of_micros(now));
        if on < first || looked.is_some_and(|looked| on <= looked) || self.is_reading(now)? {
            return Ok(0);
        }
        let since = looked.unwrap_or(Day(i32::MIN)).max(Day(on.0 - LOOK_BACK_DAYS));
        let mut rows = Vec::new();
        for object in self.watched(&snapshot, on)? {
            let asked = Asked { snapshot: snapshot.clone(), object, on, since, slice: Slice::default(), seen: None };
            let name = asked.object_name();
            rows.extend(self.look(&asked)?.into_iter().map(|found| found.row(&name, on, now)));
        }
        // The newest stand first in every list, and of one look what matters most should.
        rows.reverse();
        let (messages, desk) = (Messages::new()?, self.settings.delivery.desk.clone());
        let kept_in = self.not_passed_on(rows.iter().map(|row| row.person.as_str()))?;
        let n_made =
            self.database.write(move |conn| tell(conn, &rows, (on, now), Telling { messages, desk, kept_in }))?;
        self.ring();
        Ok(n_made)
    }

    /// Whether a file is being read at this moment.
    pub(crate) fn is_reading(&self, now: i64) -> Result<bool, EngineError> {
        let is_at_work =
            |job: &parlour_store::job::Job| job.state == jobs::RUNNING && now - job.updated_at < READING_MICROS;
        Ok(self.jobs(LATEST_JOBS)?.iter().any(is_at_work))
    }

    /// The objects that are looked at, those with the most people first.
    fn watched(&self, snapshot: &Snapshot, on: Day) -> Result<Vec<ObjectId>, EngineError> {
        let populations = self.populations(snapshot, on)?;
        let roots = (0..).zip(snapshot.objects.all()).filter(|(_, object)| object.parent.is_none());
        let n_present = |id: ObjectId| populations.get(id as usize).map_or(0, |population| population.n_present);
        let mut roots: Vec<ObjectId> = roots.map(|(id, _)| id).filter(|id| 0 < n_present(*id)).collect();
        roots.sort_by_key(|id| (std::cmp::Reverse(n_present(*id)), *id));
        roots.truncate(MAX_OBJECTS);
        Ok(roots)
    }

    /// What is to be told of one object between the two days asked about.
    fn look(&self, asked: &Asked) -> Result<Vec<Found>, EngineError> {
        let most = self.settings.alerts.per_day;
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut found = self.masked_losses(asked)?;
        found.extend(self.quiet_layers(asked)?);
        found.truncate(most);
        found.extend(self.tripped_wires(asked, most, found.len())?);
        Ok(found)
    }

    /// Valuable people who passed their due day: as many one by one as there is room for, the others in one.
    fn tripped_wires(&self, asked: &Asked, most: usize, n_others: usize) -> Result<Vec<Found>, EngineError> {
        let outlook = self.outlook(asked)?;
        let outlook = outlook.as_ref().as_ref();
        let nothing = || (Appraiser::default(), Vec::new(), Vec::new());
        let states = self.compare(asked, nothing, |(appraiser, values, tripped), person| {
            if person.now.cell.is_none() {
                return;
            }
            let worth = outlook.and_then(|outlook| appraiser.worth(outlook, asked, person));
            values.extend(worth.map(|worth| worth.current_minor));
            if alert::has_tripped(person.before.as_ref(), asked.since, &person.now, asked.on) {
                tripped.push(Listed { person: person.person, standing: person.now, before: person.before, worth });
            }
        })?;
        let (mut values, mut tripped) = (Vec::new(), Vec::new());
        for (_, more_values, more_tripped) in states {
            values.extend(more_values);
            tripped.extend(more_tripped);
        }
        let percent = self.settings.alerts.top_percent;
        let top = (alert::top_value(&mut values, percent), percent);
        tripped.retain(|one| alert::is_valuable(one.before.as_ref(), &one.standing, one.worth.as_ref(), top));
        tripped.sort_by_key(|one| {
            let at_risk = one.worth.map_or(0, |worth| worth.at_risk_minor);
            (std::cmp::Reverse((at_risk, one.standing.relation.involvement())), one.person)
        });
        let (n_told, n_summed) = alert::told_and_summed(most, n_others, tripped.len());
        tripped.truncate(n_told);
        let mut found = self.wires(asked, &tripped)?;
        if 0 < n_summed {
            let notice = alert::of_more_wires(n_summed as u64, asked.on);
            found.push(Found::of_all(notice, json!({ "n": n_summed })));
        }
        Ok(found)
    }

    fn wires(&self, asked: &Asked, tripped: &[Listed]) -> Result<Vec<Found>, EngineError> {
        // Whoever sees this object only reads it too.
        let here = Asked { seen: Some(self.objects_beneath(asked)), ..asked.clone() };
        let names = self.names_seen(&here, &tripped.iter().map(|one| one.person).collect::<Vec<_>>())?;
        let reasons = self.reasons(asked, tripped)?;
        let wire = |(one, reason): (&Listed, String)| {
            let name = names.get(&one.person).map_or_else(|| one.person.to_string(), ToString::to_string);
            let worth = one.worth.as_ref();
            let facts = json!({
                "name": name,
                "due_day": one.standing.due_day.map(Day),
                "last_day": Day(one.standing.relation.last_day),
                "currency": self.settings.standing.currency,
                "current_minor": worth.map(|worth| worth.current_minor),
                "potential_minor": worth.map(|worth| worth.potential_minor),
                "at_risk_minor": worth.map(|worth| worth.at_risk_minor),
                "p_alive": worth.map(|worth| worth.p_alive),
            });
            Found { notice: alert::of_wire(&name, &one.standing, &reason), person: Some(one.person), facts }
        };
        Ok(tripped.iter().zip(reasons).map(wire).collect())
    }

    /// What newcomers hid in the last month that ended between the two days, of engaged and of active people.
    fn masked_losses(&self, asked: &Asked) -> Result<Vec<Found>, EngineError> {
        let period = By::Month.period_of(Day(asked.on.0.saturating_add(1))) - 1;
        let end = Day(By::Month.start_of(period + 1).0 - 1);
        if end <= asked.since || asked.on < end {
            return Ok(Vec::new());
        }
        let then = Asked { on: end, ..asked.clone() };
        let mut found = Vec::new();
        for base in [Base::Engaged, Base::Active] {
            let Some((last, account)) = self.accounts(&then, By::Month, base, 1)?.last().copied() else { continue };
            if let Some(notice) = alert::of_masked(base, By::Month, last.number, &account) {
                let facts = json!({
                    "base": base.name(),
                    "period": By::Month.label(last.number),
                    "before": account.before,
                    "after": account.after,
                    "new": account.of(parlour_core::change::Change::New).amount,
                    "lost": account.went(),
                });
                found.push(Found::of_all(notice, facts));
            }
        }
        Ok(found)
    }

    /// The layers that are quiet on the day asked about and were not on the day before those looked at.
    fn quiet_layers(&self, asked: &Asked) -> Result<Vec<Found>, EngineError> {
        let settings = &self.settings.alerts;
        let mut found = Vec::new();
        for layer in Layer::ALL {
            let on_layer = Asked { slice: Slice { layer: Some(layer), ..Slice::default() }, ..asked.clone() };
            let nothing = || [Traffic::default(); 2];
            let states = self.everyone(&on_layer, nothing, |[then, now], _, days, _| {
                then.add(days, asked.since);
                now.add(days, asked.on);
            })?;
            let [mut then, mut now] = nothing();
            for [more_then, more_now] in &states {
                then.merge(more_then);
                now.merge(more_now);
            }
            if now.is_quiet(asked.on, settings) && !then.is_quiet(asked.since, settings) {
                let facts = json!({ "layer": layer.name(), "n_recent": now.n_recent, "n_before": now.n_before });
                found.push(Found::of_all(alert::of_quiet_layer(layer, &now, asked.on), facts));
            }
        }
        Ok(found)
    }

    /// A page of the alerts that are wanted, newest first, and how many are.
    pub fn alerts(
        &self,
        wanted: &alerts::Wanted,
        before: Option<i64>,
        limit: usize,
    ) -> Result<(Vec<Alert>, i64), EngineError> {
        Ok(self.database.read(|conn| Ok((alerts::list(conn, wanted, before, limit)?, alerts::count(conn, wanted)?)))?)
    }

    /// Says that somebody looked at an alert.
    pub fn see_alert(&self, id: i64) -> Result<Alert, EngineError> {
        let seen = self.database.write(move |conn| {
            alerts::set_seen(conn, id)?;
            alerts::get(conn, id)
        })?;
        seen.ok_or_else(|| EngineError::NotFound(format!("there is no alert {id}")))
    }

    /// Says that somebody looked at all alerts that are wanted up to this one; returns how many were open.
    pub fn see_alerts(&self, wanted: alerts::Wanted, upto: i64) -> Result<u64, EngineError> {
        Ok(self.database.write(move |conn| alerts::set_all_seen(conn, &wanted, upto))?)
    }

    /// Lets go of deliveries that were made long ago, and of what was told of asks long ago.
    pub(crate) fn delete_old_deliveries(&self) -> Result<(), EngineError> {
        let before = clock::now() - i64::from(self.settings.delivery.kept_days) * MICROS_PER_DAY;
        let told_before = clock::now() - KEPT_TOLD_DAYS * MICROS_PER_DAY;
        self.database.write(move |conn| {
            delivery::delete_before(conn, before)?;
            parlour_store::ask::delete_told_before(conn, told_before)
        })?;
        Ok(())
    }
}

/// What telling takes.
pub(crate) struct Telling {
    pub(crate) messages: Messages,
    /// Where people reach the Desk.
    pub(crate) desk: String,
    /// People whose affairs are told to no hook.
    pub(crate) kept_in: HashSet<String>,
}

/// Writes down alerts that were not told before, what of them goes out, and how far was looked.
fn tell(conn: &mut dyn Conn, rows: &[Alert], (on, now): (Day, i64), mut telling: Telling) -> Result<usize, StoreError> {
    let mut n_made = 0;
    for row in rows {
        n_made += usize::from(tell_one(conn, row, &mut telling, now)?);
    }
    setting::set(conn, LOOKED, &on.to_string())?;
    Ok(n_made)
}

/// Writes down an alert and what of it goes out, unless it was told before; returns whether it was not.
pub(crate) fn tell_one(conn: &mut dyn Conn, row: &Alert, telling: &mut Telling, now: i64) -> Result<bool, StoreError> {
    let Some(id) = alerts::insert(conn, row)? else { return Ok(false) };
    if telling.kept_in.contains(&row.person) {
        return Ok(true);
    }
    let told = Alert { id, ..row.clone() };
    let Telling { messages, desk, .. } = telling;
    for hook in hook::all(conn)?.iter().filter(|hook| hook.disabled_at.is_none() && wants(hook, &row.kind)) {
        delivery::create(conn, &delivery_to(hook.id, &told, (&mut *messages, desk.as_str()), now))?;
    }
    Ok(true)
}

/// The kind of a name, where it is one of an alert's.
pub fn kind_of(name: &str) -> Option<AlertKind> {
    AlertKind::ALL.into_iter().find(|kind| kind.name() == name)
}
