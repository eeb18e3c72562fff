//! The agent's own PIV code on virtual cards behind the machine's real pcscd.
//!
//! - [`keys`]: made, used, listed, destroyed
//! - [`certificates`]: written, read, replaced, deleted; the objects other programs know a card by
//! - [`others`]: other people's programs read what our code wrote, and ours reads theirs
//! - [`pins`]: wrong, last, blocked, changed, unblocked; never sent twice
//! - [`management`]: every cipher, changed keys, a key kept under the PIN
//! - [`pulled`]: the card pulled at every command
//! - [`foreign`]: what is somebody else's stays
//! - [`shared`]: other programs on the same card; readers and service that go
//! - [`hostile`]: cards that lie
//! - [`store`]: the card as a key store
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

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
