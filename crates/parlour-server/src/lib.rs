//! HTTP: the Desk's API and its pages over one engine. It decides who may ask and how much, and computes nothing.
//!
//! Handlers are thin: typed input, one call into the engine on a thread that may block, conversion. Wire types live in
//! `api` and never enter the engine.

mod access;
mod ahead;
mod api;
mod app;
mod border;
mod cursor;
mod doors;
mod error;
mod held;
mod imap;
mod input;
mod links;
mod meter;
mod mqtt;
mod oidc;
mod openapi;
mod passkey;
mod password;
mod rights;
mod rooms;
mod router;
mod serve;
mod sign_in;
mod tls;
mod trace;
mod ui;
mod words;

pub use api::metrics::metrics_text;
pub use app::{App, IS_SAMPLE, LoadSample, SendMail, Shared};
pub use doors::unpacked;
pub use openapi::openapi;
pub use rooms::inviting::room_link;
pub use router::router;
pub use serve::serve;
pub use sign_in::{sign_in_link, sign_in_link_as};
