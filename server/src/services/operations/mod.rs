//! What runs automatically.
//!
//! - [`jobs`]: scheduled work and its results
//! - [`expiry`]: when the bank's own certificates and CRLs expire

pub mod expiry;
pub mod jobs;
