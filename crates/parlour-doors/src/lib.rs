//! Doors to the outside: how facts from elsewhere become events.
//!
//! Under `file` there is decoding and streaming only; `import` carries what it reads to the engine.

pub mod file;
pub mod import;
