//! Alerts: what the people who run a brand should be told, from two days compared. When to look and what to do with
//! what is found is the engine's affair.

use serde::{Deserialize, Serialize};

use crate::ask::Class;
use crate::change::{Account, Base};
use crate::day::Day;
use crate::event::Layer;
use crate::growth::By;
use crate::sentence::{day_in_words, minute_in_words, of_accounts, period_in_words, plain, thousands};
use crate::standing::Standing;
use crate::worth::{Quadrant, Worth};

/// What an alert is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Somebody valuable passed the day by which their own rhythm would have brought them back.
    Wire,
    /// Several more did than are told one by one.
    MoreWires,
    /// Newcomers hid a loss in the period that ended.
    Masked,
    /// On a layer far less is done than before.
    QuietLayer,
    /// The answer to an ask is due soon.
    AskDue,
    /// An ask became overdue.
    AskOverdue,
    /// Nobody answered an ask for long after it was due, and it was given to somebody else.
    AskEscalated,
    /// More asks than are told one by one.
    MoreAsks,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Wire,
        Self::MoreWires,
        Self::Masked,
        Self::QuietLayer,
        Self::AskDue,
        Self::AskOverdue,
        Self::AskEscalated,
        Self::MoreAsks,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::MoreWires => "more_wires",
            Self::Masked => "masked",
            Self::QuietLayer => "quiet_layer",
            Self::AskDue => "ask_due",
            Self::AskOverdue => "ask_overdue",
            Self::AskEscalated => "ask_escalated",
            Self::MoreAsks => "more_asks",
        }
    }
}

/// The settings under `[alerts]`; `parlour.default.toml` explains each.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "parlour.default.toml has one comment for each and is the reference")]
pub struct AlertSettings {
    pub per_day: usize,
    pub top_percent: u8,
    pub quiet_below: f64,
    pub quiet_certainty: f64,
}

impl AlertSettings {
    /// Checks every setting's range; says which is outside, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        let rules = [
            ((0..=1000).contains(&self.per_day), "per_day", "at most 1000"),
            ((1..=100).contains(&self.top_percent), "top_percent", "between 1 and 100"),
            ((0.0..=1.0).contains(&self.quiet_below), "quiet_below", "between 0 and 1"),
            ((0.5..1.0).contains(&self.quiet_certainty), "quiet_certainty", "at least 0.5 and below 1"),
        ];
        match rules.into_iter().find(|(is_kept, ..)| !is_kept) {
            Some((_, name, range)) => Err(format!("`alerts.{name}` must be {range}")),
            None => Ok(()),
        }
    }
}

/// What is to be told, without whom and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What it is about.
    pub kind: AlertKind,
    /// What happens once: the same kind of the same person and object in the same episode is told once.
    pub episode: String,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
}

/// Whether somebody passed their due day between two days: overdue on `on`, and not yet on `since`. Whoever is gone for
/// good has no due day to pass.
pub fn has_tripped(before: Option<&Standing>, since: Day, now: &Standing, on: Day) -> bool {
    let is_overdue = |standing: &Standing, day: Day| standing.due_day.is_some_and(|due| due < day.0);
    now.cell.is_some() && is_overdue(now, on) && !before.is_some_and(|before| is_overdue(before, since))
}

/// The least value that is among the top so many percent of these, of those above nothing; `None` where no value is
/// known. Ties are among them too.
pub fn top_value(values: &mut Vec<i64>, percent: u8) -> Option<i64> {
    values.retain(|value| 0 < *value);
    let place = (values.len() * usize::from(percent.min(100))).div_ceil(100).checked_sub(1)?;
    let (_, value, _) = values.select_nth_unstable_by(place, |a, b| b.cmp(a));
    Some(*value)
}

/// Whether somebody is worth an alert: engaged on either day or with much current value, and with their value among the
/// top; where no value is known at all (`top` is `None`), with their involvement among the top on the earlier day.
pub fn is_valuable(
    before: Option<&Standing>,
    now: &Standing,
    worth: Option<&Worth>,
    (top, percent): (Option<i64>, u8),
) -> bool {
    let is_engaged = now.is_engaged || before.is_some_and(|before| before.is_engaged);
    let is_dear = worth.is_some_and(|worth| matches!(worth.quadrant, Quadrant::Best | Quadrant::Fading));
    let is_top = match top {
        Some(top) => worth.is_some_and(|worth| top <= worth.current_minor),
        None => 100_u8.saturating_sub(percent) <= before.unwrap_or(now).percentile,
    };
    (is_engaged || is_dear) && is_top
}

/// Somebody valuable passed their due day; `reason` is why they are told of, in words.
pub fn of_wire(name: &str, now: &Standing, reason: &str) -> Notice {
    let due = now.due_day.map_or_else(String::new, |due| format!(" on {}", day_in_words(Day(due))));
    Notice {
        kind: AlertKind::Wire,
        // A silence is one episode, also where its due day moves because others come more often.
        episode: Day(now.relation.last_day).to_string(),
        title: format!("{name} was due{due} and did not come"),
        text: format!("{reason}."),
    }
}

/// So many more valuable people passed their due day by `on` than are told one by one.
pub fn of_more_wires(n: u64, on: Day) -> Notice {
    let people =
        if n == 1 { "1 more valuable person".to_owned() } else { format!("{} more valuable people", thousands(n)) };
    Notice {
        kind: AlertKind::MoreWires,
        episode: on.to_string(),
        title: format!("{people} passed their due day"),
        text: format!("By {} more people than are told one by one; the list has all of them.", day_in_words(on)),
    }
}

/// An ask that waits for an answer, as somebody is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// What names it.
    pub ask: &'a str,
    /// Who asks, …
    pub name: &'a str,
    /// … what, …
    pub class: Class,
    /// … on which layer, …
    pub layer: Layer,
    /// … and in which words.
    pub text: &'a str,
    /// When an answer is due, microseconds UTC.
    pub due_at: i64,
    /// Who is to answer.
    pub assignee: Option<&'a str>,
}

/// Most characters of somebody's own words in an alert.
const MAX_QUOTED: usize = 140;

impl Waiting<'_> {
    /// What is told of it: that it is due soon, overdue, or was given to somebody else.
    pub fn notice(&self, kind: AlertKind) -> Notice {
        let Self { name, class, layer, assignee, .. } = self;
        let what = match kind {
            AlertKind::AskDue => "is due soon",
            AlertKind::AskEscalated => "is still unanswered",
            AlertKind::AskOverdue
            | AlertKind::MoreAsks
            | AlertKind::Wire
            | AlertKind::MoreWires
            | AlertKind::Masked
            | AlertKind::QuietLayer => "is overdue",
        };
        let a = if *class == Class::Opinion { "An" } else { "A" };
        let who = assignee.map_or_else(|| "nobody has it".to_owned(), |assignee| format!("{assignee} has it"));
        let mut quoted: String = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = quoted.char_indices().nth(MAX_QUOTED) {
            quoted.truncate(end);
            quoted.push('…');
        }
        Notice {
            kind,
            // What the person says while they wait does not move it; another due time is another episode.
            episode: format!("{} {}", self.ask, self.due_at),
            title: format!("{a} {class} of {name} {what}"),
            text: format!(
                "On the layer {}, an answer {} due at {}; {who}. “{quoted}”",
                layer.name(),
                if kind == AlertKind::AskDue { "is" } else { "was" },
                minute_in_words(self.due_at),
            ),
        }
    }
}

/// So many more asks than are told one by one on a day, of a kind of alert.
pub fn of_more_asks(kind: AlertKind, n: u64, on: Day) -> Notice {
    let (asks, are) =
        if n == 1 { ("1 more ask".to_owned(), "is") } else { (format!("{} more asks", thousands(n)), "are") };
    let what = match kind {
        AlertKind::AskDue => "due soon",
        AlertKind::AskEscalated => "still unanswered long after they were due",
        AlertKind::AskOverdue
        | AlertKind::MoreAsks
        | AlertKind::Wire
        | AlertKind::MoreWires
        | AlertKind::Masked
        | AlertKind::QuietLayer => "overdue",
    };
    Notice {
        kind: AlertKind::MoreAsks,
        episode: format!("{} {on}", kind.name()),
        title: format!("{asks} {are} {what}"),
        text: "More than are told one by one in a day; the queue has all of them.".to_owned(),
    }
}

/// Newcomers hid a loss in the period; `None` where they did not, or where there was nothing before to lose.
pub fn of_masked(base: Base, by: By, period: i32, account: &Account) -> Option<Notice> {
    if account.before <= 0 || !account.is_masked() {
        return None;
    }
    let what = match base {
        Base::Active => "active people",
        Base::Engaged => "engaged people",
        Base::Degree => "involvement",
        Base::Value => "value",
    };
    let when = period_in_words(by, period);
    Some(Notice {
        kind: AlertKind::Masked,
        episode: format!("{} {}", base.name(), by.label(period)),
        title: format!("Newcomers hid a loss of {what} in {when}"),
        text: plain(&of_accounts(base, &[(when, *account)])),
    })
}

/// Days of the recent window of a layer …
pub const RECENT_DAYS: u32 = 28;
/// … and of the one before it.
pub const BEFORE_DAYS: u32 = 84;
/// The least days of the earlier window that must lie after the layer's beginning.
const LEAST_BEFORE_DAYS: u32 = 28;
/// Above so many, counts are made smaller in proportion: a rate is known well enough by then.
const MOST_COUNTED: u64 = 10_000;

/// What was done on a layer in the recent window and the one before it, as active days of persons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// In the last [`RECENT_DAYS`].
    pub n_recent: u64,
    /// In the [`BEFORE_DAYS`] before.
    pub n_before: u64,
    /// The first day on which anything was done there, ever.
    pub first: Option<Day>,
}

impl Traffic {
    /// Counts one person in by their active days up to `on`, in order.
    pub fn add(&mut self, days: &[i32], on: Day) {
        let upto = |day: i32| days.partition_point(|known| *known <= day) as u64;
        let (recent, before) = (on.0 - RECENT_DAYS as i32, on.0 - (RECENT_DAYS + BEFORE_DAYS) as i32);
        self.n_recent += upto(on.0) - upto(recent);
        self.n_before += upto(recent) - upto(before);
        let first = days.first().filter(|day| **day <= on.0).map(|day| Day(*day));
        self.first = self.first.into_iter().chain(first).min();
    }

    /// Adds the traffic of other people.
    pub fn merge(&mut self, other: &Self) {
        self.n_recent += other.n_recent;
        self.n_before += other.n_before;
        self.first = self.first.into_iter().chain(other.first).min();
    }

    /// The recent rate against the one before; `None` where there was too little before to compare with.
    pub fn ratio(&self, on: Day) -> Option<f64> {
        let exposure = self.exposure(on)?;
        (0 < self.n_before)
            .then(|| (self.n_recent as f64 / f64::from(RECENT_DAYS)) / (self.n_before as f64 / f64::from(exposure)))
    }

    /// Days of the earlier window after the layer's beginning.
    fn exposure(&self, on: Day) -> Option<u32> {
        let age = (on.0 - self.first?.0 + 1).max(0) as u32;
        let exposure = age.saturating_sub(RECENT_DAYS).min(BEFORE_DAYS);
        (LEAST_BEFORE_DAYS <= exposure).then_some(exposure)
    }

    /// Whether the layer went quiet by `on`: the recent rate is below that share of the one before, and by the Poisson
    /// test that judges directions that is hardly chance.
    pub fn is_quiet(&self, on: Day, settings: &AlertSettings) -> bool {
        let (Some(ratio), Some(exposure)) = (self.ratio(on), self.exposure(on)) else { return false };
        let scale = self.n_recent.max(self.n_before).div_ceil(MOST_COUNTED).max(1);
        let (recent, before) = ((self.n_recent / scale) as u32, (self.n_before / scale) as u32);
        let p = parlour_stats::p_rate_fell(recent, RECENT_DAYS, before, exposure);
        ratio < settings.quiet_below && settings.quiet_certainty < p
    }
}

/// A layer went quiet by `on`. Told at most once a month for each layer.
pub fn of_quiet_layer(layer: Layer, traffic: &Traffic, on: Day) -> Notice {
    let share = traffic.ratio(on).unwrap_or_default() * 100.0;
    Notice {
        kind: AlertKind::QuietLayer,
        episode: format!("{} {}", layer.name(), By::Month.label(By::Month.period_of(on))),
        title: format!("The layer {} has gone quiet", layer.name()),
        text: format!(
            "In the {RECENT_DAYS} days up to {} people were active there on {} days in all, {share:.0} % of what the \
             {BEFORE_DAYS} days before would lead to expect ({}).",
            day_in_words(on),
            thousands(traffic.n_recent),
            thousands(traffic.n_before),
        ),
    }
}

/// How many of `n_wires` people are told one by one where at most `most` things are told and `n_others` come first, and
/// how many are summed up.
pub fn told_and_summed(most: usize, n_others: usize, n_wires: usize) -> (usize, usize) {
    let room = most.saturating_sub(n_others);
    if n_wires <= room { (n_wires, 0) } else { (room.saturating_sub(1), n_wires - room.saturating_sub(1)) }
}

#[cfg(test)]
mod tests;
