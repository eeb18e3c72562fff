//! What is good and what is not, for those who ask: this server's own door, and everybody who reads lists.
//!
//! The truth is the store. What is held here in memory only ever refuses sooner; it never lets anybody in. Lists and
//! answers that were signed stay good until their end when the HSM is unavailable, and those in memory when the store is.
//!
//! - [`memory`]: serial numbers that are not good, in this process
//! - `watch`: following the sequence of changes, on every instance
//! - [`scope`]: whose list
//! - `crls`: publishing lists, full and delta
//! - [`published`]: lists as they are handed out
//! - `signers`: certificates of the key that signs answers
//! - [`responses`]: OCSP requests answered
//! - `presign`: answers signed before anybody asks
//! - [`cache`]: answers kept in this process, in [`generations`]
//! - `timeout`: how long the store is waited for where there is another answer than its own
//! - `finding`: what needs a look, and what keeps the CAs from issuing
//! - [`health`]: the HSM and the store, for the operator; [`overview`]: every list and how fresh it is

pub mod cache;
mod crls;
mod finding;
pub mod generations;
pub mod health;
pub mod memory;
pub mod overview;
mod presign;
pub mod published;
pub mod responses;
pub mod scope;
mod signers;
mod timeout;
mod watch;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

pub use cache::ReadyResponse;
pub use finding::HealthFinding;
pub use generations::Generations;
pub use health::{Health, StoreFault};
pub use memory::{Ended, StatusMemory};
pub use overview::CrlState;
pub use published::ReadyCrl;
pub use responses::Reply;
pub use scope::{Scope, on_record};

pub use crate::ca::ocsp::Problem as OcspProblem;
pub use crate::ca::ocsp::request::LONGEST as LONGEST_OCSP_REQUEST;
pub use crate::store::crls::{Kind as CrlKind, Published};

pub(in crate::services) use published::ReadyCrls;
pub(in crate::services) use responses::{Responder, digests};
pub(in crate::services) use scope::ca_id;
pub(in crate::services) use signers::Signers;
pub(in crate::services) use timeout::Silence;
