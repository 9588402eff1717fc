//! The relation of one person with one object as of a day, read from their activity: integers only.
//!
//! [`PersonFold`] is the one definition. One person's page, the population's kernel and a cluster all feed it the same
//! rows, sorted by object and day, and so agree to the last bit.

use serde::{Deserialize, Serialize};

use crate::activity::VerbId;
use crate::event::{Currency, Layer};
use crate::objects::ObjectId;
use crate::reading::Reading;
use crate::rhythm::{Gaps, ln_of};

/// No day: stands where something never happened.
pub const NEVER: i32 = i32::MIN;

/// Activity in columns, one entry a row; see [`crate::activity::ActivityKey`] for what they mean.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of ActivityKey and Measures")]
pub struct Columns {
    pub object: Vec<ObjectId>,
    pub day: Vec<i32>,
    pub layer: Vec<u8>,
    pub verb: Vec<VerbId>,
    pub kind: Vec<i8>,
    pub paid: Vec<bool>,
    pub currency: Vec<Currency>,
    pub n: Vec<u64>,
    pub value_minor: Vec<i64>,
    /// Filled only where `is_wide`.
    pub seconds: Vec<u64>,
    /// Filled only where `is_wide`.
    pub rating_sum: Vec<u64>,
    /// Whether seconds and ratings are here too; standings need neither, and reading them takes time. Rows are only ever
    /// appended from columns that are as wide.
    pub is_wide: bool,
}

impl Columns {
    /// No rows yet, with or without seconds and ratings.
    pub fn of_width(is_wide: bool) -> Self {
        Self { is_wide, ..Self::default() }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.object.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.object.is_empty()
    }

    /// Removes all rows and keeps the room.
    pub fn clear(&mut self) {
        self.object.clear();
        self.day.clear();
        self.layer.clear();
        self.verb.clear();
        self.kind.clear();
        self.paid.clear();
        self.currency.clear();
        self.n.clear();
        self.value_minor.clear();
        self.seconds.clear();
        self.rating_sum.clear();
    }

    /// Appends the rows `range` of `other`.
    pub fn extend_from(&mut self, other: &Self, range: std::ops::Range<usize>) {
        self.object.extend_from_slice(&other.object[range.clone()]);
        self.day.extend_from_slice(&other.day[range.clone()]);
        self.layer.extend_from_slice(&other.layer[range.clone()]);
        self.verb.extend_from_slice(&other.verb[range.clone()]);
        self.kind.extend_from_slice(&other.kind[range.clone()]);
        self.paid.extend_from_slice(&other.paid[range.clone()]);
        self.currency.extend_from_slice(&other.currency[range.clone()]);
        self.n.extend_from_slice(&other.n[range.clone()]);
        if self.is_wide {
            self.seconds.extend_from_slice(&other.seconds[range.clone()]);
            self.rating_sum.extend_from_slice(&other.rating_sum[range.clone()]);
        }
        self.value_minor.extend_from_slice(&other.value_minor[range]);
    }

    /// Appends rows of several `sources`: of each pick, which source and which of its rows.
    pub fn extend_picked(&mut self, sources: &[&Self], picks: &[(u32, u32)]) {
        pick(&mut self.object, sources, picks, |columns| &columns.object);
        pick(&mut self.day, sources, picks, |columns| &columns.day);
        pick(&mut self.layer, sources, picks, |columns| &columns.layer);
        pick(&mut self.verb, sources, picks, |columns| &columns.verb);
        pick(&mut self.kind, sources, picks, |columns| &columns.kind);
        pick(&mut self.paid, sources, picks, |columns| &columns.paid);
        pick(&mut self.currency, sources, picks, |columns| &columns.currency);
        pick(&mut self.n, sources, picks, |columns| &columns.n);
        pick(&mut self.value_minor, sources, picks, |columns| &columns.value_minor);
        if self.is_wide {
            pick(&mut self.seconds, sources, picks, |columns| &columns.seconds);
            pick(&mut self.rating_sum, sources, picks, |columns| &columns.rating_sum);
        }
    }

    /// Takes those of the rows `range` of `other` that are on a layer, in place of all that was here.
    pub fn take_layer(&mut self, other: &Self, range: std::ops::Range<usize>, layer: Layer) {
        self.clear();
        for row in range.filter(|&row| other.layer[row] == layer as u8) {
            self.extend_from(other, row..row + 1);
        }
    }

    /// Whether every column has as many rows, as those have that were not sent by somebody else.
    pub fn is_whole(&self) -> bool {
        let n = self.len();
        let lengths = [self.day.len(), self.layer.len(), self.verb.len(), self.kind.len(), self.paid.len()];
        let more = [self.currency.len(), self.n.len(), self.value_minor.len()];
        let wide = if self.is_wide { [self.seconds.len(), self.rating_sum.len()] } else { [n; 2] };
        lengths.iter().chain(&more).chain(&wide).all(|&length| length == n)
    }

    /// Sorts the rows by object and day, as [`PersonFold::read`] needs them.
    pub fn sort(&mut self) {
        let places = self.object.iter().zip(&self.day).zip(0_u32..);
        let mut places: Vec<(u64, u32)> = places.map(|((&object, &day), row)| (order(object, day), row)).collect();
        if places.is_sorted() {
            return;
        }
        places.sort_unstable();
        let picks: Vec<(u32, u32)> = places.into_iter().map(|(_, row)| (0, row)).collect();
        let mut sorted = Self::of_width(self.is_wide);
        sorted.extend_picked(&[self], &picks);
        *self = sorted;
    }
}

/// Rises first with the object, then with the day.
pub fn order(object: ObjectId, day: i32) -> u64 {
    u64::from(object) << 32 | u64::from(day.cast_unsigned() ^ 1 << 31)
}

fn pick<'c, T: Copy + 'c>(
    column: &mut Vec<T>,
    sources: &[&'c Columns],
    picks: &[(u32, u32)],
    of: impl Fn(&'c Columns) -> &'c [T],
) {
    let sources: Vec<&[T]> = sources.iter().map(|&columns| of(columns)).collect();
    column.extend(picks.iter().map(|&(source, row)| sources[source as usize][row as usize]));
}

/// What the activity of one person toward one object amounts to on the reading's day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Relation {
    /// Positive involvement, micropoints.
    pub i_positive: i64,
    /// Neutral involvement, micropoints.
    pub i_neutral: i64,
    /// Negative involvement, micropoints.
    pub i_negative: i64,
    /// First active day.
    pub first_day: i32,
    /// Last active day.
    pub last_day: i32,
    /// How many days were active.
    pub n_days: u32,
    /// Bit *a* is set where the day *a* days ago was active.
    pub recent: u128,
    /// Last active day before the recent window, or [`NEVER`].
    pub before_recent: i32,
    /// The last gap between active days, in days; 0 with fewer than two.
    pub gap_last: u32,
    /// The gap before it; 0 with fewer than three.
    pub gap_before: u32,
    /// Σ ln of the gaps between active days, each in units of 2⁻¹⁶ and rounded.
    pub ln_gaps: u64,
    /// The last day of a purchase, or [`NEVER`].
    pub last_purchase: i32,
    /// What purchases of the trailing year brought, less what was given back, in the reading's currency.
    pub value_minor: i64,
}

impl Relation {
    /// All involvement, micropoints.
    pub fn involvement(&self) -> i64 {
        self.i_positive.wrapping_add(self.i_neutral).wrapping_add(self.i_negative)
    }

    /// The gaps between active days.
    pub fn gaps(&self) -> Gaps {
        let days = i64::from(self.last_day).abs_diff(i64::from(self.first_day));
        Gaps { n: self.n_days.saturating_sub(1), days, ln: self.ln_gaps }
    }

    /// The gaps up to the last active day before the recent window, where there is one; `recent` are the bits of the window.
    pub(crate) fn gaps_before(&self, recent: u128, returned: i32) -> Gaps {
        let mut left = recent;
        let mut within = 0_u64;
        while left.count_ones() > 1 {
            let latest = left.trailing_zeros();
            left &= left - 1;
            within = within.wrapping_add(ln_of(left.trailing_zeros() - latest));
        }
        let silence = returned.saturating_sub(self.before_recent).unsigned_abs();
        Gaps {
            n: self.n_days.saturating_sub(recent.count_ones()).saturating_sub(1),
            days: i64::from(self.before_recent).abs_diff(i64::from(self.first_day)),
            ln: self.ln_gaps.wrapping_sub(within).wrapping_sub(ln_of(silence)),
        }
    }

    /// Whether the last active day lies in the retention window.
    pub fn is_present(&self, reading: &Reading<'_>) -> bool {
        self.last_day >= reading.window_start.0
    }
}

/// The sums over the days of one object, before days are united.
#[derive(Clone, Copy, Debug)]
struct Part {
    object: ObjectId,
    involvement: [i64; 3],
    last_purchase: i32,
    value_minor: i64,
    days: (usize, usize),
}

/// One row's share of a day: what is counted as one thing, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// The verb it is counted as, the layer, the kind, whether it was paid for.
    pub(crate) as_one: (VerbId, u8, i8, bool),
    pub(crate) micropoints: i64,
    pub(crate) n: u64,
}

/// Reads people's rows into relations, one person after another; keeps its buffers between them.
#[derive(Debug)]
pub struct PersonFold<'r> {
    reading: &'r Reading<'r>,
    parts: Vec<Part>,
    days: Vec<i32>,
    shares: Vec<Share>,
    united: Vec<i32>,
    targets: Vec<(ObjectId, u32)>,
}

impl<'r> PersonFold<'r> {
    /// A fold by this reading.
    pub fn new(reading: &'r Reading<'r>) -> Self {
        Self {
            reading,
            parts: Vec::new(),
            days: Vec::new(),
            shares: Vec::new(),
            united: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Reads one person's rows, which must be sorted by object and day, and tells `out` their relation with each object
    /// and with all it belongs to: the object, its active days in order, the relation. Rows after the reading's day and
    /// verbs without points that neither buy nor give back are not seen.
    pub fn read(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        out: &mut impl FnMut(ObjectId, &[i32], &Relation),
    ) {
        self.sum_all(columns, rows);
        match self.parts.as_slice() {
            [] => {}
            [part] => {
                let relation = relation(part, &self.days, self.reading);
                for &object in self.reading.objects.line(part.object) {
                    out(object, &self.days, &relation);
                }
            }
            _ => self.roll_up(out),
        }
    }

    /// Tells `seen` every contribution of which [`Self::read`] makes the involvements: toward which object, on which
    /// day, what counts as one, and its micropoints.
    pub(crate) fn contributions(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        mut seen: impl FnMut(ObjectId, i32, &Share, i64),
    ) {
        self.sum_up(columns, rows, &mut seen);
    }

    /// Sums up and tells nobody; apart, so that it is made once and everything in it is at hand.
    fn sum_all(&mut self, columns: &Columns, rows: std::ops::Range<usize>) {
        self.sum_up(columns, rows, &mut |_, _, _, _| ());
    }

    #[inline]
    fn sum_up(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        seen: &mut impl FnMut(ObjectId, i32, &Share, i64),
    ) {
        self.parts.clear();
        self.days.clear();
        let (mut row, end) = (rows.start, rows.end);
        while row < end {
            let object = columns.object[row];
            let start = self.days.len();
            let mut part =
                Part { object, involvement: [0; 3], last_purchase: NEVER, value_minor: 0, days: (start, start) };
            while row < end && columns.object[row] == object {
                row = self.sum_day(columns, row..end, &mut part, seen);
            }
            part.days.1 = self.days.len();
            if part.days.0 < part.days.1 {
                self.parts.push(part);
            }
        }
    }

    /// Adds the rows of one day, the first of `rows`, to `part`; returns the row after them.
    #[inline]
    fn sum_day(
        &mut self,
        columns: &Columns,
        rows: std::ops::Range<usize>,
        part: &mut Part,
        seen: &mut impl FnMut(ObjectId, i32, &Share, i64),
    ) -> usize {
        let (row, end) = (rows.start, rows.end);
        let (object, day) = (columns.object[row], columns.day[row]);
        let mut next = row + 1;
        while next < end && columns.day[next] == day && columns.object[next] == object {
            next += 1;
        }
        if day > self.reading.day.0 {
            return next;
        }
        let mut is_active = false;
        if next == row + 1 {
            if let Some(share) = self.share(columns, row, part) {
                is_active = true;
                seen(object, day, &share, self.add(&share, day, part));
            }
        } else {
            self.shares.clear();
            for row in row..next {
                if let Some(share) = self.share(columns, row, part) {
                    is_active = true;
                    match self.shares.iter_mut().find(|known| known.as_one == share.as_one) {
                        Some(known) => known.n = known.n.wrapping_add(share.n),
                        None => self.shares.push(share),
                    }
                }
            }
            for i in 0..self.shares.len() {
                let share = self.shares[i];
                seen(object, day, &share, self.add(&share, day, part));
            }
        }
        if is_active {
            self.days.push(day);
        }
        next
    }

    /// What a row counts as; `None` where it counts as nothing. Notes its purchase in `part`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it runs once a row of everyone's activity, and is not inlined unasked")]
    fn share(&self, columns: &Columns, row: usize, part: &mut Part) -> Option<Share> {
        let meaning = self.reading.meaning(columns.verb[row]);
        let (layer, day) = (columns.layer[row], columns.day[row]);
        let micropoints = meaning.micropoints.get(layer as usize).copied().unwrap_or(0);
        if meaning.is_purchase {
            part.last_purchase = part.last_purchase.max(day);
        }
        if meaning.value_sign != 0 {
            part.value_minor = part.value_minor.wrapping_add(row_value(self.reading, columns, row));
        } else if micropoints == 0 {
            return None;
        }
        let paid = columns.paid[row];
        let kind = meaning.feeling.unwrap_or(columns.kind[row]);
        Some(Share {
            as_one: (meaning.counted_as, layer, kind, paid),
            micropoints: if paid { micropoints / 2 } else { micropoints },
            n: columns.n[row],
        })
    }

    #[inline]
    fn add(&self, share: &Share, day: i32, part: &mut Part) -> i64 {
        let age = self.reading.day.0.saturating_sub(day);
        let contribution = self.reading.contribution(share.micropoints, share.n, age);
        let slot = &mut part.involvement[(share.as_one.2.signum() + 1) as usize];
        *slot = slot.wrapping_add(contribution);
        contribution
    }

    fn roll_up(&mut self, out: &mut impl FnMut(ObjectId, &[i32], &Relation)) {
        self.targets.clear();
        for (part, i) in self.parts.iter().zip(0..) {
            self.targets.extend(self.reading.objects.line(part.object).iter().map(|&object| (object, i)));
        }
        self.targets.sort_unstable();
        for group in self.targets.chunk_by(|a, b| a.0 == b.0) {
            let mut sum = self.parts[group[0].1 as usize];
            if group.len() == 1 {
                let days = &self.days[sum.days.0..sum.days.1];
                out(group[0].0, days, &relation(&sum, days, self.reading));
                continue;
            }
            self.united.clear();
            self.united.extend_from_slice(&self.days[sum.days.0..sum.days.1]);
            for &(_, i) in &group[1..] {
                let part = &self.parts[i as usize];
                for kind in 0..3 {
                    sum.involvement[kind] = sum.involvement[kind].wrapping_add(part.involvement[kind]);
                }
                sum.last_purchase = sum.last_purchase.max(part.last_purchase);
                sum.value_minor = sum.value_minor.wrapping_add(part.value_minor);
                self.united.extend_from_slice(&self.days[part.days.0..part.days.1]);
            }
            self.united.sort_unstable();
            self.united.dedup();
            out(group[0].0, &self.united, &relation(&sum, &self.united, self.reading));
        }
    }
}

/// What a row adds to the value of the trailing year, in minor units of the reading's currency.
pub(crate) fn row_value(reading: &Reading<'_>, columns: &Columns, row: usize) -> i64 {
    let day = columns.day[row];
    if reading.year_start.0 < day && day <= reading.day.0 && columns.currency[row] == reading.currency {
        reading.meaning(columns.verb[row]).value_sign.wrapping_mul(columns.value_minor[row])
    } else {
        0
    }
}

/// The relation of a part whose active days are `days`: in order, each once, at least one.
fn relation(part: &Part, days: &[i32], reading: &Reading<'_>) -> Relation {
    let (first, last) = (days[0], days[days.len() - 1]);
    let mut recent = 0;
    let mut before_recent = NEVER;
    for &day in days.iter().rev() {
        let age = reading.day.0.saturating_sub(day) as u32;
        if age < u128::BITS {
            recent |= 1 << age;
        }
        if age >= reading.parameters.recent_days {
            before_recent = before_recent.max(day);
            if age >= u128::BITS {
                break;
            }
        }
    }
    let gap = |back: usize| match days.len().checked_sub(back + 2) {
        Some(i) => days[i + 1].saturating_sub(days[i]) as u32,
        None => 0,
    };
    Relation {
        i_negative: part.involvement[0],
        i_neutral: part.involvement[1],
        i_positive: part.involvement[2],
        first_day: first,
        last_day: last,
        n_days: days.len() as u32,
        recent,
        before_recent,
        gap_last: gap(0),
        gap_before: gap(1),
        ln_gaps: days.windows(2).map(|pair| ln_of(pair[1].abs_diff(pair[0]))).fold(0, u64::wrapping_add),
        last_purchase: part.last_purchase,
        value_minor: part.value_minor,
    }
}
