//! A new PIN: with the old one, or with what unblocks it.

use inkan_pki::secret::Pin;

use super::Context;
use super::unlock::{choose, open, warn};
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::abilities::Ability;
use crate::keystore::view::{PinStanding, PinState, TokenView};
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
    let able = token.with(|store| Ok(store.abilities()))?;
    if !able.change_pin {
        return Err(Ability::ChangePin.missing().into());
    }
    let state = token.with(KeyStore::pin_state)?;
    warn(&state, person)?;
    let view = found.view;
    if state.pin_pad && able.change_pin_pad {
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
        let limits = Limits::of(&state, context);
        let given = person.pin_change(&present, &limits.question(&view))?;
        limits.check(&given.new)?;
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
    let limits = Limits::of(&pin, context);
    let given = person.pin_change(&present, &limits.question(&view))?;
    limits.check(&given.new)?;
    token.with(|store| store.unblock(&given.present, &given.new))?;
    Ok(Outcome::PinUnblocked { token: view })
}

/// What a new PIN must be: the token's limits, and ours where the token takes what nobody should have.
struct Limits {
    min: u8,
    max: u8,
}

impl Limits {
    fn of(state: &PinState, context: &Context) -> Self {
        let max = state.max_length;
        let ours = match max {
            0 => context.pin_min_length,
            max => context.pin_min_length.min(max),
        };
        Self {
            min: state.min_length.max(ours),
            max,
        }
    }

    fn question(&self, token: &TokenView) -> NewPin {
        NewPin {
            token: token.clone(),
            min_length: self.min,
            max_length: self.max,
        }
    }

    /// Looked at before the old one is sent, so that none of its tries is used up for nothing.
    fn check(&self, new: &Pin) -> Result<(), TokenError> {
        let Self { min, max } = *self;
        let (bytes, characters) = (new.expose().len(), new.expose().chars().count());
        if characters < usize::from(min) || (max > 0 && bytes > usize::from(max)) {
            return Err(TokenError::NewPinUnusable { min, max });
        }
        Ok(())
    }
}
