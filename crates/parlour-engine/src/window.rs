//! The clock by which message ids are forgotten. It follows the times at which batches came, but neither goes back nor
//! leaps: a server's clock that is set wrong for a while must not make it forget ids that its senders may still repeat.

use parlour_store::{Conn, StoreError, journal};

/// Most microseconds that it goes on from one batch to the next. Where nothing comes for longer, ids are remembered
/// for longer.
const MOST: i64 = 3_600_000_000;
/// The cursors under which it is kept.
const CURSORS: [&str; 2] = ["window_now", "window_received"];

/// Where it stood when the last batch came; nowhere before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowClock(Option<Stand>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stand {
    /// Its own time, microseconds.
    now: i64,
    /// The server's time when the batch came, microseconds UTC.
    received_at: i64,
}

impl WindowClock {
    /// One that stands at a time of the server's.
    pub(crate) fn of(received_at: i64) -> Self {
        Self(Some(Stand { now: received_at, received_at }))
    }

    /// As it was kept; `None` where it never was.
    pub(crate) fn read(conn: &mut dyn Conn) -> Result<Option<Self>, StoreError> {
        let [now, received_at] = CURSORS;
        let stand = Stand { now: journal::cursor(conn, now)?, received_at: journal::cursor(conn, received_at)? };
        Ok((stand != Stand { now: 0, received_at: 0 }).then_some(Self(Some(stand))))
    }

    /// Keeps it.
    pub(crate) fn write(self, conn: &mut dyn Conn) -> Result<(), StoreError> {
        let Some(stand) = self.0 else { return Ok(()) };
        let [now, received_at] = CURSORS;
        journal::set_cursor(conn, now, stand.now)?;
        journal::set_cursor(conn, received_at, stand.received_at)
    }

    /// Its time for a batch that comes next, at this time of the server's.
    pub(crate) fn at(self, received_at: i64) -> i64 {
        let on = |stand: Stand| stand.now.saturating_add(received_at.saturating_sub(stand.received_at).clamp(0, MOST));
        self.0.map_or(received_at, on)
    }

    /// Itself after that batch.
    pub(crate) fn after(self, received_at: i64) -> Self {
        Self(Some(Stand { now: self.at(received_at), received_at }))
    }

    /// Its time when the last batch came.
    pub(crate) fn now(self) -> i64 {
        self.0.map_or(0, |stand| stand.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = MOST;
    const YEAR: i64 = 365 * 24 * HOUR;

    #[test]
    fn it_goes_on_with_the_server_and_leaps_with_nothing() {
        let times = [5, 9, 9 + HOUR, 9 + HOUR + 10 * YEAR, 9 + 2 * HOUR, 9 + 2 * HOUR + 7, -60 * YEAR, 3 - 60 * YEAR];
        let mut clock = WindowClock::default();
        let stood = times.map(|at| {
            clock = clock.after(at);
            clock.now()
        });
        let one = 9 + HOUR;
        assert_eq!(stood, [5, 9, one, one + HOUR, one + HOUR, one + HOUR + 7, one + HOUR + 7, one + HOUR + 10]);
        assert_eq!(WindowClock::of(YEAR).at(3 * YEAR), YEAR + HOUR);
        assert_eq!(WindowClock::of(i64::MAX).at(i64::MIN), i64::MAX);
    }
}
