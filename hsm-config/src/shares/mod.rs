//! A PIN that is shared m-of-n among officers.
//!
//! The PIN is made by machine and encrypted under a random secret of 256 bits. The secret is shared with Feldman's verifiable
//! scheme, so that each share can be checked alone against public commitments. The PIN itself is never shared: commitments to a
//! secret that can be guessed would allow guessing it. This module opens no HSM: see `share_ceremony`.
//!
//! - [`set`]: the public file of one set: officers, commitments, the encrypted PIN
//! - [`officer`]: the officers of a set, and how each keeps a share
//! - [`share`]: one officer's share, as words and back
//! - [`words`]: the word list, and what is wrong with typed words
//! - [`new_pin`]: PINs made by machine
//! - [`tag`]: names of sets
//! - `split`: the scheme
//! - `cipher`: the PIN's encryption

mod cipher;
pub mod new_pin;
pub mod officer;
pub mod set;
pub mod share;
mod split;
pub mod tag;
pub mod words;

pub use officer::{NewOfficer, Officer, OfficerToken, ShareKind};
pub use set::{NewSet, SetError, SetFacts, ShareSet};
pub use share::{Share, ShareFault};
pub use tag::{SetId, SetTag};

/// The operating system returned no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRandomness;

/// Fewest officers that must act together: with one, a share would be the secret.
pub const MIN_THRESHOLD: u8 = 2;
/// Most officers of a set.
pub const MAX_OFFICERS: usize = 16;
