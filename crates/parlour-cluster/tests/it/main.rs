//! A cluster of real processes on this machine: what it counts is what the embedded kernel counts, whoever dies meanwhile.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails that should not")]

mod counted;
mod explored;
mod lost;
mod processes;
mod tables;
mod tallied;
mod world;
