//! The certification authority: what is signed, and the HSM that signs.
//!
//! Not here: who may have a certificate (`services`) and where it is recorded (`store`).
//!
//! - [`hsm`]: worker pool in front of PKCS#11
//! - [`profile`]: the profile of the issued certificates
//! - `tbs`: exact to-be-signed bytes without signing
//! - [`lint`]: compares those bytes with the profile
//! - [`id`]: which CA
//! - [`issuing_ca`]: one CA; [`authority`]: all of them, and which signs new certificates
//! - [`issue`]: signing, verifying, comparing
//! - `encoding`: times and URLs in DER; `subject`: subject names
//! - [`crl`]: revocation lists
//! - [`audit_key`]: the key that signs the audit chain
//! - [`ocsp`]: parsing requests, signing responses
//! - [`shard`]: which CRL shard a certificate points to
//! - [`reason`]: reasons for a revocation

pub mod audit_key;
pub mod authority;
pub mod crl;
mod encoding;
pub mod hsm;
pub mod id;
pub mod issue;
pub mod issuing_ca;
pub mod lint;
pub mod ocsp;
pub mod profile;
pub mod reason;
pub mod shard;
mod subject;
mod tbs;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod vector_tests;

pub use authority::Authority;
pub use encoding::EncodingError;
pub use id::{CaId, IssuerId};
pub use issuing_ca::IssuingCa;
pub use subject::SubjectError;
