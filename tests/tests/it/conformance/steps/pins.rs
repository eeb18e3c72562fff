//! PIN changed, locked, unblocked.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_pki::secret::Pin;

use super::login::wrong;
use crate::conformance::suite::{CheckResult, Complaint, Subject, no, yes};
use crate::conformance::verdict::Observation;

/// More wrong PINs than any token that counts them accepts.
const MANY: usize = 16;

pub(super) fn changed(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    let (old, new) = (subject.target.pin.clone(), Pin::new("42108642"));
    token.with(|store| store.change_pin(&old, &new))?;
    drop(token);
    subject.close();
    subject.target.pin = new.clone();
    let token = subject.target.open().map_err(Complaint)?;
    match token.with(|store| store.login(&old)) {
        Err(TokenError::PinWrong { .. }) => {}
        other => return no(format!("the old one: {other:?}")),
    }
    token.with(|store| store.login(&new))?;
    subject.keep_open(token);
    yes()
}

pub(super) fn short_refused(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    let (pin, short) = (subject.target.pin.clone(), Pin::new("1"));
    match token.with(|store| store.change_pin(&pin, &short)) {
        Err(TokenError::InvalidSecret { .. } | TokenError::NewPinRefused) => {}
        Ok(()) => {
            token.with(|store| store.change_pin(&short, &pin))?;
            return no("it accepts one digit");
        }
        Err(other) => return no(format!("{other:?}")),
    }
    drop(token);
    // The old one remains.
    subject.close();
    subject.token()?;
    yes()
}

pub(super) fn locks(subject: &mut Subject) -> CheckResult {
    subject.close();
    let token = subject.target.open().map_err(Complaint)?;
    for tries in 1..=MANY {
        // Another one each time: the agent never sends the same twice.
        let pin = Pin::new(format!("{}", 99_999_900 + tries));
        match token.with(|store| store.login(&pin)) {
            Err(TokenError::PinWrong { .. }) => {}
            Err(TokenError::PinLocked) => {
                let pin = subject.target.pin.clone();
                return match token.with(|store| store.login(&pin)) {
                    Err(TokenError::PinLocked) => Ok(Observation::Yes(format!(
                        "reported at wrong PIN number {tries}"
                    ))),
                    other => no(format!("locked, and then {other:?}")),
                };
            }
            other => return no(format!("{other:?}")),
        }
    }
    no(format!("{MANY} wrong PINs and no lock"))
}

pub(super) fn unblocked(subject: &mut Subject) -> CheckResult {
    subject.close();
    let token = subject.target.open().map_err(Complaint)?;
    let unblock = subject.target.unblock.clone().unwrap_or_else(wrong);
    let new = Pin::new("13572468");
    token.with(|store| store.unblock(&unblock, &new))?;
    subject.target.pin = new;
    drop(token);
    subject.close();
    subject.token()?;
    yes()
}

pub(super) fn wrong_unblock(subject: &mut Subject) -> CheckResult {
    subject.close();
    let token = subject.target.open().map_err(Complaint)?;
    match token.with(|store| store.unblock(&wrong(), &Pin::new("13572468"))) {
        Err(TokenError::PukWrong { .. }) => {}
        other => return no(format!("{other:?}")),
    }
    Ok(Observation::Yes(
        match token.with(KeyStore::unblock_state)?.tries_left {
            Some(left) => format!("{left} tries left"),
            None => String::new(),
        },
    ))
}
