//! The store on both databases. Each scenario runs whole on SQLite and whole on PostgreSQL.
//!
//! - [`schema`]: migrations from empty, again, from a newer program; types and NULL
//! - [`answers`]: what is kept of a request; a commit held back; lists page by page
//! - [`chain`]: the audit log under concurrent writers, and tampered with
//! - [`rules`]: what the constraints refuse
//! - [`life`]: grants, requests and certificates through their states
//! - [`agent_logins`]: a login with the agent through its states
//! - [`duties`]: letters with passwords, and whom the database refuses one
//! - [`full`]: a disk without room
//! - [`jobs`]: scheduled work, claimed by one instance at a time
//! - [`mail`]: the outbox
//! - [`proposals`]: two persons, by the schema; searching contracts
//! - [`rows`]: small rows for the others

mod agent_logins;
mod answers;
mod chain;
mod duties;
mod full;
mod jobs;
mod life;
mod mail;
mod proposals;
mod rows;
mod rules;
mod schema;
