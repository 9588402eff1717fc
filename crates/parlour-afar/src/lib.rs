//! Questions about everybody that are counted on other machines: what is sent there, what comes back, and the client.
//!
//! What is sent is all that the kernel reads, but for the runs, which are named. So whoever counts runs the same kernel on the
//! same rows, and as all sums are of integers, the same bits come back, however the work was parted.

mod client;
mod question;
mod statement;

pub use client::{Afar, AfarError, Progress};
pub use question::{
    Answer, Lake, NotWhole, Part, Question, Run, Standings, Stands, Sums, Tallied, Under, What, add_sums, sums_of,
};
pub use statement::{Cell, Statement, TABLES, Table};
