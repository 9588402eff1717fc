//! Members: how they come in, what they say of themselves, and which ids they show to be theirs.

use parlour_core::door::Door;
use parlour_core::event::{Event, Layer, Name};
use parlour_store::claim::{self, Claim};
use parlour_store::member::{self, Member};
use parlour_store::{Conn, StoreError};

use super::{EMAIL, MEMBER, USER, act_of, handle, line_checked, name_of_member, new_id, number_of, text_checked};
use crate::engine::Engine;
use crate::forms::{Turned, of_digest, signed_user};
use crate::offers::given_up;
use crate::{EngineError, clock};

/// Most characters of a name, a town, and what somebody says of themselves.
const MAX_NAME: usize = 80;
const MAX_TOWN: usize = 80;
const MAX_ABOUT: usize = 500;
/// Years of birth that can be.
const BORN: std::ops::RangeInclusive<i64> = 1900..=2100;
/// From this age on somebody may be paid.
const AGE_FOR_MONEY: i64 = 18;
/// What says that somebody else was quicker.
const QUICKER: &str = "somebody else was quicker";

/// What says that an id is in another room already.
const ELSEWHERE: &str = "this history belongs to another room; sign in there, or, if that room is not yours, ask whoever \
    runs this server to part the two";
/// How an id was shown: by a link that was sent there …
const BY_MAIL: &str = "mail";
/// … and by whoever joined two ids in the Desk again.
const BY_DESK: &str = "desk";

/// What somebody says of themselves.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Member`")]
pub struct Profile {
    pub name: String,
    pub about: String,
    pub town: String,
    pub born_year: Option<i64>,
    pub door: Door,
}

/// Whether somebody may be paid in a year: they said when they were born, and are surely old enough.
pub fn may_be_paid(member: &Member, year: i64) -> bool {
    member.born_year.is_some_and(|born| AGE_FOR_MONEY < year - born)
}

impl Engine {
    /// The member of an id.
    pub fn member(&self, id: &str) -> Result<Option<Member>, EngineError> {
        Ok(self.database.read(|conn| member::get(conn, id))?)
    }

    /// Whether somebody has this mail address.
    pub fn has_member_of_mail(&self, mail: &str) -> Result<bool, EngineError> {
        Ok(self.database.read(|conn| owner_of_mail(conn, mail))?.is_some())
    }

    /// Whoever has shown this mail address to be theirs; a new member where there was none, whose history is then that of
    /// the address.
    pub fn member_of_mail(&self, mail: &str) -> Result<Member, EngineError> {
        let find = || self.database.read(|conn| owner_of_mail(conn, mail));
        if let Some(found) = find()? {
            return Ok(found);
        }
        let new = Member { mail: Some(mail.to_owned()), ..blank(new_id()?, clock::now()) };
        match self.join_rooms(new, vec![(Name::new(EMAIL, mail), BY_MAIL)]) {
            Err(EngineError::Store(StoreError::Aborted(why))) if why == QUICKER => {
                find()?.ok_or_else(|| EngineError::Conflict("try again in a moment".to_owned()))
            }
            joined => joined.map_err(given_up),
        }
    }

    /// A new member whom the Desk invited, perhaps as somebody who is known.
    pub fn member_invited(&self, known: Option<Name>) -> Result<Member, EngineError> {
        let claims = known.map(|known| (known, "invitation")).into_iter().collect();
        self.join_rooms(blank(new_id()?, clock::now()), claims).map_err(given_up)
    }

    fn join_rooms(&self, new: Member, claims: Vec<(Name, &'static str)>) -> Result<Member, EngineError> {
        for (known, _) in &claims {
            self.let_in(known)?;
        }
        let events = match claims.first() {
            Some((known, _)) => vec![self.link_event(&new.id, known)],
            None => Vec::new(),
        };
        let kept = new.clone();
        let create = Box::new(move |conn: &mut dyn Conn| {
            if let Some(mail) = &kept.mail
                && member::of_mail(conn, mail)?.is_some()
            {
                return Err(StoreError::Aborted(QUICKER.to_owned()));
            }
            member::create(conn, &kept)?;
            let put = |(known, proof): &(Name, &'static str)| put_claim(conn, &kept.id, known, proof);
            claims.iter().try_for_each(put)
        });
        self.do_in_rooms(events, create)?;
        Ok(new)
    }

    /// The event that says that two ids are one person.
    fn link_event(&self, id: &str, known: &Name) -> Event {
        let object = self.own_brand().unwrap_or_else(|_| name_of_member(id));
        let of = of_digest(&[id.as_bytes(), known.kind.as_bytes(), known.id.as_bytes()]);
        Event {
            message: Some(format!("claim:{of}")),
            also: vec![known.clone()],
            scored: false,
            ..act_of(id, "identified", object, Layer::Web)
        }
    }

    /// Has what is known of an id be known of a member, who has shown that it is theirs. Returns whether that is new; what
    /// is in another room stays there.
    pub fn claim(&self, id: &str, known: &Name, proof: &'static str) -> Result<bool, EngineError> {
        self.claim_with(id, (known, proof), |_| Ok(()))
    }

    /// The same, with what else is done in its transaction where it is new.
    fn claim_with(
        &self,
        id: &str,
        (known, proof): (&Name, &'static str),
        also: impl FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<bool, EngineError> {
        let claimed = self.database.read(|conn| claim::owner_of(conn, &known.kind, &known.id))?;
        if claimed.is_some_and(|claimed| claimed.member == id) {
            return Ok(false);
        }
        self.let_in(known)?;
        let event = self.link_event(id, known);
        let (member, known) = (id.to_owned(), known.clone());
        let put = Box::new(move |conn: &mut dyn Conn| {
            put_claim(conn, &member, &known, proof)?;
            also(conn)
        });
        self.do_in_rooms(vec![event], put).map_err(given_up)?;
        Ok(true)
    }

    /// The same by a brand's signature: of a user's id, or a token that says who it is. The source's secret is what forms
    /// and the widget know users by.
    pub fn claim_signed(&self, id: &str, source: &str, user: &str, signature: &str) -> Result<Name, Turned> {
        let refused =
            || Turned::Invalid { field: "source", why: "there is no such source that signs users".to_owned() };
        let source = self.source_named(source).filter(|source| source.revoked_at.is_none()).ok_or_else(refused)?;
        let user = signed_user(&source, user, signature, clock::now())?;
        let is_blocked = |blocked: &String| blocked.eq_ignore_ascii_case(&user);
        if self.settings.standing.blocked_ids.iter().any(is_blocked) {
            return Err(Turned::Invalid { field: "user", why: "this id is nobody's in particular".to_owned() });
        }
        let known = Name::new(USER, user);
        self.claim(id, &known, "signature")?;
        Ok(known)
    }

    /// Adds a mail address that a member has shown to be theirs; it must be nobody else's.
    pub fn add_member_mail(&self, id: &str, mail: &str) -> Result<(), EngineError> {
        let (member, added) = (id.to_owned(), mail.to_owned());
        let add = move |conn: &mut dyn Conn| {
            if member::of_mail(conn, &added)?.is_some_and(|other| other.id != member) {
                return Err(StoreError::Aborted(ELSEWHERE.to_owned()));
            }
            // The first address is the one that opens the room by itself; more of them are claims that do so too.
            let found = member::get(conn, &member)?.filter(|found| found.mail.is_none());
            let Some(found) = found else { return Ok(()) };
            member::update(conn, &Member { mail: Some(added), changed_at: clock::now(), ..found }).map(|_| ())
        };
        self.claim_with(id, (&Name::new(EMAIL, mail), BY_MAIL), add)?;
        Ok(())
    }

    /// What a member has claimed.
    pub fn claims(&self, id: &str) -> Result<Vec<Claim>, EngineError> {
        Ok(self.database.read(|conn| claim::of_member(conn, id))?)
    }

    /// Says where a member's room is, once; nobody else's handle is the same or looks so.
    pub fn choose_handle(&self, id: &str, wanted: &str) -> Result<Member, EngineError> {
        let wanted = handle::checked(wanted)?;
        let looks = handle::skeleton(&wanted);
        self.change_member(id, move |conn, member| {
            if member.handle.as_ref() == Some(&wanted) {
                return Ok(Ok(member));
            }
            if member.handle.is_some() {
                return Ok(Err(EngineError::Conflict(
                    "your room has its handle already; it stays where it is".to_owned(),
                )));
            }
            if member::of_skeleton(conn, &looks)?.is_some() {
                let why = format!("`{wanted}` is taken, or looks like one that is; choose another");
                return Ok(Err(EngineError::Conflict(why)));
            }
            let name = if member.name.is_empty() { wanted.clone() } else { member.name };
            let search = search_of(&wanted, &name);
            Ok(Ok(Member { handle: Some(wanted), skeleton: Some(looks), name, search, ..member }))
        })
    }

    /// Keeps what somebody says of themselves.
    pub fn set_member_profile(&self, id: &str, profile: &Profile) -> Result<Member, EngineError> {
        let name = line_checked("name", &profile.name, (1, MAX_NAME))?;
        let town = line_checked("town", &profile.town, (0, MAX_TOWN))?;
        let about = text_checked("about", &profile.about, (0, MAX_ABOUT))?;
        if profile.born_year.is_some_and(|year| !BORN.contains(&year)) {
            return Err(EngineError::Invalid("`born_year` must be a year of four digits, or nothing".to_owned()));
        }
        let (born_year, door) = (profile.born_year, number_of(profile.door));
        self.change_member(id, move |_, member| {
            let search = search_of(member.handle.as_deref().unwrap_or_default(), &name);
            Ok(Ok(Member { name, town, about, born_year, door, search, ..member }))
        })
    }

    fn change_member(
        &self,
        id: &str,
        change: impl FnOnce(&mut dyn Conn, Member) -> Result<Result<Member, EngineError>, StoreError> + Send + 'static,
    ) -> Result<Member, EngineError> {
        let (id, now) = (id.to_owned(), clock::now());
        self.database.write(move |conn| -> Result<_, StoreError> {
            let Some(found) = member::get(conn, &id)? else {
                return Ok(Err(EngineError::NotFound("this room is no longer there".to_owned())));
            };
            let changed = change(conn, found)?.map(|member| Member { changed_at: now, ..member });
            if let Ok(member) = &changed {
                member::update(conn, member)?;
            }
            Ok(changed)
        })?
    }
}

/// Keeps a claim, unless the id is in another room.
fn put_claim(conn: &mut dyn Conn, id: &str, known: &Name, proof: &str) -> Result<(), StoreError> {
    let claim = Claim {
        member: id.to_owned(),
        kind: known.kind.clone(),
        value: known.id.clone(),
        proof: proof.to_owned(),
        at: clock::now(),
    };
    let is_new = claim::put(conn, &claim)?;
    if !is_new && claim::owner_of(conn, &known.kind, &known.id)?.is_some_and(|found| found.member != id) {
        return Err(StoreError::Aborted(ELSEWHERE.to_owned()));
    }
    Ok(())
}

/// Whoever has shown a mail address to be theirs.
fn owner_of_mail(conn: &mut dyn Conn, mail: &str) -> Result<Option<Member>, StoreError> {
    if let Some(found) = member::of_mail(conn, mail)? {
        return Ok(Some(found));
    }
    let shown = claim::owner_of(conn, EMAIL, mail)?.filter(|claim| claim.proof == BY_MAIL);
    shown.map(|claim| member::get(conn, &claim.member)).transpose().map(Option::flatten)
}

/// What becomes of a claim when the Desk parts a member and another id, or joins them again: it is anybody's to claim, or
/// the member's once more. The address that opens a room stays its owner's.
pub(crate) fn part_or_join(conn: &mut dyn Conn, [a, b]: [&Name; 2], is_parted: bool) -> Result<(), StoreError> {
    let (own, known) = if a.kind == MEMBER { (a, b) } else { (b, a) };
    if own.kind != MEMBER {
        return Ok(());
    }
    let Some(found) = member::get(conn, &own.id)? else { return Ok(()) };
    if known.kind == EMAIL && found.mail.as_ref() == Some(&known.id) {
        return Ok(());
    }
    if is_parted {
        claim::delete(conn, &own.id, &known.kind, &known.id).map(|_| ())
    } else {
        put_claim(conn, &own.id, known, BY_DESK)
    }
}

fn search_of(handle: &str, name: &str) -> String {
    format!("{handle} {}", name.to_lowercase())
}

fn blank(id: String, now: i64) -> Member {
    Member {
        id,
        handle: None,
        skeleton: None,
        mail: None,
        name: String::new(),
        search: String::new(),
        about: String::new(),
        town: String::new(),
        born_year: None,
        door: number_of(Door::OnlyMe),
        created_at: now,
        changed_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_for_those_who_are_surely_of_age() {
        let born = |born_year| Member { born_year, ..blank("m".to_owned(), 0) };
        let paid = |year| may_be_paid(&born(year), 2026);
        // Whoever turns 18 this year may not have had their birthday.
        assert_eq!((paid(None), paid(Some(2008)), paid(Some(2007)), paid(Some(1950))), (false, false, true, true));
    }
}
