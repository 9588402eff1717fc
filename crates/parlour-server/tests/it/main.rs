//! The real server on port 0, over real sockets, with a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod alerts;
mod asks;
mod audiences;
mod brands;
mod client;
mod definitions;
mod desk;
mod doors;
mod explore;
mod forms;
mod golden;
mod known;
mod limits;
mod mending;
mod merges;
mod models;
mod numbers;
mod offers;
mod reading;
mod room_doors;
mod room_life;
mod rooms;
mod sources;
mod staff;
mod talks;
mod upkeep;
mod webhooks;
