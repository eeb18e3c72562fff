//! Finishes a change of shares that was interrupted: one login shows which PIN is in force.

use inkan_pki::secret::Pin;
use jiff::Timestamp;

use super::change::{discard, put_in_force};
use super::recorded;
use super::token::Found;
use super::{ShareCeremonyError as Error, pending_path, set_path};
use crate::apply::lock;
use crate::shares::ShareSet;
use crate::spec::{Spec, TokenSpec};

/// With which PIN to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeWith {
    /// The one of the pending set.
    New,
    /// The one that was in force before the change began.
    Old,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// The change had been made: the pending set is in force from now on.
    InForce(ShareSet),
    /// The change had not been made: the pending set is discarded, and its pages are void.
    Discarded(ShareSet),
}

/// Decides by one login. `read` returns the PIN asked for; `New`: from shares of the set that it is given.
///
/// # Errors
/// [`Error`]; the pending set stays unless the answer is clear.
pub fn resume(
    spec: &Spec,
    token: &TokenSpec,
    with: ResumeWith,
    now: Timestamp,
    read: &mut dyn FnMut(&ShareSet) -> Result<Pin, Error>,
) -> Result<Resumed, Error> {
    let path = set_path(spec, token);
    let pending_path = pending_path(&path);
    let _lock = lock(spec).map_err(|error| Error::Directory(Box::new(error)))?;
    if !pending_path.exists() {
        return Err(Error::NothingPending(pending_path));
    }
    let pending = ShareSet::load(&pending_path)?;
    let transcript = recorded::transcript(spec)?;
    let found = Found::open(spec, token)?;
    found.expect(&pending, transcript.as_ref())?;
    let pin = read(&pending)?;
    match (with, found.log_in(&pin)) {
        (ResumeWith::New, Ok(_)) => {
            put_in_force(&pending_path, &path)?;
            recorded::in_force(transcript, &pending, now)?;
            Ok(Resumed::InForce(pending))
        }
        (ResumeWith::Old, Ok(_)) => {
            discard(&pending_path)?;
            Ok(Resumed::Discarded(pending))
        }
        // Only this answer says that the PIN in force is another one; a locked token says nothing about it.
        (ResumeWith::New, Err(Error::Hsm(_, error))) if error.is_wrong_pin() => {
            discard(&pending_path)?;
            Ok(Resumed::Discarded(pending))
        }
        (ResumeWith::Old, Err(Error::Hsm(label, error))) if error.is_wrong_pin() => {
            Err(Error::OldPinRefused(label, error))
        }
        (_, Err(error)) => Err(error),
    }
}
