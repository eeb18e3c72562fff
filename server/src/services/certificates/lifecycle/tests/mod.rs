//! Revocation, suspension and cancellation on both databases: what ends, for whom, what is refused and recorded.
//!
//! - `bank`: what the bank does, by its own doors
//! - `revoking`: who may, why, twice, too late, before it was used
//! - `suspending`: suspension, release, and the successor that must wait
//! - `cancelling`: a contract with everything that belongs to it
//! - `watching`: two instances over one database

pub(in crate::services) mod bank;
mod cancelling;
mod revoking;
mod suspending;
mod watching;
