//! Staff: who of the Desk may do what, how they come in and go, and what they did.

use std::ops::Range;

use parlour_store::audit::{self, Deed};
use parlour_store::credential::{self, Credential};
use parlour_store::staff::{self, Staff};
use parlour_store::{Conn, StoreError, session};

use crate::desk::name_of;
use crate::engine::Engine;
use crate::{EngineError, clock};

/// The purpose of an invitation's token.
pub const INVITATION: &str = "invitation";
/// The handle of the first account, which is there from the beginning.
pub const FIRST: &str = "owner";
/// Longest handle, name, mail address and name of a brand, in bytes.
const MAX_HANDLE_BYTES: usize = 64;
const MAX_NAME_BYTES: usize = 200;
const MAX_MAIL_BYTES: usize = 254;
const MAX_BRAND_BYTES: usize = 512;
/// Most brands that somebody is held to, and most people of the Desk.
const MAX_BRANDS: usize = 100;
const MAX_STAFF: usize = 1000;
/// Words that stand for somebody else in queries.
const RESERVED: [&str; 3] = ["me", "none", "all"];
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// What somebody of the Desk is there for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// May do everything.
    Owner,
    /// Reads everything and asks everything.
    Analyst,
    /// Answers people.
    Agent,
    /// Looks.
    ReadOnly,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Analyst, Self::Agent, Self::ReadOnly];

    /// What it is called in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Analyst => "analyst",
            Self::Agent => "agent",
            Self::ReadOnly => "read-only",
        }
    }

    /// The role of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What is said of somebody when they are invited or changed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Staff`")]
pub struct Profile {
    pub name: String,
    pub mail: Option<String>,
    pub role: Role,
    pub brands: Option<Vec<String>>,
}

impl Profile {
    fn checked(mut self) -> Result<Self, EngineError> {
        self.name = name_checked(&self.name)?;
        self.mail =
            self.mail.as_deref().map(str::trim).filter(|mail| !mail.is_empty()).map(mail_checked).transpose()?;
        if let Some(brands) = &mut self.brands {
            for brand in brands.iter_mut() {
                *brand = brand.trim().to_owned();
            }
            brands.sort_unstable();
            brands.dedup();
            let is_fine = |brand: &String| {
                name_of(brand).is_some() && brand.len() <= MAX_BRAND_BYTES && !brand.contains(char::is_control)
            };
            if brands.is_empty() || MAX_BRANDS < brands.len() || !brands.iter().all(is_fine) {
                return Err(EngineError::Invalid(format!(
                    "`brands` must be 1 to {MAX_BRANDS} names such as `brand:acme`, or nothing for all"
                )));
            }
            if self.role == Role::Owner {
                return Err(EngineError::Invalid("`brands`: an owner sees all brands; leave them out".to_owned()));
            }
        }
        Ok(self)
    }

    fn laid_over(self, staff: Staff) -> Staff {
        let Self { name, mail, role, brands } = self;
        Staff { name, mail, role: role.name().to_owned(), brands, ..staff }
    }
}

fn name_checked(name: &str) -> Result<String, EngineError> {
    let name = name.trim();
    if name.is_empty() || MAX_NAME_BYTES < name.len() || name.contains(char::is_control) {
        return Err(EngineError::Invalid(format!(
            "`name` must have 1 to {MAX_NAME_BYTES} bytes and no control characters"
        )));
    }
    Ok(name.to_owned())
}

/// A mail address as it is kept and compared.
pub fn mail_checked(mail: &str) -> Result<String, EngineError> {
    let mail = mail.trim().to_lowercase();
    let is_fine = mail.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@') && mail.len() <= MAX_MAIL_BYTES
    });
    if !is_fine || mail.contains(|c: char| c.is_control() || c.is_whitespace() || "<>,;\"".contains(c)) {
        return Err(EngineError::Invalid("`mail` must be an address such as `anna@example.com`".to_owned()));
    }
    Ok(mail)
}

fn handle_checked(handle: &str) -> Result<(), EngineError> {
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if (1..=MAX_HANDLE_BYTES).contains(&handle.len()) && handle.bytes().all(is_fine) && !RESERVED.contains(&handle) {
        return Ok(());
    }
    Err(EngineError::Invalid(format!(
        "`handle` must be 1 to {MAX_HANDLE_BYTES} of a–z, 0–9, `.`, `_` and `-`, such as `anna`, and not {}",
        RESERVED.join(", ")
    )))
}

fn unknown(handle: &str) -> EngineError {
    EngineError::NotFound(format!("there is nobody of the Desk called `{handle}`"))
}

/// Whether somebody may sign in.
pub fn is_active(staff: &Staff) -> bool {
    staff.joined_at.is_some() && staff.disabled_at.is_none()
}

/// What came of changing somebody.
enum Changed {
    To(Staff),
    Unknown,
    Refused(String),
}

impl Engine {
    /// Everybody of the Desk, by handle.
    pub fn staff(&self) -> Result<Vec<Staff>, EngineError> {
        Ok(self.database.read(staff::list)?)
    }

    /// Whoever of the Desk has this handle.
    pub fn staff_of(&self, handle: &str) -> Result<Staff, EngineError> {
        self.database.read(|conn| staff::get(conn, handle))?.ok_or_else(|| unknown(handle))
    }

    /// Invites somebody: whoever has the token of this hash may take it up, while it is valid.
    pub fn invite(&self, handle: &str, profile: Profile, hash: &[u8], valid: Range<i64>) -> Result<Staff, EngineError> {
        handle_checked(handle)?;
        let new = profile.checked()?.laid_over(Staff {
            handle: handle.to_owned(),
            name: String::new(),
            mail: None,
            role: String::new(),
            brands: None,
            password: None,
            created_at: valid.start,
            joined_at: None,
            disabled_at: None,
        });
        let (kept, token) = (new.clone(), invitation(handle, hash, valid));
        let taken = self.database.write(move |conn| -> Result<_, StoreError> {
            if staff::get(conn, &kept.handle)?.is_some() {
                return Ok(Some(format!("`{}` is somebody else's handle; choose another", kept.handle)));
            }
            if let Some(why) = whose_mail(conn, &kept)? {
                return Ok(Some(why));
            }
            if MAX_STAFF <= staff::list(conn)?.len() {
                return Ok(Some(format!("there are {MAX_STAFF} people of the Desk, which is the most")));
            }
            staff::create(conn, &kept)?;
            credential::create(conn, &token)?;
            Ok(None)
        })?;
        taken.map_or(Ok(new), |why| Err(EngineError::Conflict(why)))
    }

    /// Invites somebody once more; what they were sent before is no longer good.
    pub fn invite_again(&self, handle: &str, hash: &[u8], valid: Range<i64>) -> Result<Staff, EngineError> {
        let token = invitation(handle, hash, valid);
        self.change(handle, move |conn, found| {
            if found.joined_at.is_some() {
                return Ok(Changed::Refused(format!("`{}` has taken the invitation up already", found.handle)));
            }
            credential::delete_of(conn, &found.handle, INVITATION)?;
            credential::create(conn, &token)?;
            Ok(Changed::To(found))
        })
    }

    /// Whom an invitation is for, if it is still good.
    pub fn invited(&self, hash: &[u8]) -> Result<Option<Staff>, EngineError> {
        let now = clock::now();
        Ok(self.database.read(|conn| {
            let Some(found) = credential::get(conn, hash, INVITATION, now)? else { return Ok(None) };
            Ok(staff::get(conn, &found.subject)?.filter(|staff| staff.disabled_at.is_none()))
        })?)
    }

    /// Takes an invitation up; `None` if it is no longer good.
    pub fn join(&self, hash: &[u8], name: &str, password: Option<String>) -> Result<Option<Staff>, EngineError> {
        let (name, hash, now) = (name_checked(name)?, hash.to_vec(), clock::now());
        Ok(self.database.write(move |conn| -> Result<_, StoreError> {
            let Some(spent) = credential::spend(conn, &hash, INVITATION, now)? else { return Ok(None) };
            let Some(found) = staff::get(conn, &spent.subject)?.filter(|staff| staff.disabled_at.is_none()) else {
                return Ok(None);
            };
            let joined = Staff { name, password: password.or(found.password.clone()), joined_at: Some(now), ..found };
            staff::update(conn, &joined)?;
            Ok(Some(joined))
        })?)
    }

    /// Takes an invitation up for whoever has shown otherwise that they are meant.
    pub fn join_vouched(&self, handle: &str) -> Result<Staff, EngineError> {
        let now = clock::now();
        self.change(handle, move |conn, found| {
            credential::delete_of(conn, &found.handle, INVITATION)?;
            Ok(Changed::To(Staff { joined_at: Some(now), ..found }))
        })
    }

    /// Lets somebody in whom a provider vouches for and nobody invited.
    pub fn join_uninvited(&self, handle: &str, profile: Profile) -> Result<Staff, EngineError> {
        let (hash, now) = (crate::random::bytes::<32>()?, clock::now());
        self.invite(handle, profile, &hash, now..now.saturating_add(MICROS_PER_DAY))?;
        self.join_vouched(handle)
    }

    /// Says what somebody may do and see from now on.
    pub fn set_profile(&self, handle: &str, profile: Profile) -> Result<Staff, EngineError> {
        let profile = profile.checked()?;
        self.change(handle, move |conn, found| {
            let is_owner = profile.role == Role::Owner;
            let changed = profile.laid_over(found);
            if let Some(why) = whose_mail(conn, &changed)? {
                return Ok(Changed::Refused(why));
            }
            if !is_owner && !has_other_owner(conn, &changed.handle)? {
                return Ok(Changed::Refused(last_owner(&changed.handle)));
            }
            Ok(Changed::To(changed))
        })
    }

    /// Keeps somebody out from now on and ends all their sessions, or lets them in again.
    pub fn set_disabled(&self, handle: &str, is_disabled: bool) -> Result<Staff, EngineError> {
        let now = clock::now();
        self.change(handle, move |conn, found| {
            if is_disabled && !has_other_owner(conn, &found.handle)? {
                return Ok(Changed::Refused(last_owner(&found.handle)));
            }
            if is_disabled {
                session::delete_of(conn, &found.handle)?;
                for purpose in [INVITATION, "sign_in"] {
                    credential::delete_of(conn, &found.handle, purpose)?;
                }
            }
            Ok(Changed::To(Staff { disabled_at: is_disabled.then_some(now), ..found }))
        })
    }

    /// Changes what somebody is called.
    pub fn rename(&self, handle: &str, name: &str) -> Result<Staff, EngineError> {
        let name = name_checked(name)?;
        self.change(handle, move |_, found| Ok(Changed::To(Staff { name, ..found })))
    }

    /// Gives somebody another password, by its hash, and ends all their sessions but the one of this token's hash.
    pub fn set_password(&self, handle: &str, password: String, kept: Vec<u8>) -> Result<Staff, EngineError> {
        self.change(handle, move |conn, found| {
            session::delete_others(conn, &found.handle, &kept)?;
            Ok(Changed::To(Staff { password: Some(password), ..found }))
        })
    }

    fn change(
        &self,
        handle: &str,
        change: impl FnOnce(&mut dyn Conn, Staff) -> Result<Changed, StoreError> + Send + 'static,
    ) -> Result<Staff, EngineError> {
        let name = handle.to_owned();
        let changed = self.database.write(move |conn| -> Result<_, StoreError> {
            let Some(found) = staff::get(conn, &name)? else { return Ok(Changed::Unknown) };
            let changed = change(conn, found)?;
            if let Changed::To(staff) = &changed {
                staff::update(conn, staff)?;
            }
            Ok(changed)
        })?;
        match changed {
            Changed::To(staff) => Ok(staff),
            Changed::Unknown => Err(unknown(handle)),
            Changed::Refused(why) => Err(EngineError::Conflict(why)),
        }
    }

    /// Adds to the audit log.
    pub fn note_deed(&self, deed: Deed) -> Result<(), EngineError> {
        Ok(self.database.write(move |conn| audit::append(conn, &deed))?)
    }

    /// Lets go of what is in the audit log for longer than `server.audit_days`.
    pub fn delete_old_deeds(&self) -> Result<u64, EngineError> {
        let length = i64::from(self.settings.server.audit_days) * MICROS_PER_DAY;
        // A clock that was set ahead since the start must not cost what is to be kept.
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = clock::now().min(self.started_at.saturating_add(elapsed).saturating_add(MICROS_PER_DAY));
        let before = now.saturating_sub(length);
        Ok(self.database.write(move |conn| audit::delete_before(conn, before))?)
    }
}

fn invitation(handle: &str, hash: &[u8], valid: Range<i64>) -> Credential {
    Credential {
        hash: hash.to_vec(),
        purpose: INVITATION.to_owned(),
        subject: handle.to_owned(),
        data: String::new(),
        created_at: valid.start,
        expires_at: valid.end,
    }
}

fn whose_mail(conn: &mut dyn Conn, staff: &Staff) -> Result<Option<String>, StoreError> {
    let Some(mail) = &staff.mail else { return Ok(None) };
    let other = staff::by_mail(conn, mail)?.filter(|other| other.handle != staff.handle);
    Ok(other.map(|other| format!("`{mail}` is the address of `{}`", other.handle)))
}

/// Whether there is an owner who can sign in, beside this one.
fn has_other_owner(conn: &mut dyn Conn, handle: &str) -> Result<bool, StoreError> {
    let is_one = |staff: &Staff| staff.handle != handle && staff.role == Role::Owner.name() && is_active(staff);
    Ok(staff::list(conn)?.iter().any(is_one))
}

fn last_owner(handle: &str) -> String {
    format!("`{handle}` is the last owner; make somebody else an owner first")
}
