//! The contract of the store, run on both databases.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod alerting;
mod among;
mod bench;
mod doors;
mod exploring;
mod nouns;
mod opening;
mod personal;
mod rooms;
mod writing;

/// Makes one test per database of each function, which is given a place of its own.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::bench::Bench::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&crate::bench::Bench::postgres()); })*
        }
    };
}
pub(crate) use on_both;
