//! Card readers through the system's PC/SC service. Independent of the contents of a card.
//!
//! A card is shared with other programs: it is locked for one short transaction at a time.
//!
//! - [`readers`]: the readers, and whether they hold a card
//! - [`watch`]: changes of cards and readers
//! - [`connection`]: a connection to one card, and transactions on it
//! - [`card_users`]: which programs may be using a card
//! - [`error`]: error types

pub mod card_users;
pub mod connection;
pub mod error;
pub mod readers;
pub mod watch;

pub use connection::{CardConnection, Exchange};
pub use error::PcscError;
pub use readers::{Reader, readers};
pub use watch::Watch;
