//! From the question which token to a token that can be used: each PIN that is given is tried once.

use super::Context;
use super::again::Again;
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::abilities::Admin;
use crate::keystore::content::KeyEntry;
use crate::keystore::places::Found;
use crate::keystore::secret::SecretName;
use crate::keystore::view::{PinStanding, PinState};
use crate::output::event::Event;
use crate::prompt::Person;
use crate::prompt::choice::TokenChoice;
use crate::prompt::question::{SecretKind, SecretQuestion};
use crate::token::opened::OpenToken;
use crate::token::signer::TokenSigner;

/// The token the person chooses.
///
/// # Errors
/// No module, no token, not that token; cancelled.
pub fn choose(context: &Context, person: &dyn Person) -> Result<Found, Failure> {
    let choice = TokenChoice::new(context.places.as_ref(), context.wanted.as_deref());
    let chosen = person.choose_token(&choice)?;
    person.tell(&Event::Token(chosen.view.clone()));
    Ok(chosen)
}

/// Opens the token without logging in.
///
/// # Errors
/// What the token says.
pub fn open(context: &Context, found: &Found) -> Result<OpenToken, TokenError> {
    let store = context.places.open(found)?;
    Ok(OpenToken::new(store, found.clone()))
}

/// Opens the token and logs in. `write`: it is to be written to.
///
/// # Errors
/// What the token says, or cancelled.
pub fn unlock(
    context: &Context,
    person: &dyn Person,
    found: &Found,
    write: bool,
) -> Result<OpenToken, Failure> {
    found.fit_for_use(write)?;
    let token = open(context, found)?;
    if token.with(KeyStore::needs_login)? {
        log_in(&token, person)?;
    }
    token.has_logged_in();
    Ok(token)
}

/// Says before what the token says about tries left. After a wrong PIN it stops, or asks somebody who types it again.
fn log_in(token: &OpenToken, person: &dyn Person) -> Result<(), Failure> {
    let mut again = Again::default();
    while let Err(error) = try_pin(token, person, &mut again)? {
        again.or_end(error, person.types(SecretKind::Pin))?;
    }
    Ok(())
}

/// One PIN, or the keypad once: what the token said of a PIN, or why it did not come to that.
fn try_pin(
    token: &OpenToken,
    person: &dyn Person,
    again: &mut Again,
) -> Result<Result<(), TokenError>, Failure> {
    let state = token.with(KeyStore::pin_state)?;
    warn(&state, person)?;
    if state.pin_pad {
        // A reader asks whoever stands there: not for somebody who has cancelled.
        if person.wants_to_stop() {
            return Err(Failure::Cancelled);
        }
        person.tell(&Event::PinPad(token.found().view.clone()));
        token.with(KeyStore::login_pin_pad)?;
        return Ok(Ok(()));
    }
    let pin = person.secret(&SecretQuestion {
        what: SecretKind::Pin,
        token: token.found().view.clone(),
        state,
        refused: again.refused(),
    })?;
    let tried = again.attempt(SecretName::Pin, &pin, || {
        token.with(|store| store.login(&pin))
    });
    if tried.is_ok() {
        token.pin_was_given();
    }
    Ok(tried)
}

/// A warning before something is tried; a failure when there is nothing to try any more.
///
/// # Errors
/// [`TokenError::PinLocked`].
pub fn warn(state: &PinState, person: &dyn Person) -> Result<(), TokenError> {
    if state.standing == PinStanding::Locked {
        return Err(TokenError::PinLocked);
    }
    if let Some(warning) = state.warning() {
        person.tell(&Event::PinWarning {
            state: warning,
            tries_left: state.tries_left,
        });
    }
    Ok(())
}

/// Changes the token. What it wants beyond the PIN is asked for.
///
/// # Errors
/// What the token says, or cancelled.
pub fn change<T>(
    token: &OpenToken,
    person: &dyn Person,
    mut change: impl FnMut(&mut (dyn KeyStore + 'static)) -> Result<T, TokenError>,
) -> Result<T, Failure> {
    if let Some(what) = token.with(KeyStore::administration)? {
        administer(token, person, what)?;
    }
    match token.with(&mut change) {
        Err(TokenError::AdminNeeded { what }) => {
            administer(token, person, what)?;
            Ok(token.with(&mut change)?)
        }
        other => Ok(other?),
    }
}

fn administer(token: &OpenToken, person: &dyn Person, what: Admin) -> Result<(), Failure> {
    let mut again = Again::default();
    let kind = SecretKind::Admin(what);
    let name = match what {
        Admin::SoPin => SecretName::SoPin,
        Admin::ManagementKey => SecretName::ManagementKey,
    };
    loop {
        let secret = person.secret(&SecretQuestion {
            what: kind,
            token: token.found().view.clone(),
            state: PinState::UNKNOWN,
            refused: again.refused(),
        })?;
        let tried = again.attempt(name, &secret, || {
            token.with(|store| store.administer(&secret))
        });
        match tried {
            Ok(()) => return Ok(()),
            Err(error) => again.or_end(error, person.types(kind))?,
        }
    }
}

/// The key as a signer, with the PIN at hand if it asks for that at each use.
///
/// # Errors
/// What the token says, or cancelled.
pub fn signer(
    token: &OpenToken,
    person: &dyn Person,
    key: &KeyEntry,
) -> Result<TokenSigner, Failure> {
    if key.asks_each_time && !token.has_pin() {
        let state = token.with(KeyStore::pin_state)?;
        if state.pin_pad {
            person.tell(&Event::PinPad(token.found().view.clone()));
        } else {
            log_in(token, person)?;
        }
    }
    Ok(TokenSigner::new(token, key.clone())?)
}
