//! The door of a room: who may see what is in it. One function decides, and everything that shows anything of a room asks it.

#[cfg(test)]
mod tests;

/// How well the owner of a room knows somebody; three is closest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Circle {
    /// Known a little.
    First,
    /// Known well.
    Second,
    /// Close.
    Third,
}

impl Circle {
    /// From the widest to the closest.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// The number by which it is kept: 1 to 3.
    pub fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }

    /// The circle of a number.
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|circle| circle.number() == number)
    }
}

/// Whom a door lets in: a room's own, or that of one thing in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Door {
    /// Everybody, whether they are known or not.
    PassersBy,
    /// This circle and those that are closer.
    Acquaintance(Circle),
    /// Nobody but the owner.
    OnlyMe,
}

impl Door {
    /// From the widest open to the closed one.
    pub const ALL: [Self; 5] = [
        Self::PassersBy,
        Self::Acquaintance(Circle::First),
        Self::Acquaintance(Circle::Second),
        Self::Acquaintance(Circle::Third),
        Self::OnlyMe,
    ];

    /// What it is called in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::PassersBy => "passers_by",
            Self::Acquaintance(Circle::First) => "acquaintance_1",
            Self::Acquaintance(Circle::Second) => "acquaintance_2",
            Self::Acquaintance(Circle::Third) => "acquaintance_3",
            Self::OnlyMe => "only_me",
        }
    }

    /// The door of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.name() == name)
    }
}

/// Whether `viewer`, a member or nobody known, may see what is behind a door of `owner`, who counts them in `circle` or has
/// blocked them. A block outranks every circle, and being the owner outranks everything.
pub fn may_see(viewer: Option<&str>, door: Door, circle: Option<Circle>, is_blocked: bool, owner: &str) -> bool {
    if viewer == Some(owner) {
        return true;
    }
    if is_blocked {
        return false;
    }
    match door {
        Door::PassersBy => true,
        Door::Acquaintance(least) => viewer.is_some() && circle.is_some_and(|circle| least <= circle),
        Door::OnlyMe => false,
    }
}

/// Somebody before a room, with what its owner knows of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guest {
    /// Which member looks, if it is one.
    pub viewer: Option<String>,
    /// The circle in which the owner counts them.
    pub circle: Option<Circle>,
    /// Whether the owner blocked them.
    pub is_blocked: bool,
    /// Whose room it is.
    pub owner: String,
}

impl Guest {
    /// Somebody of whom nothing is known.
    pub fn stranger(owner: &str) -> Self {
        Self { viewer: None, circle: None, is_blocked: false, owner: owner.to_owned() }
    }

    /// The owner in their own room.
    pub fn owner(owner: &str) -> Self {
        Self { viewer: Some(owner.to_owned()), circle: None, is_blocked: false, owner: owner.to_owned() }
    }

    /// Whether it is the owner who looks.
    pub fn is_owner(&self) -> bool {
        self.viewer.as_ref() == Some(&self.owner)
    }

    /// Whether they may pass all these doors, one behind the other: the room's, and then what hangs in it. What hangs in a
    /// room is never more open than the room.
    pub fn may_pass(&self, doors: &[Door]) -> bool {
        let passes = |door: &Door| may_see(self.viewer.as_deref(), *door, self.circle, self.is_blocked, &self.owner);
        doors.iter().all(passes)
    }
}
