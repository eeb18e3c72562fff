//! The CRL of a root CA: which issuing CAs are revoked. The root's key is offline, so its CRL is signed in a ceremony, for about a
//! year, and recorded in the same transcript. The server signs the CRLs of the issuing CAs.
//!
//! - `sign`: signs the next CRL
//! - `read`: reads and verifies the CRL in its file
//! - `reason`: why a CA's certificate was revoked
//! - `error`: why no CRL was signed

mod error;
mod read;
mod reason;
mod sign;

pub use error::CrlError;
pub use read::{CrlDefect, VerifiedCrl, read, read_der};
pub use reason::RevocationReason;
pub use sign::{NewCrl, RevokedCertificate, SignedCrl, sign};

/// Largest CRL file read, in bytes.
pub const MAX_CRL_BYTES: u64 = 1024 * 1024;
/// How long a CRL may be valid, in days.
pub const VALIDITY_DAYS: std::ops::RangeInclusive<u32> = 1..=1100;
