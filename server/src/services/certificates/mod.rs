//! Certificates after their issue.
//!
//! - [`lifecycle`]: permitted transitions; revocation, suspension, cancellation
//! - [`status`]: inactive certificates in memory, in CRLs, by OCSP; health

pub mod lifecycle;
pub mod status;
