//! The customer's tokens as operations use them.
//!
//! - [`computer`]: the tokens of this computer: drivers and readers
//! - `doubles`: one card, shown once
//! - [`opened`]: a token that is open, shared by those who use it
//! - [`lock`]: one agent at a time on one token
//! - [`label`]: how our keys are found again
//! - [`notes`]: the same for tokens that keep no labels
//! - [`signer`]: the token's key as a signer for CSR, TLS and proof

pub mod computer;
mod doubles;
pub mod label;
pub mod lock;
pub mod notes;
pub mod opened;
pub mod signer;
