//! The store on both databases. Each scenario runs whole on SQLite and whole on PostgreSQL.
//!
//! - [`schema`]: migrations from empty, again, from a newer program; types and NULL
//! - [`chain`]: the audit log under concurrent writers, and tampered with
//! - [`rules`]: what the constraints refuse
//! - [`life`]: grants, requests and certificates through their states
//! - [`full`]: a disk without room
//! - [`rows`]: small rows for the others

mod chain;
mod full;
mod life;
mod rows;
mod rules;
mod schema;
