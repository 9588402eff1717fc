//! What happened, to whom, and what it means: the pure middle of Parlour.
//!
//! Values in, values out: nothing here reads a clock, a disk or a network, draws randomness, or can panic on any input.

pub mod activity;
pub mod address;
pub mod alert;
pub mod ask;
pub mod change;
pub mod consent;
pub mod contract;
pub mod conversation;
pub mod day;
pub mod detection;
pub mod door;
pub mod duty;
pub mod event;
pub mod fold;
pub mod forecast;
pub mod growth;
pub mod identity;
pub mod key;
pub mod leaving;
pub mod lens;
pub mod objects;
pub mod panel;
pub mod parameters;
pub mod population;
pub mod purchases;
pub mod reading;
pub mod relation;
pub mod rhythm;
pub mod said;
pub mod sentence;
pub mod standing;
pub mod time;
pub mod vocabulary;
pub mod why;
pub mod wire;
pub mod worth;
