//! The store: the bank's data in SQLite or PostgreSQL, through one set of statements.
//!
//! It contains tables, rows and constraints, and no business rules (those are in `services`). It never signs, never
//! hashes a password, and reads no clock: every time is an argument. Writers are serial on both databases, so a check
//! made inside a [`Tx`] still holds at its commit.
//!
//! - [`connect`]: opens a [`Store`] from a URL; `engine`: the two databases; [`open`]: opens an existing database without
//!   creating one
//! - [`postgres_url`]: which URLs are safe to connect to; [`tls_fault`]: why TLS failed
//! - [`migrate`]: numbered, forward-only migrations
//! - [`tx`]: the one way to write; a change without an audit row does not commit; [`deferred_commit`]: a deferred commit
//! - [`db`]: reading from the store or from inside a transaction
//! - `sql`: a statement and its answer; [`row`]: a column becomes a Rust value
//! - [`text_enum`]: enums that are words in the database
//! - [`id`]: random identifiers
//! - [`error`]: errors, with unique constraints by name
//! - [`audit`]: the hash-chained log
//! - [`contracts`] ([`contract_pages`]: page by page, [`contract_batches`]: many of them), [`staff`], [`activation_codes`], [`proposals`], [`applications`], [`grants`], [`users`],
//!   [`acquisition`], [`password_letters`], [`contract_duties`]: who may have a certificate
//! - [`enrolment_requests`], [`certificates`] ([`subject`]: their holders), [`status_changes`], [`crls`],
//!   [`ocsp_responses`], [`signer_certificates`]: issue, revocation, and what is published about it
//! - [`rsa_keys`]: RSA keys, to be compared with one another
//! - [`sessions`], [`agent_logins`], [`login_history`], [`shadow_locks`], [`console_use`]: logins and their locks
//! - [`jobs`]: scheduled work; [`imports`]: uploaded lists of contracts; [`idempotency`]: responses of the API
//! - [`backup`]: copies of the whole database; [`positions`]: how far it has come; [`restores`], [`sequence_floors`],
//!   [`unknown_serials`]: how a restored one continues
//! - [`outbox`]: mail to customers, until it is sent or given up

pub mod acquisition;
pub mod activation_codes;
pub mod agent_logins;
pub mod applications;
pub mod audit;
pub mod backup;
pub mod certificates;
pub mod connect;
pub mod console_use;
pub mod contract_batches;
pub mod contract_duties;
pub mod contract_pages;
pub mod contracts;
pub mod crls;
pub mod db;
pub mod deferred_commit;
mod engine;
pub mod enrolment_requests;
pub mod error;
pub mod grants;
pub mod id;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod login_history;
pub mod migrate;
pub mod ocsp_responses;
pub mod open;
pub mod outbox;
pub mod password_letters;
pub mod positions;
pub mod postgres_url;
pub mod proposals;
pub mod restores;
mod row;
pub mod rsa_keys;
pub mod sequence_floors;
pub mod sessions;
pub mod shadow_locks;
pub mod signer_certificates;
mod sql;
pub mod staff;
pub mod status_changes;
pub mod subject;
pub mod text_enum;
pub mod tls_fault;
pub mod tx;
pub mod unknown_serials;
pub mod users;

pub use connect::{Backend, Store};
pub use db::Db;
pub use deferred_commit::DeferredCommit;
pub use error::{StoreError, Unique};
pub use subject::Subject;
pub use tx::Tx;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
