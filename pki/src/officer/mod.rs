//! An officer's share of a PIN, sealed to a key on the officer's own token; and what else an officer's token is for.
//!
//! The officer's *share key* is an EC key on P-256 that only agrees on secrets and never signs. `inkan-hsm` seals a share to it
//! (HPKE, RFC 9180); the agent opens it with one agreement on the token. Not here: shares themselves, and how the messages travel.
//!
//! - [`agreed`]: the secret of one agreement
//! - [`hpke`]: sealing, and opening with a secret that the token has agreed on
//! - [`share`]: a sealed share, what it is bound to, and the code that shows that it was opened
//! - [`signature`]: an officer's signature of a file, such as the record of a ceremony
//! - [`key`]: the file with which an officer hands over the share key

pub mod agreed;
pub mod hpke;
pub mod key;
pub mod share;
pub mod signature;

pub use agreed::AgreedSecret;
pub use hpke::Sealed;
pub use key::{OfficerKey, OfficerKeyError, ShareKeyPoint};
