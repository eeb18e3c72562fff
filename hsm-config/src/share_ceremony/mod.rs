//! Makes a set of shares for a token's PIN, replaces it when officers change, and finishes an interrupted change.
//!
//! A change makes a new random PIN, so that shares of the old set stop working; the keys stay. The new set is written and synced as
//! `*.pending` before the token is told, and the officers have their pages before that, too. So whatever interrupts it, one of the two
//! sets opens the token, and one login shows which.
//!
//! - `error`: why it stopped
//! - `change`: a new PIN and a new set
//! - `resume`: after an interruption
//! - `recorded`: the line of the transcript
//! - `token`: the token, and one login

mod change;
mod error;
mod recorded;
mod resume;
mod token;

use std::path::{Path, PathBuf};

pub use change::{Delivery, NewShares, change};
pub use error::{NotDelivered, ShareCeremonyError};
pub use resume::{ResumeWith, Resumed, resume};

use crate::pin_source::PinSource;
use crate::spec::{Spec, TokenSpec};

/// File of the token's set: the one that the specification names, else `<token>.shares.json` beside the certificates.
#[must_use]
pub fn set_path(spec: &Spec, token: &TokenSpec) -> PathBuf {
    match &token.pin {
        PinSource::Shares(path) => path.clone(),
        _ => spec
            .certificate_dir()
            .join(format!("{}.shares.json", token.id)),
    }
}

/// File of a set that is not in force yet.
#[must_use]
pub fn pending_path(set: &Path) -> PathBuf {
    let mut name = set.as_os_str().to_owned();
    name.push(".pending");
    name.into()
}
