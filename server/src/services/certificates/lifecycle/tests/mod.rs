//! Revocation, suspension and cancellation on both databases: what ends, for whom, what is refused and recorded.
//!
//! - `bank`: what the bank does, through its own services
//! - `revoking`: by whom, for which reason, twice, too late, before the first use
//! - `suspending`: suspension, release, and the successor that must wait
//! - `cancelling`: a contract with everything that belongs to it
//! - `watching`: two instances over one database

pub(in crate::services) mod bank;
mod cancelling;
mod revoking;
mod suspending;
mod watching;
