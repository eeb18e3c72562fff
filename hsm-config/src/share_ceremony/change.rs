//! A new PIN, and a new set of shares for it.

use std::path::Path;

use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::secret::Pin;
use jiff::Timestamp;

use super::recorded;
use super::token::Found;
use super::{NotDelivered, ShareCeremonyError as Error, pending_path, set_path};
use crate::apply::lock;
use crate::files;
use crate::shares::new_pin;
use crate::shares::{NewOfficer, NewSet, SetFacts, Share, ShareSet};
use crate::spec::{Spec, TokenSpec};

/// What the new set is to be.
#[derive(Debug, Clone)]
pub struct NewShares {
    /// Officers that must act together.
    pub threshold: u8,
    /// Who gets a share, and how.
    pub officers: Vec<NewOfficer>,
    /// Whether a set exists and is to be replaced. Otherwise there must be none.
    pub replace: bool,
}

/// Hands the shares to their officers, and returns once each of them has read their own.
pub type Delivery<'a> = dyn FnMut(&ShareSet, &[Share]) -> Result<(), NotDelivered> + 'a;

/// Replaces the token's PIN by a random one that only the new set's officers can restore. `current` reads the PIN in force,
/// once, after everything that needs no PIN was checked; it is sent twice: to log in, and to change it.
///
/// # Errors
/// [`Error`]. After [`Error::Unclear`], and after an interruption, [`resume`](super::resume) finishes it.
pub fn change(
    spec: &Spec,
    token: &TokenSpec,
    new: &NewShares,
    now: Timestamp,
    current: &mut dyn FnMut() -> Result<Pin, Error>,
    deliver: &mut Delivery<'_>,
) -> Result<ShareSet, Error> {
    let path = set_path(spec, token);
    let pending = pending_path(&path);
    let _lock = lock(spec).map_err(|error| Error::Directory(Box::new(error)))?;
    if pending.exists() {
        return Err(Error::Pending(pending));
    }
    let transcript = recorded::transcript(spec)?;
    let found = Found::open(spec, token)?;
    if new.replace {
        found.expect(&ShareSet::load(&path)?, transcript.as_ref())?;
    } else if path.exists() {
        return Err(Error::SetExists(path));
    }
    let facts = SetFacts {
        token: token.id.clone(),
        token_serial: found.serial().to_owned(),
        created: now,
        threshold: new.threshold,
    };
    // Refuses impossible officers before a PIN is sent.
    ShareSet::create(facts.clone(), &new.officers, &Pin::new("-"))?;
    let old_pin = current()?;
    let session = found.log_in(&old_pin)?;
    let new_pin = new_pin::random(spec.profile().pin_prefix, &old_pin)?;
    let NewSet { set, shares } = ShareSet::create(facts, &new.officers, &new_pin)?;
    set.save(&pending)?;
    if deliver(&set, &shares).is_err() {
        discard(&pending)?;
        return Err(Error::NotDelivered);
    }
    drop(shares);
    if let Err(error) = session.change_pin(&old_pin, &new_pin) {
        if !error.class.is_pin() && error.reached_module() {
            return Err(Error::Unclear(pending, error));
        }
        discard(&pending)?;
        return Err(Error::NewPinRefused(token.label.clone(), error));
    }
    // Before anybody relies on it.
    let proven = session
        .logout()
        .and_then(|()| log_in_once(&session, PinOwner::User, &new_pin));
    if let Err(error) = proven {
        return Err(Error::Unclear(pending, error));
    }
    put_in_force(&pending, &path)?;
    recorded::in_force(transcript, &set, now)?;
    Ok(set)
}

/// The pending set is the one in force from now on.
pub(super) fn put_in_force(pending: &Path, path: &Path) -> Result<(), Error> {
    files::rename(pending, path)
        .map_err(|e| crate::shares::SetError::File(path.to_owned(), e.kind()).into())
}

/// The pending set was never in force.
pub(super) fn discard(pending: &Path) -> Result<(), Error> {
    files::remove(pending)
        .map_err(|e| crate::shares::SetError::File(pending.to_owned(), e.kind()).into())
}
