//! What somebody says of their own standing. A person's word outranks what was concluded of them: from the day on which it
//! was said, and until they take it back.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::standing::{Cell, Stage, Standing};

/// What can be disputed in so many words; everything else is noted beside what was concluded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Saying {
    /// Of the kind of feeling.
    Like,
    /// Neither liking nor disliking.
    Indifferent,
    /// Disliking.
    Dislike,
    /// Of the stage: somebody who is said to be leaving is not.
    Staying,
    /// Somebody who is said to be there has left.
    Gone,
}

impl Saying {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Like, Self::Indifferent, Self::Dislike, Self::Staying, Self::Gone];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Indifferent => "indifferent",
            Self::Dislike => "dislike",
            Self::Staying => "staying",
            Self::Gone => "gone",
        }
    }

    /// The one of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|saying| saying.name() == name)
    }

    /// Of what it speaks: `kind` or `stage`.
    pub fn matter(self) -> &'static str {
        match self {
            Self::Like | Self::Indifferent | Self::Dislike => "kind",
            Self::Staying | Self::Gone => "stage",
        }
    }

    /// It as a sentence of theirs, about an object of this title.
    pub fn in_words(self, title: &str) -> String {
        match self {
            Self::Like => format!("I like {title}"),
            Self::Indifferent => format!("I neither like nor dislike {title}"),
            Self::Dislike => format!("I do not like {title}"),
            Self::Staying => format!("I am staying with {title}"),
            Self::Gone => format!("I have left {title}"),
        }
    }
}

/// What somebody said last of their standing with an object: of its kind, and of its stage, each with the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Word {
    /// Of the kind.
    pub kind: Option<(Saying, Day)>,
    /// Of the stage.
    pub stage: Option<(Saying, Day)>,
}

impl Word {
    /// Takes in what was said on a day; later words come later.
    pub fn hear(&mut self, saying: Saying, day: Day) {
        match saying {
            Saying::Like | Saying::Indifferent | Saying::Dislike => self.kind = Some((saying, day)),
            Saying::Staying | Saying::Gone => self.stage = Some((saying, day)),
        }
    }

    /// The standing on a day with what was said until then in the place of what was concluded. Whoever has been silent for
    /// so long that nobody counts them stays so.
    #[must_use]
    pub fn over(&self, mut standing: Standing, on: Day) -> Standing {
        let said = |word: Option<(Saying, Day)>| word.filter(|(_, day)| *day <= on).map(|(saying, _)| saying);
        let kind = match said(self.kind) {
            Some(Saying::Like) => Some(1000),
            Some(Saying::Indifferent) => Some(0),
            Some(Saying::Dislike) => Some(-1000),
            Some(Saying::Staying | Saying::Gone) | None => None,
        };
        if let Some(kind) = kind {
            standing.kind_milli = Some(kind);
            let (is_customer, is_engaged) = (standing.is_customer, standing.is_engaged);
            standing.cell = standing.cell.map(|_| Cell::of(is_customer, is_engaged, 0 <= kind));
        }
        standing.stage = match (said(self.stage), standing.stage) {
            (Some(Saying::Staying), Stage::Disengaging1 | Stage::Disengaging2 | Stage::Lapsed) => Stage::Active,
            (
                Some(Saying::Gone),
                Stage::New | Stage::Active | Stage::Disengaging1 | Stage::Disengaging2 | Stage::WonBack,
            ) => Stage::Lapsed,
            (_, stage) => stage,
        };
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Verbs;
    use crate::objects::Objects;
    use crate::parameters::Parameters;
    use crate::population::Population;
    use crate::reading::Reading;
    use crate::relation::Relation;
    use crate::standing::Yardstick;
    use crate::vocabulary::Vocabulary;

    const ON: Day = Day(20_000);

    fn measured() -> Standing {
        let (parameters, objects, verbs) = (Parameters::default(), Objects::default(), Verbs::default());
        let reading = Reading::new(ON, &parameters, &Vocabulary::default(), &verbs, &objects);
        let relation = Relation {
            i_negative: 5_000_000,
            i_neutral: 0,
            i_positive: 1_000_000,
            first_day: ON.0 - 300,
            last_day: ON.0 - 3,
            n_days: 9,
            recent: 0b1000,
            before_recent: ON.0 - 60,
            gap_last: 57,
            gap_before: 30,
            ln_gaps: 0,
            last_purchase: ON.0 - 3,
            value_minor: 100,
        };
        let mut population = Population::default();
        population.add(&relation, &reading);
        population.add(&Relation { i_negative: 1, i_positive: 0, ..relation }, &reading);
        Yardstick::new(&reading).measure(&relation, &population)
    }

    #[test]
    fn a_word_outranks_the_guess_from_its_day_on() {
        let guess = measured();
        assert_eq!((guess.cell, guess.kind_milli), (Some(Cell::A3), Some(-667)));
        let mut word = Word::default();
        assert_eq!(word.over(guess, ON), guess);
        word.hear(Saying::Like, ON);
        assert_eq!(word.over(guess, Day(ON.0 - 1)), guess, "what was said later is not known yet");
        let said = word.over(guess, ON);
        assert_eq!((said.cell, said.kind_milli), (Some(Cell::A1), Some(1000)));
        word.hear(Saying::Dislike, ON);
        assert_eq!(word.over(guess, ON).cell, Some(Cell::A3));
        word.hear(Saying::Indifferent, ON);
        let said = word.over(guess, ON);
        assert_eq!((said.cell, said.kind_milli), (Some(Cell::A1), Some(0)), "zero counts as positive");
        let stage = |saying, stage| {
            let mut word = Word::default();
            word.hear(saying, ON);
            word.over(Standing { stage, ..guess }, ON).stage
        };
        assert_eq!(stage(Saying::Staying, Stage::Lapsed), Stage::Active);
        assert_eq!(stage(Saying::Staying, Stage::New), Stage::New);
        assert_eq!(stage(Saying::Gone, Stage::Active), Stage::Lapsed);
        assert_eq!([Saying::Staying, Saying::Gone].map(|said| stage(said, Stage::Defected)), [Stage::Defected; 2]);
        // Nobody comes back among the counted by a word alone.
        let mut word = Word::default();
        word.hear(Saying::Like, ON);
        assert_eq!(word.over(Standing { cell: None, ..guess }, ON).cell, None);
    }

    #[test]
    fn names_lead_back() {
        for saying in Saying::ALL {
            assert_eq!(Saying::of_name(saying.name()), Some(saying));
            assert!(["kind", "stage"].contains(&saying.matter()) && saying.in_words("Kettle").contains("Kettle"));
        }
        assert_eq!(Saying::of_name("love"), None);
    }
}
