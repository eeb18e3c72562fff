//! How a certificate is requested, issued, activated and renewed.
//!
//! - [`request`]: a page's request, picked up by the agent
//! - [`issuing`]: the intent is recorded, then signed, then stored
//! - `abandon`: an issue that cannot be finished is replaced by one with another key
//! - [`activation`]: proof over mutual TLS that the token can use its certificate
//! - [`renewal`]: a successor while the old certificate is valid
//! - [`reconciliation`]: on start, what a crash left open
//! - [`staff`]: staff certificates with the agent; [`staff_certificate`]: their profile and intent
//! - [`shared_factors`]: RSA keys that share a prime with a recorded one

pub(super) mod abandon;
pub mod activation;
pub mod issuing;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod issuing_tests;
pub mod reconciliation;
pub mod renewal;
pub mod request;
pub mod shared_factors;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod shared_factors_tests;
pub mod staff;
pub mod staff_certificate;
