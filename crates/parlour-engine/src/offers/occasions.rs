//! Occasions: what a brand holds somewhere, who comes, who waits for a seat, and which is nearest.

use jiff::tz::TimeZone;
use parlour_core::event::{Event, Layer, Name};
use parlour_store::occasion::{self, Answers, Occasion, Rsvp};
use parlour_store::{Conn, StoreError, acquaintance, member};

use super::near::next_near;
use super::{OCCASION, act_toward, brand_checked, given_up};
use crate::engine::Engine;
use crate::rooms::content::link_checked;
use crate::rooms::{line_checked, new_id, text_checked};
use crate::{EngineError, clock};

/// Most characters of a title, a place, and of what happens.
const MAX_TITLE: usize = 160;
const MAX_PLACE: usize = 300;
const MAX_ABOUT: usize = 4_000;
/// Longest occasion: 60 days.
const MAX_LENGTH: i64 = 60 * 86_400_000_000;
/// Most occasions of a list.
const MAX_LISTED: i64 = 500;
const EARTH_KM: f64 = 6_371.0;

/// What a brand says of an occasion.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Occasion`")]
pub struct OccasionWords {
    pub title: String,
    pub about: String,
    pub place: String,
    pub at: Option<(f64, f64)>,
    pub starts_at: i64,
    pub ends_at: i64,
    pub zone: String,
    pub capacity: Option<i64>,
    pub url: String,
}

/// What a member answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They come.
    Going,
    /// They may come.
    Interested,
    /// They do not.
    NotGoing,
    /// They were there.
    Attended,
}

/// An occasion as a member sees it.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The occasion.
    pub occasion: Occasion,
    /// What the brand is called.
    pub brand_title: String,
    /// What they answered.
    pub own: Option<Rsvp>,
    /// How far it is, where that is known of both.
    pub km: Option<f64>,
    /// Whether every seat is taken.
    pub is_full: bool,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::Going, Self::Interested, Self::NotGoing, Self::Attended];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Going => "going",
            Self::Interested => "interested",
            Self::NotGoing => "not_going",
            Self::Attended => "attended",
        }
    }

    /// The answer of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }
}

impl Engine {
    /// Makes an occasion of a brand, or keeps what is now said of one.
    pub fn put_occasion(&self, brand: &str, id: Option<&str>, words: OccasionWords) -> Result<Occasion, EngineError> {
        brand_checked(brand)?;
        let now = clock::now();
        let new = Occasion { brand: brand.to_owned(), ..checked(words, (id, now))? };
        let is_new = id.is_none();
        let kept = self.database.write(move |conn| {
            let found = occasion::get(conn, &new.id)?.filter(|one| one.brand == new.brand);
            let kept = match found {
                Some(found) => Occasion { created_at: found.created_at, cancelled_at: found.cancelled_at, ..new },
                None if is_new => new,
                None => return Ok(None),
            };
            occasion::put(conn, &kept)?;
            // More seats than before: who waits longest gets them.
            seat_waiting(conn, &kept)?;
            Ok(Some(kept))
        })?;
        kept.ok_or_else(no_occasion)
    }

    /// Calls an occasion off; whoever comes sees it.
    pub fn cancel_occasion(&self, id: &str) -> Result<(), EngineError> {
        let (id, now) = (id.to_owned(), clock::now());
        let found = self.database.write(move |conn| {
            let Some(found) = occasion::get(conn, &id)? else { return Ok(false) };
            let cancelled_at = found.cancelled_at.or(Some(now));
            occasion::put(conn, &Occasion { cancelled_at, changed_at: now, ..found })?;
            Ok(true)
        })?;
        if found { Ok(()) } else { Err(no_occasion()) }
    }

    /// One occasion.
    pub fn occasion(&self, id: &str) -> Result<Occasion, EngineError> {
        self.database.read(|conn| occasion::get(conn, id))?.ok_or_else(no_occasion)
    }

    /// Occasions of a brand that end after a time, what begins first first.
    pub fn occasions(&self, brand: &str, since: i64) -> Result<Vec<Occasion>, EngineError> {
        Ok(self.database.read(|conn| occasion::list(conn, Some(brand), since, MAX_LISTED))?)
    }

    /// What was answered to an occasion, and how many answered what.
    pub fn answers_to(&self, id: &str) -> Result<(Vec<Rsvp>, Answers), EngineError> {
        Ok(self.database.read(|conn| Ok((occasion::rsvps(conn, id)?, occasion::answers(conn, id)?)))?)
    }

    /// What takes place near somewhere, the nearest first, where that is known of both; else what comes next. Without
    /// what was called off, or is of a brand the member blocked.
    pub fn occasions_near(
        &self,
        who: &str,
        (brand, near): (Option<&str>, Option<(f64, f64)>),
    ) -> Result<Vec<Invited>, EngineError> {
        let now = clock::now();
        let (found, blocked) = self
            .database
            .read(|conn| Ok((occasion::list(conn, brand, now, MAX_LISTED)?, acquaintance::blocked_by(conn, who)?)))?;
        let open = found.into_iter().filter(|one| one.cancelled_at.is_none() && !blocked.contains(&one.brand));
        let mut invited = Vec::new();
        for one in open {
            invited.push(self.occasion_for(who, one, near)?);
        }
        let order = |one: &Invited| (one.km.is_none(), one.km.unwrap_or(0.0), one.occasion.starts_at);
        invited.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
        Ok(invited)
    }

    /// An occasion as a member sees it.
    pub fn occasion_for(
        &self,
        who: &str,
        occasion: Occasion,
        near: Option<(f64, f64)>,
    ) -> Result<Invited, EngineError> {
        let (own, answers) = self
            .database
            .read(|conn| Ok((occasion::rsvp(conn, &occasion.id, who)?, occasion::answers(conn, &occasion.id)?)))?;
        Ok(Invited {
            brand_title: self.title_of_brand(&occasion.brand),
            km: occasion.at.zip(near).map(|(a, b)| distance_km(a, b)),
            is_full: occasion.capacity.is_some_and(|most| most <= answers.n_going),
            own,
            occasion,
        })
    }

    /// The next occasion of a brand near a member, with what they answered; only one they may come to, where that
    /// `is_needed`.
    pub fn next_occasion(&self, who: &str, (brand, is_needed): (&str, bool)) -> Result<Option<Invited>, EngineError> {
        let now = clock::now();
        let found = self.database.read(|conn| {
            let rsvps = occasion::rsvps_of(conn, who)?;
            let comes = |one: &Occasion| {
                let own = rsvps.iter().find(|rsvp| rsvp.occasion == one.id);
                own.is_some_and(|own| [Answer::Going.name(), Answer::Interested.name()].contains(&own.answer.as_str()))
            };
            if is_needed && rsvps.is_empty() {
                return Ok(None);
            }
            let mut coming = occasion::list(conn, Some(brand), now, MAX_LISTED)?;
            coming.retain(|one| one.cancelled_at.is_none() && (!is_needed || comes(one)));
            let town = member::get(conn, who)?.map(|member| member.town).unwrap_or_default();
            Ok(next_near(coming, |one| &one.place, &town))
        })?;
        found.map(|found| self.occasion_for(who, found, None)).transpose()
    }

    /// Keeps what a member answers. A seat that comes free goes to who waits longest. The brand hears of it only where they
    /// let it (`tells`).
    pub fn answer_occasion(
        &self,
        who: &str,
        id: &str,
        (answer, tells): (Answer, bool),
        layer: Layer,
    ) -> Result<Rsvp, EngineError> {
        let found = self.occasion(id)?;
        let now = clock::now();
        check_answer(&found, answer, now)?;
        let brand = brand_checked(&found.brand)?;
        let act = act_of_answer(who, &found.id, &brand, answer, layer);
        let acts = act.filter(|_| tells).into_iter().collect();
        let who = who.to_owned();
        let answered = move |conn: &mut dyn Conn| {
            if member::get(conn, &who)?.is_none() {
                return Err(StoreError::Aborted("there is no such member any more".to_owned()));
            }
            let before = occasion::rsvp(conn, &found.id, &who)?;
            let had_seat = before.as_ref().is_some_and(|one| one.answer == Answer::Going.name() && !one.is_waiting);
            let n_taken = occasion::answers(conn, &found.id)?.n_going - i64::from(had_seat);
            let is_full = found.capacity.is_some_and(|most| most <= n_taken);
            let is_same = before.as_ref().is_some_and(|one| one.answer == answer.name());
            let rsvp = Rsvp {
                occasion: found.id.clone(),
                member: who,
                answer: answer.name().to_owned(),
                is_waiting: answer == Answer::Going && is_full,
                tells,
                at: before.filter(|_| is_same).map_or(now, |one| one.at),
            };
            occasion::put_rsvp(conn, &rsvp)?;
            seat_waiting(conn, &found)?;
            Ok(occasion::rsvp(conn, &rsvp.occasion, &rsvp.member)?.unwrap_or(rsvp))
        };
        self.act(acts, answered).map_err(given_up)
    }
}

fn check_answer(found: &Occasion, answer: Answer, now: i64) -> Result<(), EngineError> {
    let why = match answer {
        Answer::Going | Answer::Interested if found.cancelled_at.is_some() => "this occasion was called off",
        Answer::Going | Answer::Interested if found.ends_at <= now => "this occasion is over",
        Answer::Attended if now < found.starts_at => "this occasion has not begun",
        Answer::Going | Answer::Interested | Answer::NotGoing | Answer::Attended => return Ok(()),
    };
    Err(EngineError::Conflict(why.to_owned()))
}

fn act_of_answer(who: &str, id: &str, brand: &Name, answer: Answer, layer: Layer) -> Option<Event> {
    let verb = match answer {
        Answer::Going | Answer::Interested => "rsvped",
        Answer::Attended => "attended",
        Answer::NotGoing => return None,
    };
    let message = format!("{verb}:{id}:{who}:{}", answer.name());
    let event = act_toward(who, verb, brand, message, layer);
    Some(Event { object: Name::new(OCCASION, id), parent: Some(brand.clone()), ..event })
}

/// Forgets what a member answered, and gives their seats on.
pub(super) fn forget(conn: &mut dyn Conn, who: &str) -> Result<(), StoreError> {
    let answered = occasion::rsvps_of(conn, who)?;
    occasion::delete_rsvps_of(conn, who)?;
    for rsvp in answered {
        if let Some(found) = occasion::get(conn, &rsvp.occasion)? {
            seat_waiting(conn, &found)?;
        }
    }
    Ok(())
}

/// Gives free seats to those who wait longest.
fn seat_waiting(conn: &mut dyn Conn, occasion: &Occasion) -> Result<(), StoreError> {
    let n_going = occasion::answers(conn, &occasion.id)?.n_going;
    let n_free = occasion.capacity.map_or(i64::MAX, |most| (most - n_going).max(0));
    let waiting = occasion::rsvps(conn, &occasion.id)?.into_iter().filter(|one| one.is_waiting);
    for rsvp in waiting.take(usize::try_from(n_free).unwrap_or(usize::MAX)) {
        occasion::put_rsvp(conn, &Rsvp { is_waiting: false, ..rsvp })?;
    }
    Ok(())
}

fn checked(words: OccasionWords, (id, now): (Option<&str>, i64)) -> Result<Occasion, EngineError> {
    let wrong = |text: &str| Err(EngineError::Invalid(text.to_owned()));
    if words.ends_at <= words.starts_at || MAX_LENGTH < words.ends_at - words.starts_at {
        return wrong("`ends_at` must come after `starts_at`, within 60 days");
    }
    if TimeZone::get(&words.zone).is_err() {
        return wrong("`zone` must be a zone of time such as `Europe/Berlin`");
    }
    if words.capacity.is_some_and(|most| !(1..=1_000_000).contains(&most)) {
        return wrong("`capacity` must be between 1 and 1000000");
    }
    let is_on_earth = |(latitude, longitude): (f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    if words.at.is_some_and(|at| !is_on_earth(at)) {
        return wrong("`latitude` must be between -90 and 90, `longitude` between -180 and 180");
    }
    Ok(Occasion {
        id: id.map_or_else(new_id, |id| Ok(id.to_owned()))?,
        brand: String::new(),
        title: line_checked("title", &words.title, (1, MAX_TITLE))?,
        about: text_checked("about", &words.about, (0, MAX_ABOUT))?,
        place: line_checked("place", &words.place, (1, MAX_PLACE))?,
        at: words.at,
        starts_at: words.starts_at,
        ends_at: words.ends_at,
        zone: words.zone,
        capacity: words.capacity,
        url: if words.url.trim().is_empty() { String::new() } else { link_checked("url", &words.url)? },
        created_at: now,
        changed_at: now,
        cancelled_at: None,
    })
}

/// Along the surface of a ball as large as the earth.
fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let along = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
    2.0 * EARTH_KM * along.sqrt().min(1.0).asin()
}

fn no_occasion() -> EngineError {
    EngineError::NotFound("there is no such occasion".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bremen_is_as_far_from_berlin_as_the_map_says() {
        let km = distance_km((53.0758, 8.8072), (52.5200, 13.4050));
        assert!((310.0..320.0).contains(&km), "{km}");
        assert!(distance_km((1.0, 2.0), (1.0, 2.0)) < 1e-9);
    }
}
