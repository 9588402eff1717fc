//! The corridor: events are journalled, folded, sealed; people's standings are read. It owns the clock and the tasks.

pub mod alerts;
pub mod arrivals;
mod bell;
pub mod clock;
pub mod codec;
pub mod desk;
mod digest;
pub mod doctor;
mod duplicates;
mod engine;
mod error;
mod fold;
mod intake;
pub mod jobs;
mod keep;
mod kept;
pub mod mapping;
pub mod mqtt;
mod names;
pub mod outbox;
pub mod random;
mod rebuild;
pub mod rejections;
mod seal;
pub mod settings;
pub mod signature;
mod simulated;
pub mod snapshot;
pub mod source;
mod tail;
pub mod webhook;
mod window;

pub use engine::{Alongside, Engine, Receipt, Refused, Submission, Tasks};
pub use error::EngineError;
pub use fold::Novelty;
pub use rebuild::Rebuilt;
