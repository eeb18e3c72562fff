//! The agent's own PIV code on virtual cards behind the machine's real pcscd.
//!
//! - [`keys`]: generated, used, listed, deleted
//! - [`certificates`]: written, read, replaced, deleted; the objects by which other programs identify a card
//! - [`others`]: other programs read what our code wrote, and ours reads theirs
//! - [`pins`]: wrong, last, blocked, changed, unblocked; never sent twice
//! - [`management`]: every cipher, changed keys, a key protected by the PIN
//! - [`pulled`]: the card removed at every command
//! - [`foreign`]: objects of other programs are kept
//! - [`shared`]: other programs on the same card; readers and services that stop
//! - [`hostile`]: cards that send malformed responses
//! - [`store`]: the card as a key store
#![cfg(unix)] // pcscd
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

mod agreement;
mod certificates;
mod commands;
mod foreign;
mod harness;
mod hostile;
mod keys;
mod management;
mod others;
mod pins;
mod pulled;
mod shared;
mod store;
mod typed;
