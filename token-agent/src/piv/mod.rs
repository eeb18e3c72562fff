//! PIV cards (NIST SP 800-73-4, and what keys of Yubico add to it), spoken to through PC/SC by ourselves: drivers of other
//! makers cannot generate keys or write certificates on them.
//!
//! Nothing foreign is overwritten, no PIN is sent twice, and a card pulled out between any two commands holds nothing that
//! is not known again.
//!
//! - [`card`]: an opened card
//! - [`store`], [`fault`], [`thread`]: the card as a key store, its failures in the words of all stores, its thread
//! - [`look`]: the cards in all readers
//! - [`content`], [`change`]: what is in the slots, and changing it
//! - [`slot`], [`container`], [`object`], [`identity`]: slots, certificates, data objects, and those a card is known by
//! - [`own`]: the certificate a key has until the bank's comes
//! - [`opener`], [`keypad`]: what opens the card for its owner; a reader's own keypad
//! - [`pin`], [`management`], [`cipher`]: PIN and PUK, management key
//! - [`sign`], [`algorithm`]: signatures
//! - [`session`], [`metadata`], [`apdu`], [`tlv`]: commands and answers
//! - [`error`]: what can go wrong

mod algorithm;
mod apdu;
pub mod card;
mod change;
mod cipher;
pub mod container;
pub mod content;
pub mod error;
mod fault;
mod identity;
mod keypad;
pub mod look;
mod management;
mod metadata;
mod object;
mod opener;
mod own;
pub mod pin;
pub mod session;
mod sign;
pub mod slot;
pub mod store;
mod thread;
mod tlv;

pub use card::PivCard;
pub use error::PivError;
pub use slot::Slot;
pub use store::PivStore;
