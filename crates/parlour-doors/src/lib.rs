//! Doors to the outside: how facts from elsewhere become events, and how what was decided gets out.
//!
//! Under `file` there is decoding and streaming only; `import` carries what it reads to the engine. `courier` sends what
//! is in the outbox, `fediverse` hears what was posted to a brand there, `mentions` looks at pages of others, `catalogue` reads what brands sell; `guard` is what
//! they go out through.

pub mod catalogue;
pub mod courier;
pub mod fediverse;
pub mod file;
mod guard;
pub mod import;
mod markup;
pub mod mentions;
