//! Discovery, opening, PIN, tries left.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::view::PinStatus;
use inkan_pki::secret::Pin;

use crate::conformance::suite::{CheckResult, Complaint, Subject, no, yes};
use crate::conformance::verdict::Observation;

/// No token here has this PIN.
pub(super) fn wrong() -> Pin {
    Pin::new("99999999")
}

pub(super) fn listed(subject: &mut Subject) -> CheckResult {
    let token = subject.target.open().map_err(Complaint)?;
    let without_pin = subject.target.without_pin;
    if token.with(KeyStore::needs_login)? == without_pin {
        return no(if without_pin {
            "it requires a PIN that it does not have"
        } else {
            "it shows private keys without a PIN"
        });
    }
    subject.keep_open(token);
    yes()
}

/// The one wrong PIN; the next two checks read what the token reports about it.
pub(super) fn wrong_pin(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    match token.with(|store| store.login(&wrong())) {
        Err(TokenError::PinWrong { .. }) => yes(),
        other => no(format!("{other:?}")),
    }
}

pub(super) fn tries_counted(subject: &mut Subject) -> CheckResult {
    let state = subject.token()?.with(KeyStore::pin_state)?;
    match state.tries_left {
        Some(left) => Ok(Observation::Yes(format!("{left} after one wrong PIN"))),
        None => no("no count"),
    }
}

pub(super) fn wrong_pin_reported(subject: &mut Subject) -> CheckResult {
    let state = subject.token()?.with(KeyStore::pin_state)?;
    match state.status {
        PinStatus::CountLow => yes(),
        other => no(format!("{other:?}")),
    }
}

pub(super) fn right_pin(subject: &mut Subject) -> CheckResult {
    let (token, pin) = (subject.token()?, subject.target.pin.clone());
    token.with(|store| store.login(&pin))?;
    if token.with(KeyStore::needs_login)? {
        return no("it still requires a login");
    }
    if token.with(KeyStore::pin_state)?.status != PinStatus::NoWarning {
        return no("it still reports the wrong PIN");
    }
    yes()
}
