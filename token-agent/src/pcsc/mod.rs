//! Card readers through the system's PC/SC service. Knows nothing of what is on a card.
//!
//! A card is shared with other programs: it is locked for one short transaction at a time and let go of in between.
//!
//! - [`readers`]: which readers there are, and whether a card is in them
//! - [`watch`]: waiting for a card or reader to come or go
//! - [`link`]: a connection to one card, and transactions on it
//! - [`holders`]: which programs may be holding a card
//! - [`error`]: what can go wrong

pub mod error;
pub mod holders;
pub mod link;
pub mod readers;
pub mod watch;

pub use error::PcscError;
pub use link::{Exchange, Link};
pub use readers::{Reader, readers};
pub use watch::Watch;
