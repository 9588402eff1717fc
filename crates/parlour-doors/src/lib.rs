//! Doors to the outside: how facts from elsewhere become events.
//!
//! Decoding and streaming only: nothing here knows of the database or of what an event comes to mean.

pub mod file;
