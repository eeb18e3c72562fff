//! What runs automatically.
//!
//! - [`jobs`]: scheduled work and its results
//! - [`expiry`]: when the bank's own certificates and CRLs expire
//! - [`sealing`]: the HSM sealed and unsealed: audit rows, and progress for the console

pub mod expiry;
pub mod jobs;
pub mod sealing;
