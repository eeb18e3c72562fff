//! Sets a new PIN: with the old one, or with the PUK.

use inkan_pki::secret::Pin;

use super::Context;
use super::secret_attempts::SecretAttempts;
use super::unlock::{choose, open, warn};
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::capabilities::{Capability, Unblock};
use crate::keystore::secret::{self, SecretFault, SecretName};
use crate::keystore::view::{PinState, PinStatus, TokenView};
use crate::output::event::Event;
use crate::output::outcome::Outcome;
use crate::prompt::UserInterface;
use crate::prompt::question::{NewPin, PinChange, SecretKind, SecretQuestion};

/// Changes the PIN. Each entry of the old PIN is tried once.
///
/// # Errors
/// The error that the token reports for either PIN; cancelled.
pub fn change(context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let found = choose(context, ui)?;
    found.check_usable(false)?;
    let token = open(context, &found)?;
    let able = token.with(|store| Ok(store.capabilities()))?;
    if !able.change_pin {
        return Err(Capability::ChangePin.missing().into());
    }
    let view = found.view;
    let mut attempts = SecretAttempts::default();
    loop {
        let state = token.with(KeyStore::pin_state)?;
        warn(&state, ui)?;
        if state.pin_pad && able.change_pin_pad {
            if ui.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            ui.notify(&Event::PinPad(view.clone()));
            token.with(KeyStore::change_pin_pad)?;
            break;
        }
        let request = PinRequest {
            what: SecretKind::CurrentPin,
            name: SecretName::Pin,
            token: &view,
            limits: Limits::of(&state, context),
        };
        let sent = request.once(ui, state, &mut attempts, |given| {
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

/// Sets a new PIN with the PUK (or the security officer PIN), which is tried once.
///
/// # Errors
/// The error that the token reports for either of them; cancelled.
pub fn unblock(context: &Context, ui: &dyn UserInterface) -> Result<Outcome, Failure> {
    let found = choose(context, ui)?;
    let token = open(context, &found)?;
    let way = token.with(|store| Ok(store.capabilities().unblock))?;
    let way = way.ok_or(Capability::Unblock.missing())?;
    let view = found.view;
    let name = match way {
        Unblock::Puk => SecretName::Puk,
        Unblock::SoPin => SecretName::SoPin,
    };
    let mut attempts = SecretAttempts::default();
    loop {
        let state = token.with(KeyStore::unblock_state)?;
        if state.status == PinStatus::Locked {
            return Err(TokenError::PukLocked.into());
        }
        let pin = token.with(KeyStore::pin_state)?;
        let request = PinRequest {
            what: SecretKind::Unblock(way),
            name,
            token: &view,
            limits: Limits::of(&pin, context),
        };
        let sent = request.once(ui, state, &mut attempts, |given| {
            token.with(|store| store.unblock(&given.present, &given.new))
        })?;
        if sent {
            break;
        }
    }
    Ok(Outcome::PinUnblocked { token: view })
}

/// A request for the unlocking secret and a new PIN.
struct PinRequest<'a> {
    what: SecretKind,
    name: SecretName,
    token: &'a TokenView,
    limits: Limits,
}

impl PinRequest<'_> {
    /// Asks once and sends the input; false if it was refused and must be entered again.
    fn once(
        &self,
        ui: &dyn UserInterface,
        state: PinState,
        attempts: &mut SecretAttempts,
        send: impl FnOnce(&PinChange) -> Result<(), TokenError>,
    ) -> Result<bool, Failure> {
        let (present, new) = match attempts.refused() {
            Some(error) if about_new(&error) => (None, Some(error)),
            other => (other, None),
        };
        let question = SecretQuestion {
            what: self.what,
            token: self.token.clone(),
            state,
            refused: present,
        };
        let given = ui.pin_change(&question, &self.limits.question(self.token, new))?;
        let tried = attempts.attempt(self.name, &given.present, || {
            self.limits.check(&given.new)?;
            send(&given)
        });
        let Err(error) = tried else { return Ok(true) };
        let typed = if about_new(&error) {
            ui.can_retype_new_pin()
        } else {
            ui.can_retype(self.what)
        };
        attempts.keep_or_fail(error, typed)?;
        Ok(false)
    }
}

/// Whether the new PIN was refused, not the unlocking secret.
const fn about_new(error: &TokenError) -> bool {
    matches!(
        error,
        TokenError::NewPinSame
            | TokenError::NewPinRefused
            | TokenError::InvalidSecret {
                what: SecretName::NewPin,
                ..
            }
    )
}

/// Length limits of a new PIN: the token's, raised to our own minimum.
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

    /// Checks the new PIN before the old one is sent, so that no try is wasted.
    fn check(&self, new: &Pin) -> Result<(), TokenError> {
        let Self { min, max } = *self;
        let limits = secret::Limits {
            min: 0,
            max,
            ascii: false,
        };
        let short = new.expose().chars().count() < usize::from(min);
        match limits.fault(new).or(short.then_some(SecretFault::Length)) {
            Some(why) => Err(TokenError::InvalidSecret {
                what: SecretName::NewPin,
                why,
                min,
                max,
            }),
            None => Ok(()),
        }
    }
}
