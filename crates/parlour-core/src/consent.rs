//! Consent: for what somebody lets be used what is known of them, and which of several words counts.

/// For what.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// To be read: to have what they do made into standings, lists, numbers and forecasts.
    Reading,
    /// To be passed on: to have what concerns them sent to other systems.
    Sharing,
    /// To be asked: to have brands offer pictures and ask to hang them.
    Offers,
}

impl Purpose {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Reading, Self::Sharing, Self::Offers];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Sharing => "sharing",
            Self::Offers => "offers",
        }
    }

    /// The one of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// How a word was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// By themselves, in their room.
    Room,
    /// By their browser, which sends the signal of Global Privacy Control with every request.
    Browser,
    /// To staff, who wrote it down.
    Desk,
}

impl How {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Browser => "browser",
            Self::Desk => "desk",
        }
    }

    /// The one of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Room, Self::Browser, Self::Desk].into_iter().find(|how| how.name() == name)
    }
}

/// A word for or against one purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// When, microseconds UTC.
    pub at: i64,
    /// Whether it is given.
    pub is_given: bool,
    /// How it was said.
    pub how: How,
}

/// The word that counts of all that were said for one purpose: the last that the person themselves said, to whomever; and
/// only where there is none, the last signal of a browser. Where nothing was said, nothing is withdrawn.
pub fn last_word(said: impl IntoIterator<Item = Choice>) -> Option<Choice> {
    said.into_iter().max_by_key(|choice| (choice.how != How::Browser, choice.at, !choice.is_given))
}

/// Whether it may be done, by what was said.
pub fn is_given(said: impl IntoIterator<Item = Choice>) -> bool {
    last_word(said).is_none_or(|choice| choice.is_given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_word_outranks_a_signal_and_the_last_one_counts() {
        let said = |at, is_given, how| Choice { at, is_given, how };
        assert!(is_given([]));
        assert!(!is_given([said(1, false, How::Browser)]));
        assert!(is_given([said(1, true, How::Room), said(2, false, How::Browser)]));
        assert!(!is_given([said(1, true, How::Room), said(2, false, How::Desk), said(0, true, How::Room)]));
        assert!(!is_given([said(1, true, How::Room), said(1, false, How::Room)]), "at one moment, no is heard");
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::of_name(purpose.name()), Some(purpose));
        }
        for how in [How::Room, How::Browser, How::Desk] {
            assert_eq!(How::of_name(how.name()), Some(how));
        }
    }
}
