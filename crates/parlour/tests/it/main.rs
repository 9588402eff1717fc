//! The shipped binary from outside: what it says, what it keeps, and what it withstands.
#![expect(clippy::print_stderr, reason = "seeds and counts belong beside a failure")]
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod afar;
mod among;
mod backup;
mod cdnow;
mod classify;
mod clock;
mod crash;
mod delivery;
mod disk;
mod erased;
mod faults;
mod fediverse;
mod forgotten;
mod full;
mod fuzzed;
mod habits;
mod hangup;
mod hostile;
mod house;
mod injected;
mod mail;
mod models;
mod mqtt;
mod nasty;
mod opening;
mod oracle;
mod orders;
mod outage;
mod outbox;
mod post_office;
mod postgresql;
mod power;
mod rebuild;
mod remote;
mod rooms;
mod senders;
mod served;
mod sources;
mod staff;
mod telemetry;
