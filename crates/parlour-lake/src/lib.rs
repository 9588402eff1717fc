//! The lake: sealed activity and events in Parquet runs sorted by subject, and the kernel that reads them.
//!
//! A run is written once, fsynced, and never changed. Which runs count is said by rows of the database, never by what
//! lies in the folder.

pub mod activity;
pub mod chunk;
mod column;
pub mod compact;
pub mod event;
pub mod kernel;
pub mod remote;
pub mod run;
pub mod shape;
pub mod standing;
pub mod without;
