//! What becomes of a certificate after it was issued.
//!
//! - [`lifecycle`]: permitted transitions; revocation, suspension, cancellation
//! - [`status`]: inactive certificates in memory, in CRLs, by OCSP; health

pub mod lifecycle;
pub mod status;
