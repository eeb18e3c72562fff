//! The status of certificates, for this server's own checks and for everybody who reads CRLs and OCSP responses.
//!
//! The truth is the store. The memory here only ever refuses earlier; it never lets anybody in. Signed CRLs and
//! responses remain valid until they expire while the HSM is unavailable, and those in memory while the store is.
//!
//! - [`memory`]: serial numbers of inactive certificates, in this process
//! - `watch`: following the sequence of changes, on every instance
//! - [`scope`]: the scope of a CRL
//! - `crls`: publishing CRLs, full and delta
//! - [`published`]: CRLs as they are served
//! - `signers`: certificates of the OCSP signers
//! - [`responses`]: answering OCSP requests
//! - `presign`: responses signed in advance
//! - [`cache`]: responses kept in this process, in [`generations`]
//! - `timeout`: how long the store is waited for if there is another answer
//! - `finding`: what needs attention, and what prevents the CAs from issuing
//! - [`health`]: the HSM and the store, for the operator; [`overview`]: every CRL and its validity

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
