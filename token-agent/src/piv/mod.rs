//! PIV cards (NIST SP 800-73-4 with Yubico's extensions), accessed directly through PC/SC: drivers of other vendors
//! cannot generate keys or write certificates on them.
//!
//! Foreign objects are never overwritten, no PIN is sent twice, and a card that is removed between any two commands
//! holds nothing unidentified.
//!
//! - [`card`]: an opened card
//! - [`store`], [`fault`], [`thread`]: the card as a key store, its errors, its thread
//! - [`discovery`]: the cards in all readers
//! - [`content`], [`change`]: the contents of the slots, and changes to them
//! - [`slot`], [`container`], [`object`], [`identity`]: slots, certificate objects, data objects, and the objects that
//!   identify a card
//! - [`placeholder`]: the certificate of a key until the bank's arrives
//! - [`card_login`], [`keypad`]: how the card is unlocked; the reader's keypad
//! - [`pin`], [`management`], [`cipher`]: PIN and PUK, management key
//! - [`sign`], [`agree`], [`algorithm`]: signatures, key agreement
//! - [`session`], [`metadata`], [`apdu`], [`tlv`]: commands and responses
//! - [`error`]: error types

mod agree;
mod algorithm;
mod apdu;
pub mod card;
mod card_login;
mod change;
mod cipher;
pub mod container;
pub mod content;
pub mod discovery;
pub mod error;
mod fault;
mod identity;
mod keypad;
mod management;
mod metadata;
mod object;
pub mod pin;
mod placeholder;
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
