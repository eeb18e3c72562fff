//! The customer's token, through PKCS#11.
//!
//! Each token has one thread, which owns its session: a token that hangs cannot hang the agent, and no call overtakes
//! another.
//!
//! - [`fault`]: PKCS#11 errors → [`TokenError`](crate::error::TokenError)
//! - [`find`]: modules, the tokens in them, and choosing one
//! - [`thread`]: the thread of one token
//! - [`lock`]: one agent at a time on one token
//! - [`login`]: the PIN, once
//! - [`label`]: how our keys are found again
//! - [`content`]: certificates and key pairs on a token, matched
//! - [`signer`]: the token's key as a signer for CSR, TLS and proof

pub mod content;
pub mod fault;
pub mod find;
pub mod label;
pub mod lock;
pub mod login;
pub mod signer;
pub mod thread;
