//! Found, opened, PIN, tries left.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::view::PinStanding;
use inkan_pki::secret::Pin;

use crate::conformance::judge::Seen;
use crate::conformance::suite::{Complaint, Said, Subject, no, yes};

/// No token here has this PIN.
pub(super) fn wrong() -> Pin {
    Pin::new("99999999")
}

pub(super) fn listed(subject: &mut Subject) -> Said {
    let token = subject.mount.open().map_err(Complaint)?;
    if !token.with(KeyStore::needs_login)? {
        return no("it shows private keys without a PIN");
    }
    subject.keep_open(token);
    yes()
}

/// The one wrong PIN; the two checks after this ask what the token says about it.
pub(super) fn wrong_pin(subject: &mut Subject) -> Said {
    let token = subject.token()?;
    match token.with(|store| store.login(&wrong())) {
        Err(TokenError::PinWrong { .. }) => yes(),
        other => no(format!("{other:?}")),
    }
}

pub(super) fn tries_counted(subject: &mut Subject) -> Said {
    let state = subject.token()?.with(KeyStore::pin_state)?;
    match state.tries_left {
        Some(left) => Ok(Seen::Yes(format!("{left} after one wrong PIN"))),
        None => no("no count"),
    }
}

pub(super) fn wrong_pin_told(subject: &mut Subject) -> Said {
    let state = subject.token()?.with(KeyStore::pin_state)?;
    match state.standing {
        PinStanding::CountLow => yes(),
        other => no(format!("{other:?}")),
    }
}

pub(super) fn right_pin(subject: &mut Subject) -> Said {
    let (token, pin) = (subject.token()?, subject.mount.pin.clone());
    token.with(|store| store.login(&pin))?;
    if token.with(KeyStore::needs_login)? {
        return no("it still asks for a login");
    }
    if token.with(KeyStore::pin_state)?.standing != PinStanding::Fine {
        return no("it still counts the wrong PIN");
    }
    yes()
}
