//! The keys and certificates that Windows keeps for this user: one token, "this computer". A key is in the TPM where
//! there is one, otherwise in Windows' own store; the certificate is in the stores that browsers read. A card that only
//! Windows supports, through its minidriver, is another such token.
//!
//! What can be known without Windows is here and tested everywhere; [`open`] and [`tokens`] call Windows, and find nothing
//! on other systems. Like every driver it runs in a separate process
//! (`docs/decisions/0031-windows-key-store.md`).
//!
//! - [`names`]: names of key containers: whose, from which computer, with which label
//! - [`blob`]: public keys as Windows exports them
//! - [`link`]: which key belongs to a certificate; key references
//! - [`listing`]: which certificates are listed
//! - [`code`]: what Windows' error codes mean for a key
//! - [`computer`]: what identifies this user on this computer
//! - `system`: the token itself, on Windows; elsewhere in `elsewhere.rs`

pub mod blob;
pub mod code;
pub mod computer;
pub mod link;
pub mod listing;
pub mod names;
#[cfg(not(windows))]
#[path = "elsewhere.rs"]
mod system;
#[cfg(windows)]
mod system;

pub use system::{open, tokens};

/// Name of the token and of its driver, for users and JSON.
pub const NAME: &str = "Windows";
