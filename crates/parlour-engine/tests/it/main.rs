//! The engine from outside, on both databases: whatever the order, the parcels and the interruptions, the same comes out.
#![expect(clippy::print_stderr, reason = "seeds and counts belong beside a failure")]
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod alerts;
mod asks;
mod bench;
mod claims;
mod erasing;
mod histories;
mod intake;
mod moments;
mod mqtt;
mod names;
mod offers;
mod rejections;
mod repeats;
mod sources;
mod world;
mod worth;

/// Makes one test per database of each function, which is given the kind.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(parlour_store::Kind::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(parlour_store::Kind::Postgres); })*
        }
    };
}
pub(crate) use on_both;
