//! What is good and what is not, for those who ask: this server's own door, and everybody who reads lists.
//!
//! The truth is the store. What is held here in memory only ever refuses sooner; it never lets anybody in. Lists and
//! answers that were signed stay good until their end when the HSM is away, and those in memory when the store is.
//!
//! - [`memory`]: serial numbers that are not good, in this process
//! - `watch`: following the sequence of changes, on every instance
//! - [`scope`]: whose list
//! - `lists`: publishing lists, full and delta
//! - [`published`]: lists as they are handed out
//! - `signers`: certificates of the key that signs answers
//! - [`answers`]: OCSP requests answered
//! - `ahead`: answers signed before anybody asks
//! - [`kept`]: answers kept in this process, in [`generations`]
//! - `patience`: how long the store is waited for where there is another answer than its own
//! - `finding`: what needs a look, and what keeps the CAs from issuing
//! - [`health`]: the HSM and the store, for the operator; [`overview`]: every list and how fresh it is

mod ahead;
pub mod answers;
mod finding;
pub mod generations;
pub mod health;
pub mod kept;
mod lists;
pub mod memory;
pub mod overview;
mod patience;
pub mod published;
pub mod scope;
mod signers;
mod watch;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

pub use answers::Reply;
pub use finding::HealthFinding;
pub use generations::Generations;
pub use health::{Health, StoreTrouble};
pub use kept::ReadyAnswer;
pub use memory::{Ended, StatusMemory};
pub use overview::ListState;
pub use published::ReadyList;
pub use scope::{Scope, on_record};

pub use crate::ca::ocsp::Problem as OcspProblem;
pub use crate::ca::ocsp::request::LONGEST as LONGEST_OCSP_REQUEST;
pub use crate::store::crl_lists::{Kind as ListKind, Published};

pub(in crate::workflow) use answers::{Responder, digests};
pub(in crate::workflow) use patience::Silence;
pub(in crate::workflow) use published::ReadyLists;
pub(in crate::workflow) use scope::ca_id;
pub(in crate::workflow) use signers::Signers;
