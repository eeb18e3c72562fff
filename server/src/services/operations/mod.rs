//! What runs automatically.
//!
//! - [`jobs`]: scheduled work and its results
//! - [`expiry`]: when the bank's own certificates and CRLs expire
//! - [`sealing`]: the HSM sealed and unsealed: audit rows, and progress for the console
//! - [`unseal_refusal`]: why a share was refused
//! - [`unsealing`]: an officer's share from the console and the agent; sealing from the console

pub mod expiry;
pub mod jobs;
pub mod sealing;
pub mod unseal_refusal;
pub mod unsealing;
