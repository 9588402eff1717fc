//! Evidence: what one person did toward one object, gathered once for every lens.
//!
//! Activity is summed by day, so a *visit* is an active day: two visits of one day cannot be told apart, and a visit over
//! midnight counts twice. Sums are of integers, and saturate rather than wrap.

use crate::activity::Verbs;
use crate::objects::ObjectId;
use crate::reading::{MICRO, Reading};
use crate::relation::{Columns, Relation};

use super::Choices;

/// The steps of the scenario, from being seen to speaking for it.
pub const STEPS: [&str; 6] = ["looked", "looked closer", "asked or wanted", "bought", "bought again", "spoke of it"];
/// The states of the ladder, lowest first, as ids of statements end.
pub const STATES: [&str; 4] = ["confidence", "integrity", "pride", "passion"];
/// The kind of the objects that are statements of a survey.
pub const STATEMENT: &str = "statement";
/// Most of anything that is counted, so that squares of it can be added up.
const MOST: u64 = 1 << 40;

/// What a verb is evidence of, as bits.
pub(crate) mod marks {
    pub(crate) const VIEW: u32 = 1;
    pub(crate) const CLOSER: u32 = 1 << 1;
    pub(crate) const WANT: u32 = 1 << 2;
    pub(crate) const GOAL: u32 = 1 << 3;
    pub(crate) const SPEAK: u32 = 1 << 4;
    pub(crate) const FEEDBACK: u32 = 1 << 5;
    pub(crate) const SERVICE: u32 = 1 << 6;
    pub(crate) const REFERRAL: u32 = 1 << 7;
    pub(crate) const JOINED: u32 = 1 << 8;
    pub(crate) const ACCEPTED: u32 = 1 << 9;
    pub(crate) const SUBSCRIBE: u32 = 1 << 10;
    pub(crate) const UNSUBSCRIBE: u32 = 1 << 11;
    pub(crate) const ANSWER: u32 = 1 << 12;
    pub(crate) const CONTRIBUTE: u32 = 1 << 13;
    /// Pages, in the sense of those who measured sites.
    pub(crate) const PAGE: u32 = VIEW | CLOSER;
}
use marks::{
    ACCEPTED, ANSWER, CLOSER, CONTRIBUTE, FEEDBACK, GOAL, JOINED, PAGE, REFERRAL, SERVICE, SPEAK, SUBSCRIBE,
    UNSUBSCRIBE, VIEW, WANT,
};

fn marks_of(name: &str) -> u32 {
    match name {
        "viewed" | "visited" | "peeked" => VIEW,
        "clicked" | "searched" | "opened_anchor" | "downloaded" => CLOSER,
        "wanted" | "rsvped" => WANT,
        "asked" | "requested" | "called" | "met" => WANT | FEEDBACK | SERVICE,
        "complained" => FEEDBACK | SERVICE,
        "returned_goods" | "cancelled" => SERVICE,
        "commented" | "opined" | "badmouthed" | "suggested" | "proposed" => FEEDBACK | CONTRIBUTE,
        "mentioned" | "posted" | "tagged" | "placed" | "captioned" | "declared" | "anchored" => SPEAK | CONTRIBUTE,
        "co_designed" | "answered" => CONTRIBUTE,
        "rated" | "reviewed" => SPEAK | FEEDBACK | CONTRIBUTE,
        "answered_survey" => FEEDBACK | ANSWER,
        "recommended" => SPEAK | REFERRAL | ANSWER,
        "shared" | "vouched" | "introduced" | "invited" => SPEAK | REFERRAL,
        "invitee_joined" => REFERRAL | JOINED,
        "was_accepted" => ACCEPTED,
        "followed" | "subscribed" | "joined" => SUBSCRIBE,
        "unfollowed" | "unsubscribed" | "left" => UNSUBSCRIBE,
        _ => 0,
    }
}

/// One visit: what was done on one active day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The day.
    pub day: i32,
    /// Events.
    pub n: u64,
    /// Pages looked at.
    pub n_pages: u64,
    /// Seconds it took, as far as senders say.
    pub seconds: u64,
    /// What kinds of things were done.
    pub marks: u32,
}

/// What was done in the window of days before the day asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "counts of what they are named after")]
pub struct Window {
    pub n_visits: u64,
    pub n_events: u64,
    pub n_pages: u64,
    pub n_timed_visits: u64,
    pub seconds: u64,
    /// Seconds in the window before this one.
    pub seconds_before: u64,
    /// Seconds with every object of the workspace.
    pub seconds_all: u64,
    pub seconds_all_before: u64,
    /// Micropoints of what is more than looking.
    pub interaction: u64,
    pub n_contributions: u64,
    pub n_feedback_visits: u64,
    pub n_goal_visits: u64,
    /// Bits of layers.
    pub layers: u8,
}

/// What was done in the trailing year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "counts of what they are named after")]
pub struct Year {
    pub n_products: u64,
    pub n_purchases: u64,
    pub n_service: u64,
    pub n_events: u64,
    /// Points of those events, in thousandths.
    pub millipoints: u64,
    pub n_pages: u64,
    pub n_referrals: u64,
    /// Liking and disliking that was expressed; buying is not.
    pub n_liking: u64,
    pub n_disliking: u64,
    /// Answers of five stars, of four, and of three or fewer.
    pub answers: [u64; 3],
    /// Answers to each statement of the ladder, and their stars.
    pub ladder: [(u64, u64); 4],
}

/// What one person did toward one object up to a day.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The relation, as standings read it.
    pub relation: Relation,
    /// Active days, in order.
    pub days: Vec<i32>,
    /// Visits, in order.
    pub visits: Vec<Visit>,
    /// The window.
    pub window: Window,
    /// The trailing year.
    pub year: Year,
    /// Micropoints with each rule counted once a visit, decayed.
    pub points: u64,
    /// Steps of the scenario that were reached, as bits.
    pub steps: u8,
    /// Seconds ever.
    pub seconds: u64,
    /// People who came on their word, and ideas that were taken up, ever.
    pub n_joined: u64,
    /// Ideas and answers of theirs that were accepted, ever.
    pub n_accepted: u64,
    /// Whether they follow, subscribe or are a member.
    pub is_subscribed: bool,
}

/// Gathers evidence, one person after another; keeps its room between them.
#[derive(Debug)]
pub struct Gatherer<'r> {
    reading: &'r Reading<'r>,
    window_start: i32,
    before_start: i32,
    marks: Vec<u32>,
    micropoints: Vec<i64>,
    states: Vec<Option<u8>>,
    belongs: Vec<bool>,
    seen: Vec<u32>,
    goal_days: Vec<i32>,
    evidence: Evidence,
}

impl<'r> Gatherer<'r> {
    /// For an object, by a reading; `verbs` are those the reading was made of.
    pub fn new(reading: &'r Reading<'r>, verbs: &Verbs, object: ObjectId, choices: &Choices) -> Self {
        let ids = 0..verbs.names().len() as u32;
        let window = choices.window_days as i32;
        let objects = 0..reading.objects.all().len() as ObjectId;
        let goal = |verb| if reading.meaning(verb).is_purchase { GOAL } else { 0 };
        Self {
            reading,
            window_start: reading.day.0.saturating_sub(window),
            before_start: reading.day.0.saturating_sub(2 * window),
            marks: ids.clone().map(|verb| marks_of(reading.name_of(verb)) | goal(verb)).collect(),
            micropoints: ids.map(|verb| libm::round(reading.points_of(verb) * MICRO as f64) as i64).collect(),
            states: reading.objects.all().iter().map(|object| state_of(&object.name.kind, &object.name.id)).collect(),
            belongs: objects.map(|other| reading.objects.line(other).contains(&object)).collect(),
            seen: Vec::new(),
            goal_days: Vec::new(),
            evidence: Evidence::default(),
        }
    }

    /// Everything a person's rows say of the object; `columns` must be wide, `days` and `relation` are what the fold told
    /// of it.
    pub fn gather(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        days: &[i32],
        relation: &Relation,
    ) -> &Evidence {
        self.clear(days, relation);
        let (mut at, mut subscribed) = (None, (i32::MIN, i32::MIN));
        let (mut n_objects, mut product) = (0, None);
        for row in rows {
            let (object, day) = (columns.object[row], columns.day[row]);
            if day > self.reading.day.0 || !self.counts(columns, row) {
                continue;
            }
            self.elsewhere(columns, row);
            if !self.belongs.get(object as usize).copied().unwrap_or(false) {
                continue;
            }
            if at != Some((object, day)) {
                n_objects += u32::from(at.is_none_or(|(last, _)| last != object));
                at = Some((object, day));
                self.seen.clear();
            }
            let marks = self.marks.get(columns.verb[row] as usize).copied().unwrap_or(0);
            if day > self.reading.year_start.0 && product != Some(object) {
                product = Some(object);
                self.evidence.year.n_products += 1;
            }
            if marks & SUBSCRIBE != 0 {
                subscribed.0 = subscribed.0.max(day);
            }
            if marks & UNSUBSCRIBE != 0 {
                subscribed.1 = subscribed.1.max(day);
            }
            self.take(columns, row, marks);
        }
        self.finish(n_objects > 1);
        self.evidence.is_subscribed = subscribed.0 > subscribed.1;
        &self.evidence
    }

    fn clear(&mut self, days: &[i32], relation: &Relation) {
        let Evidence { days: mut kept, mut visits, .. } = std::mem::take(&mut self.evidence);
        kept.clear();
        kept.extend_from_slice(days);
        visits.clear();
        self.goal_days.clear();
        self.evidence = Evidence { relation: *relation, days: kept, visits, ..Evidence::default() };
    }

    /// Whether a row makes its day active.
    fn counts(&self, columns: &Columns, row: usize) -> bool {
        let meaning = self.reading.meaning(columns.verb[row]);
        meaning.value_sign != 0
            || meaning.micropoints.get(columns.layer[row] as usize).is_some_and(|&points| points != 0)
    }

    /// Adds a row's seconds to those with every object.
    fn elsewhere(&mut self, columns: &Columns, row: usize) {
        let (day, seconds) = (columns.day[row], columns.seconds[row].min(MOST));
        let window = &mut self.evidence.window;
        if day > self.window_start {
            window.seconds_all = (window.seconds_all + seconds).min(MOST);
        } else if day > self.before_start {
            window.seconds_all_before = (window.seconds_all_before + seconds).min(MOST);
        }
    }

    fn take(&mut self, columns: &Columns, row: usize, marks: u32) {
        let (day, verb, n) = (columns.day[row], columns.verb[row], columns.n[row].min(MOST));
        let seconds = columns.seconds[row].min(MOST);
        let counted = self.reading.meaning(verb).counted_as;
        let micropoints = self.micropoints.get(verb as usize).copied().unwrap_or(MICRO);
        let evidence = &mut self.evidence;
        if !self.seen.contains(&counted) {
            self.seen.push(counted);
            let points = self.reading.contribution(micropoints, 1, self.reading.day.0.saturating_sub(day));
            evidence.points = evidence.points.saturating_add(points.max(0).cast_unsigned());
        }
        let n_pages = if marks & PAGE != 0 { n } else { 0 };
        match evidence.visits.last_mut() {
            Some(last) if last.day == day => last.add(&Visit { day, n, n_pages, seconds, marks }),
            _ => evidence.visits.push(Visit { day, n, n_pages, seconds, marks }),
        }
        if marks & GOAL != 0 {
            self.goal_days.push(day);
        }
        evidence.seconds = evidence.seconds.saturating_add(seconds);
        evidence.n_joined += if marks & JOINED != 0 { n } else { 0 };
        evidence.n_accepted += if marks & ACCEPTED != 0 { n } else { 0 };
        evidence.steps |= steps_of(marks);
        if day > self.window_start {
            let window = &mut evidence.window;
            window.layers |= 1 << (columns.layer[row] & 7);
            window.n_contributions += if marks & CONTRIBUTE != 0 { n } else { 0 };
            if marks & PAGE == 0 {
                let gained = micropoints.max(0).cast_unsigned().saturating_mul(n);
                window.interaction = window.interaction.saturating_add(gained).min(MOST);
            }
        } else if day > self.before_start {
            evidence.window.seconds_before = (evidence.window.seconds_before + seconds).min(MOST);
        }
        if day > self.reading.year_start.0 {
            self.take_of_year(columns, row, marks);
        }
    }

    fn take_of_year(&mut self, columns: &Columns, row: usize, marks: u32) {
        let (verb, n, stars) = (columns.verb[row], columns.n[row].min(MOST), columns.rating_sum[row].min(MOST));
        let meaning = self.reading.meaning(verb);
        let year = &mut self.evidence.year;
        let add = |sum: &mut u64, is_so: bool| *sum = if is_so { (*sum + n).min(MOST) } else { *sum };
        add(&mut year.n_events, true);
        add(&mut year.n_purchases, meaning.is_purchase);
        add(&mut year.n_service, marks & SERVICE != 0);
        add(&mut year.n_pages, marks & PAGE != 0);
        add(&mut year.n_referrals, marks & REFERRAL != 0);
        let millipoints = self.micropoints.get(verb as usize).copied().unwrap_or(MICRO).max(0).cast_unsigned() / 1000;
        year.millipoints = (year.millipoints + millipoints.saturating_mul(n).min(MOST)).min(MOST);
        let kind = meaning.feeling.unwrap_or(columns.kind[row]);
        let is_expressed = !meaning.is_purchase && marks & PAGE == 0;
        add(&mut year.n_liking, is_expressed && kind > 0);
        add(&mut year.n_disliking, is_expressed && kind < 0);
        if marks & ANSWER == 0 || stars == 0 {
            return;
        }
        let answers = answers(columns.kind[row], n, stars);
        for (sum, n) in year.answers.iter_mut().zip(answers) {
            *sum = (*sum + n).min(MOST);
        }
        if let Some(state) = self.states.get(columns.object[row] as usize).copied().flatten() {
            let (n_sum, star_sum) = &mut year.ladder[state as usize];
            *n_sum = (*n_sum + answers.iter().sum::<u64>()).min(MOST);
            *star_sum = (*star_sum + stars).min(MOST);
        }
    }

    fn finish(&mut self, has_many_objects: bool) {
        let evidence = &mut self.evidence;
        if has_many_objects {
            evidence.visits.sort_by_key(|visit| visit.day);
            evidence.visits.dedup_by(|next, kept| {
                let is_same = next.day == kept.day;
                if is_same {
                    kept.add(next);
                }
                is_same
            });
            self.goal_days.sort_unstable();
        }
        self.goal_days.dedup();
        evidence.steps |= u8::from(self.goal_days.len() > 1) << 4;
        let from = evidence.visits.partition_point(|visit| visit.day <= self.window_start);
        let window = &mut evidence.window;
        for visit in &evidence.visits[from..] {
            window.n_visits += 1;
            window.n_events = (window.n_events + visit.n).min(MOST);
            window.n_pages = (window.n_pages + visit.n_pages).min(MOST);
            window.seconds = (window.seconds + visit.seconds).min(MOST);
            window.n_timed_visits += u64::from(visit.seconds > 0);
            window.n_feedback_visits += u64::from(visit.marks & FEEDBACK != 0);
            window.n_goal_visits += u64::from(visit.marks & GOAL != 0);
        }
    }

    /// The stretch of a person's rows, sorted by object, outside of which none is about the object or what belongs to it;
    /// empty for most people of a workspace with many brands, who then need not be folded.
    pub fn stretch(&self, columns: &Columns, rows: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let is_here = |row: &usize| self.belongs.get(columns.object[*row] as usize).copied().unwrap_or(false);
        match rows.clone().find(is_here) {
            Some(first) => first..rows.rev().find(is_here).map_or(first, |last| last + 1),
            None => rows.start..rows.start,
        }
    }
}

impl Visit {
    fn add(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.n_pages = self.n_pages.saturating_add(other.n_pages);
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.marks |= other.marks;
    }
}

impl Evidence {
    /// The visits in the window of `choices` before `day`.
    pub fn visits_in_window(&self, day: i32, choices: &Choices) -> &[Visit] {
        let start = day.saturating_sub(choices.window_days as i32);
        &self.visits[self.visits.partition_point(|visit| visit.day <= start)..]
    }
}

fn steps_of(marks: u32) -> u8 {
    [VIEW, CLOSER, WANT, GOAL, 0, SPEAK]
        .iter()
        .zip(0..)
        .fold(0, |steps, (&mark, at)| steps | u8::from(marks & mark != 0) << at)
}

/// The state of the ladder that a statement is about: its id is the state's name, or ends in it after a separator.
fn state_of(kind: &str, id: &str) -> Option<u8> {
    if kind != STATEMENT {
        return None;
    }
    let last = id.rsplit(['/', '-', ':', '.', '_']).next()?;
    STATES.iter().zip(0..).find(|(state, _)| **state == last).map(|(_, at)| at)
}

/// How many of a row's answers gave five stars, four, and three or fewer. Rows are apart by whether they have one or two
/// stars, three, or four or five, so that the sum of the stars tells; what carries no stars is not counted.
fn answers(kind: i8, n: u64, stars: u64) -> [u64; 3] {
    match kind {
        1.. => {
            let n_rated = n.min(stars / 4);
            let n_five = stars.saturating_sub(4 * n_rated).min(n_rated);
            [n_five, n_rated - n_five, 0]
        }
        0 => [0, 0, n.min(stars / 3)],
        ..0 => [0, 0, n.min(stars)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_told_from_their_sum() {
        assert_eq!(answers(1, 3, 14), [2, 1, 0]);
        assert_eq!(answers(1, 1, 5), [1, 0, 0]);
        assert_eq!(answers(1, 9, 4), [0, 1, 0]);
        assert_eq!(answers(0, 2, 6), [0, 0, 2]);
        assert_eq!(answers(-1, 2, 3), [0, 0, 2]);
        assert_eq!(answers(1, 1, u64::MAX), [1, 0, 0]);
    }

    #[test]
    fn a_statement_says_its_state_in_its_id() {
        assert_eq!(state_of("statement", "acme-pride"), Some(2));
        assert_eq!(state_of("statement", "confidence"), Some(0));
        assert_eq!(state_of("statement", "acme-likes"), None);
        assert_eq!(state_of("product", "pride"), None);
    }
}
