//! When something happened, of what the sender's clock and ours say.

/// When something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    /// By our own clock, microseconds UTC.
    pub(super) at: i64,
    /// By the sender's, where that is not the same.
    pub(super) said_at: Option<i64>,
    /// Whether the sender did not say.
    pub(super) undated: bool,
}

impl Moment {
    /// As the sender says.
    pub(super) fn said(at: i64) -> Self {
        Self { at, said_at: None, undated: false }
    }

    /// By when it came alone.
    pub(super) fn received(at: i64) -> Self {
        Self { at, said_at: None, undated: true }
    }

    /// As long before the receipt as it was, by the sender's clock, before the sending.
    pub(super) fn corrected(original: i64, sent_at: Option<i64>, received_at: i64) -> Self {
        let Some(sent_at) = sent_at else { return Self::said(original) };
        let at = received_at.saturating_sub(sent_at.saturating_sub(original));
        Self { at, said_at: (at != original).then_some(original), undated: false }
    }
}
