//! Change: what became of a person's share in a number from one period to the next, and the sums of it over everyone.

use serde::{Deserialize, Serialize};

/// What is accounted for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// People with an active day in the period.
    #[default]
    Active,
    /// People who are engaged at its end.
    Engaged,
    /// Involvement at its end, against the mean of those present then.
    Degree,
    /// What purchases in it brought, less what was given back.
    Value,
}

impl Base {
    /// Every base.
    pub const ALL: [Self; 4] = [Self::Active, Self::Engaged, Self::Degree, Self::Value];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Engaged => "engaged",
            Self::Degree => "degree",
            Self::Value => "value",
        }
    }
}

/// What became of one person's share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A share now, and never known before.
    New,
    /// A share again, after a period without.
    Returned,
    /// More than before.
    Grew,
    /// As much as before.
    Stayed,
    /// Less than before.
    Shrank,
    /// From positive to negative: not less, but against.
    Turned,
    /// A share before, and none now.
    Gone,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Returned, Self::Grew, Self::Stayed, Self::Shrank, Self::Turned, Self::Gone];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Returned => "returned",
            Self::Grew => "grew",
            Self::Stayed => "stayed",
            Self::Shrank => "shrank",
            Self::Turned => "turned",
            Self::Gone => "gone",
        }
    }
}

/// Which people of an account are meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Part {
    /// Those with a share before.
    Before,
    /// Those with a share now.
    After,
    /// Those whose share changed so.
    Changed(Change),
}

impl Part {
    /// Whether somebody with these shares is among them.
    pub fn has(self, shares: &Shares) -> bool {
        match self {
            Self::Before => shares.before != 0,
            Self::After => shares.now != 0,
            Self::Changed(change) => shares.change() == Some(change),
        }
    }
}

/// One person's share at the end of a period and of the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shares {
    /// Then.
    pub before: i64,
    /// Now.
    pub now: i64,
    /// Whether there was a relation before this period.
    pub was_known: bool,
    /// Whether their kind turned from positive to negative.
    pub turned: bool,
}

impl Shares {
    /// What became of it; `None` where there was and is none.
    pub fn change(&self) -> Option<Change> {
        match (self.before != 0, self.now != 0) {
            (false, false) => None,
            (true, false) => Some(Change::Gone),
            (false, true) if !self.was_known => Some(Change::New),
            (false, true) => Some(Change::Returned),
            (true, true) if self.turned => Some(Change::Turned),
            (true, true) => Some(match self.now.cmp(&self.before) {
                std::cmp::Ordering::Greater => Change::Grew,
                std::cmp::Ordering::Equal => Change::Stayed,
                std::cmp::Ordering::Less => Change::Shrank,
            }),
        }
    }
}

/// How many people and how much, of one change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Moved {
    /// People.
    pub n: u64,
    /// How much it added or took away, never negative but where shares are: all of a share that came or went, else the
    /// difference.
    pub amount: i64,
}

/// The account of one period: after = before + came − went, in people and in amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    /// The sum of shares before.
    pub before: i64,
    /// The sum of shares now.
    pub after: i64,
    /// The part of `before` that is still there: Σ min(before, now).
    pub kept: i64,
    /// People with a share before.
    pub n_before: u64,
    /// People with a share now.
    pub n_after: u64,
    /// By change, in the order of [`Change::ALL`].
    pub moved: [Moved; 7],
}

impl Account {
    /// Counts one person in.
    pub fn add(&mut self, shares: &Shares) {
        let Some(change) = shares.change() else { return };
        self.before = self.before.wrapping_add(shares.before);
        self.after = self.after.wrapping_add(shares.now);
        self.kept = self.kept.wrapping_add(shares.before.min(shares.now).max(0));
        self.n_before += u64::from(shares.before != 0);
        self.n_after += u64::from(shares.now != 0);
        let moved = &mut self.moved[change as usize];
        moved.n += 1;
        moved.amount = moved.amount.wrapping_add(match change {
            Change::New | Change::Returned | Change::Grew => shares.now.wrapping_sub(shares.before),
            Change::Stayed => shares.now,
            Change::Shrank | Change::Turned | Change::Gone => shares.before.wrapping_sub(shares.now),
        });
    }

    /// Adds the account of other people.
    pub fn merge(&mut self, other: &Self) {
        self.before = self.before.wrapping_add(other.before);
        self.after = self.after.wrapping_add(other.after);
        self.kept = self.kept.wrapping_add(other.kept);
        self.n_before += other.n_before;
        self.n_after += other.n_after;
        for (sum, more) in self.moved.iter_mut().zip(&other.moved) {
            sum.n += more.n;
            sum.amount = sum.amount.wrapping_add(more.amount);
        }
    }

    /// People and amount of one change.
    pub fn of(&self, change: Change) -> Moved {
        self.moved[change as usize]
    }

    /// What came: new, returned and grown.
    pub fn came(&self) -> i64 {
        [Change::New, Change::Returned, Change::Grew].iter().map(|change| self.of(*change).amount).sum()
    }

    /// What went: gone, shrunk and turned.
    pub fn went(&self) -> i64 {
        [Change::Gone, Change::Shrank, Change::Turned].iter().map(|change| self.of(*change).amount).sum()
    }

    /// What came over what went: above one it grows. `None` where nothing went.
    pub fn quick_ratio(&self) -> Option<f64> {
        (0 < self.went()).then(|| self.came() as f64 / self.went() as f64)
    }

    /// The same without newcomers: below one it would shrink by itself.
    pub fn quick_without_new(&self) -> Option<f64> {
        let new = self.of(Change::New).amount;
        (0 < self.went()).then(|| (self.came() - new) as f64 / self.went() as f64)
    }

    /// Whether newcomers hide a loss: not less than before, and less without them.
    pub fn is_masked(&self) -> bool {
        self.before <= self.after && self.came() - self.of(Change::New).amount < self.went()
    }

    /// How much of what went is only filled up by newcomers, new over went; `None` where nothing went.
    pub fn dependency(&self) -> Option<f64> {
        (0 < self.went()).then(|| self.of(Change::New).amount as f64 / self.went() as f64)
    }

    /// The part that was kept, Σ min(before, now) over before; `None` where there was nothing.
    pub fn gross_retention(&self) -> Option<f64> {
        (0 < self.before).then(|| self.kept as f64 / self.before as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cdnow_in_february() {
        // 7,846 in January; in February 8,476 new and 1,157 of January's again.
        let mut account = Account::default();
        let person = |before, now, was_known| Shares { before, now, was_known, turned: false };
        (0..8_476).for_each(|_| account.add(&person(0, 1, false)));
        (0..1_157).for_each(|_| account.add(&person(1, 1, true)));
        (0..6_689).for_each(|_| account.add(&person(1, 0, true)));
        assert_eq!((account.n_before, account.n_after), (7_846, 9_633));
        assert!(account.is_masked());
        assert!((account.quick_ratio().unwrap() - 1.267).abs() < 0.001);
        assert_eq!(account.quick_without_new(), Some(0.0));
        assert!((account.gross_retention().unwrap() - 0.1475).abs() < 0.0001);
    }

    proptest! {
        #[test]
        fn the_books_balance(people in prop::collection::vec((0_i64..50, 0_i64..50, any::<bool>(), any::<bool>()), 0..60)) {
            let shares = |&(before, now, was_known, turned): &(i64, i64, bool, bool)| {
                Shares { before, now, was_known: was_known || before != 0, turned }
            };
            let mut all = Account::default();
            for person in &people {
                all.add(&shares(person));
            }
            let turned_up: i64 = people.iter().map(shares).filter(|s| s.change() == Some(Change::Turned))
                .map(|s| s.now - s.before).sum();
            let turned = all.of(Change::Turned).amount;
            prop_assert_eq!(turned, -turned_up);
            prop_assert_eq!(all.after, all.before + all.came() - all.went());
            let (mut one, mut other) = (Account::default(), Account::default());
            people.iter().enumerate().for_each(|(i, person)| if i % 2 == 0 { one.add(&shares(person)) } else { other.add(&shares(person)) });
            one.merge(&other);
            prop_assert_eq!(one, all);
        }
    }
}
