//! The customer's tokens as operations use them.
//!
//! - [`local`]: the tokens of this computer: drivers and readers
//! - `duplicates`: removes duplicates from the list
//! - [`open_token`]: an opened token, shared by its users
//! - [`lock`]: one agent at a time on one token
//! - [`label`]: labels that identify our keys
//! - [`stored_labels`]: the same for tokens that store no labels
//! - [`signer`]: the token's key as a signer for CSR, TLS and proof

mod duplicates;
pub mod label;
pub mod local;
pub mod lock;
pub mod open_token;
pub mod signer;
pub mod stored_labels;
