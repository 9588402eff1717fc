//! What Parlour keeps in SQL: one text of SQL over SQLite and PostgreSQL, two thin adapters, one file per noun.
//!
//! The store blocks and knows no meaning: it computes no score and does no arithmetic on time. Every effect goes
//! through [`Database::write`], whose answer comes after the commit is on disk; [`Database::read`] sees one
//! snapshot of what is committed; [`Database::explore`] runs a stranger's `SELECT` and can do no harm.
//!
//! - Call it from threads that may block, never from a thread that drives an async runtime.
//! - Do not call `write` or `read` inside the work given to either: the first would wait for itself.
//! - PostgreSQL is reached without TLS; put it on the same host or a private network.

pub mod acquaintance;
pub mod activity;
pub mod actor;
pub mod album;
pub mod alert;
pub mod ask;
pub mod attachment;
pub mod audience;
pub mod audit;
pub mod claim;
pub mod conn;
pub mod consent;
pub mod conversation;
pub mod correction;
pub mod credential;
mod database;
pub mod delivery;
pub mod dispute;
pub mod draft;
pub mod entity;
pub mod erasure;
mod error;
pub mod explore;
pub mod fact;
pub mod feed;
pub mod fit;
pub mod follower;
pub mod frame;
pub mod handling;
pub mod hook;
pub mod identity;
pub mod image_set;
pub mod job;
pub mod journal;
pub mod letter;
pub mod link;
pub mod mailbox;
pub mod media;
pub mod member;
pub mod member_session;
pub mod mention;
pub mod note;
pub mod occasion;
pub mod passkey;
pub mod peek;
pub mod personal;
pub mod photo;
mod pool;
pub mod post;
mod postgresql;
pub mod product;
pub mod question;
pub mod rejected;
pub mod remote_actor;
pub mod reply;
mod rows;
pub mod run;
pub mod saved_answer;
mod schema;
pub mod server;
pub mod session;
pub mod setting;
pub mod source;
pub mod source_key;
pub mod source_tally;
mod sqlite;
pub mod staff;
pub mod standing;
pub mod tag;
pub mod tally;
pub mod thread;
pub mod transfer;
pub mod unsubscribed;
mod value;
pub mod verb_name;
mod writer;

pub use conn::Conn;
pub use database::{Database, Kind};
pub use error::StoreError;
pub use explore::{ExploreLimits, Table, TableShape};
pub use postgresql::Listener;
pub use schema::SCHEMA_VERSION;
pub use value::{Row, Value};
