//! A new PIN: with the old one, or with what unblocks it.

use inkan_pki::secret::Pin;

use super::Context;
use super::unlock::{choose, open, warn};
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::abilities::Ability;
use crate::keystore::view::{PinStanding, PinState};
use crate::output::event::Event;
use crate::output::outcome::Outcome;
use crate::prompt::Person;
use crate::prompt::question::{NewPin, SecretKind, SecretQuestion};

/// Changes the PIN. The old one is tried once.
///
/// # Errors
/// What the token says about either PIN; cancelled.
pub fn change(context: &Context, person: &dyn Person) -> Result<Outcome, Failure> {
    let found = choose(context, person)?;
    found.fit_for_use(false)?;
    let token = open(context, &found)?;
    if !token.with(|store| Ok(store.abilities().change_pin))? {
        return Err(Ability::ChangePin.missing().into());
    }
    let state = token.with(KeyStore::pin_state)?;
    warn(&state, person)?;
    let view = found.view;
    if state.pin_pad {
        if person.wants_to_stop() {
            return Err(Failure::Cancelled);
        }
        person.tell(&Event::PinPad(view.clone()));
        token.with(KeyStore::change_pin_pad)?;
    } else {
        let present = SecretQuestion {
            what: SecretKind::PresentPin,
            token: view.clone(),
            state,
        };
        let given = person.pin_change(&present, &new_pin(&present))?;
        check_length(&given.new, &state)?;
        token.with(|store| store.change_pin(&given.present, &given.new))?;
    }
    Ok(Outcome::PinChanged { token: view })
}

/// Sets a new PIN with the PUK (or the security officer's PIN), which is tried once.
///
/// # Errors
/// What the token says about either of them; cancelled.
pub fn unblock(context: &Context, person: &dyn Person) -> Result<Outcome, Failure> {
    let found = choose(context, person)?;
    let token = open(context, &found)?;
    let way = token.with(|store| Ok(store.abilities().unblock))?;
    let way = way.ok_or(Ability::Unblock.missing())?;
    let state = token.with(KeyStore::unblock_state)?;
    if state.standing == PinStanding::Locked {
        return Err(TokenError::PukLocked.into());
    }
    let pin = token.with(KeyStore::pin_state)?;
    let view = found.view;
    let present = SecretQuestion {
        what: SecretKind::Unblock(way),
        token: view.clone(),
        state,
    };
    let new = NewPin {
        token: view.clone(),
        min_length: pin.min_length,
        max_length: pin.max_length,
    };
    let given = person.pin_change(&present, &new)?;
    check_length(&given.new, &pin)?;
    token.with(|store| store.unblock(&given.present, &given.new))?;
    Ok(Outcome::PinUnblocked { token: view })
}

fn new_pin(present: &SecretQuestion) -> NewPin {
    NewPin {
        token: present.token.clone(),
        min_length: present.state.min_length,
        max_length: present.state.max_length,
    }
}

/// Looked at before the old one is sent, so that none of its tries is used up for nothing.
fn check_length(new: &Pin, state: &PinState) -> Result<(), TokenError> {
    let (min, max) = (state.min_length, state.max_length);
    let length = new.expose().len();
    if length < usize::from(min) || (max > 0 && length > usize::from(max)) {
        return Err(TokenError::NewPinUnusable { min, max });
    }
    Ok(())
}
