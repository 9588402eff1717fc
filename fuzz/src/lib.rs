//! What is done to every decoder with whatever bytes: nothing may panic, and what comes out must be sound.
//!
//! The same functions run under libFuzzer here and with seeded mutations in the tests of the binary.

#[cfg(feature = "whole")]
pub mod outer;
pub mod wire;
