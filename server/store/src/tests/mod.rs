//! The store on both databases. Each scenario runs whole on SQLite and whole on PostgreSQL.
//!
//! - [`schema`]: migrations from empty, again, from a newer program; types and NULL
//! - [`idempotency`]: stored responses; deferred commits; lists page by page
//! - [`chain`]: the audit log under concurrent writers, and tampered with
//! - [`rules`]: what the constraints refuse
//! - [`enrolment_requests`]: requests through their states
//! - [`lifecycle`]: grants and certificates through their states
//! - [`agent_logins`]: a login with the agent through its states
//! - [`mod@backup`]: copies of a database in use; how a restored one continues
//! - [`duties`]: letters with passwords, and people to whom the database refuses them
//! - [`full`]: a disk without room
//! - [`group`]: transactions that share a commit; [`crash`]: the process ends at every step; [`victim`]: that process
//! - [`jobs`]: scheduled work, claimed by one instance at a time
//! - [`mail`]: the outbox
//! - [`proposals`]: two people, enforced by the schema; searching contracts
//! - [`hold`]: who can block the writers, and how long a migration may take
//! - [`open`]: an existing database; a complete SQLite file
//! - [`tls`]: a server on another computer
//! - [`vocabulary`]: rows that were stored under earlier words
//! - [`rows`]: small rows for the others

mod agent_logins;
mod backup;
mod chain;
mod crash;
mod duties;
mod enrolment_requests;
mod full;
mod group;
mod hold;
mod idempotency;
mod jobs;
mod lifecycle;
mod mail;
mod open;
mod proposals;
mod rows;
mod rules;
mod schema;
mod tls;
mod victim;
mod vocabulary;
