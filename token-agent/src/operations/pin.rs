//! A new PIN: with the old one, or with what unblocks it.

use inkan_pki::secret::Pin;

use super::Context;
use super::again::Again;
use super::unlock::{choose, open, warn};
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::abilities::{Ability, Unblock};
use crate::keystore::secret::{self, SecretName, Unfit};
use crate::keystore::view::{PinStanding, PinState, TokenView};
use crate::output::event::Event;
use crate::output::outcome::Outcome;
use crate::prompt::Person;
use crate::prompt::question::{NewPin, PinChange, SecretKind, SecretQuestion};

/// Changes the PIN. Each old one that is given is tried once.
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
    let view = found.view;
    let mut again = Again::default();
    loop {
        let state = token.with(KeyStore::pin_state)?;
        warn(&state, person)?;
        if state.pin_pad && able.change_pin_pad {
            if person.wants_to_stop() {
                return Err(Failure::Cancelled);
            }
            person.tell(&Event::PinPad(view.clone()));
            token.with(KeyStore::change_pin_pad)?;
            break;
        }
        let asked = Asked {
            what: SecretKind::PresentPin,
            name: SecretName::Pin,
            token: &view,
            limits: Limits::of(&state, context),
        };
        let sent = asked.once(person, state, &mut again, |given| {
            if given.present == given.new {
                return Err(TokenError::NewPinSame);
            }
            token.with(|store| store.change_pin(&given.present, &given.new))
        })?;
        if sent {
            break;
        }
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
    let view = found.view;
    let name = match way {
        Unblock::Puk => SecretName::Puk,
        Unblock::SoPin => SecretName::SoPin,
    };
    let mut again = Again::default();
    loop {
        let state = token.with(KeyStore::unblock_state)?;
        if state.standing == PinStanding::Locked {
            return Err(TokenError::PukLocked.into());
        }
        let pin = token.with(KeyStore::pin_state)?;
        let asked = Asked {
            what: SecretKind::Unblock(way),
            name,
            token: &view,
            limits: Limits::of(&pin, context),
        };
        let sent = asked.once(person, state, &mut again, |given| {
            token.with(|store| store.unblock(&given.present, &given.new))
        })?;
        if sent {
            break;
        }
    }
    Ok(Outcome::PinUnblocked { token: view })
}

/// What opens the token and a new PIN, asked for together.
struct Asked<'a> {
    what: SecretKind,
    name: SecretName,
    token: &'a TokenView,
    limits: Limits,
}

impl Asked<'_> {
    /// Asks, and sends what was given; false when it was refused and is to be asked for again.
    fn once(
        &self,
        person: &dyn Person,
        state: PinState,
        again: &mut Again,
        send: impl FnOnce(&PinChange) -> Result<(), TokenError>,
    ) -> Result<bool, Failure> {
        let (present, new) = match again.refused() {
            Some(error) if about_new(&error) => (None, Some(error)),
            other => (other, None),
        };
        let question = SecretQuestion {
            what: self.what,
            token: self.token.clone(),
            state,
            refused: present,
        };
        let given = person.pin_change(&question, &self.limits.question(self.token, new))?;
        let tried = again.attempt(self.name, &given.present, || {
            self.limits.check(&given.new)?;
            send(&given)
        });
        let Err(error) = tried else { return Ok(true) };
        let typed = if about_new(&error) {
            person.types_new_pin()
        } else {
            person.types(self.what)
        };
        again.or_end(error, typed)?;
        Ok(false)
    }
}

/// The new PIN was refused, and not what opens the token.
const fn about_new(error: &TokenError) -> bool {
    matches!(
        error,
        TokenError::NewPinSame
            | TokenError::NewPinRefused
            | TokenError::Unfit {
                what: SecretName::NewPin,
                ..
            }
    )
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

    fn question(&self, token: &TokenView, refused: Option<TokenError>) -> NewPin {
        NewPin {
            token: token.clone(),
            min_length: self.min,
            max_length: self.max,
            refused,
        }
    }

    /// Looked at before the old one is sent, so that none of its tries is used up for nothing.
    fn check(&self, new: &Pin) -> Result<(), TokenError> {
        let Self { min, max } = *self;
        let limits = secret::Limits {
            min: 0,
            max,
            ascii: false,
        };
        let short = new.expose().chars().count() < usize::from(min);
        match limits.unfit(new).or(short.then_some(Unfit::Length)) {
            Some(why) => Err(TokenError::Unfit {
                what: SecretName::NewPin,
                why,
                min,
                max,
            }),
            None => Ok(()),
        }
    }
}
