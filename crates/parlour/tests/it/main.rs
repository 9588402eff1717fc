//! The shipped binary from outside: what it says, what it keeps, and what it withstands.
#![expect(clippy::print_stderr, reason = "seeds and counts belong beside a failure")]
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod cdnow;
mod crash;
mod disk;
mod full;
mod habits;
mod house;
mod injected;
mod mqtt;
mod nasty;
mod opening;
mod orders;
mod power;
mod rebuild;
mod sources;
