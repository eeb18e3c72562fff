//! From the choice of a token to an unlocked token. Each entered PIN is tried once.

use super::Context;
use super::secret_attempts::SecretAttempts;
use crate::error::{Failure, TokenError};
use crate::keystore::KeyStore;
use crate::keystore::capabilities::Admin;
use crate::keystore::content::KeyEntry;
use crate::keystore::discovery::FoundToken;
use crate::keystore::secret::SecretName;
use crate::keystore::view::{PinState, PinStatus};
use crate::output::event::Event;
use crate::prompt::UserInterface;
use crate::prompt::choice::TokenChoice;
use crate::prompt::question::{SecretKind, SecretQuestion};
use crate::token::open_token::OpenToken;
use crate::token::signer::TokenSigner;

/// The token that the user chooses.
///
/// # Errors
/// No module, no token, not that token; cancelled.
pub fn choose(context: &Context, ui: &dyn UserInterface) -> Result<FoundToken, Failure> {
    let choice = TokenChoice::new(context.provider.as_ref(), context.wanted.as_deref());
    let chosen = ui.choose_token(&choice)?;
    ui.notify(&Event::Token(chosen.view.clone()));
    Ok(chosen)
}

/// Opens the token without logging in.
///
/// # Errors
/// The error that the token reports.
pub fn open(context: &Context, found: &FoundToken) -> Result<OpenToken, TokenError> {
    let store = context.provider.open(found)?;
    Ok(OpenToken::new(store, found.clone()))
}

/// Opens the token and logs in. `write`: the token will be written to.
///
/// # Errors
/// The error that the token reports, or cancelled.
pub fn unlock(
    context: &Context,
    ui: &dyn UserInterface,
    found: &FoundToken,
    write: bool,
) -> Result<OpenToken, Failure> {
    found.check_usable(write)?;
    let token = open(context, found)?;
    if token.with(KeyStore::needs_login)? {
        log_in(&token, ui)?;
    }
    token.mark_logged_in();
    Ok(token)
}

/// Logs in. Warns about the tries left first. After an incorrect PIN it fails, or asks again if a user can retype it.
fn log_in(token: &OpenToken, ui: &dyn UserInterface) -> Result<(), Failure> {
    let mut attempts = SecretAttempts::default();
    while let Err(error) = try_pin(token, ui, &mut attempts)? {
        attempts.keep_or_fail(error, ui.can_retype(SecretKind::Pin))?;
    }
    Ok(())
}

/// One PIN or one use of the keypad: the token's result, or why none was obtained.
fn try_pin(
    token: &OpenToken,
    ui: &dyn UserInterface,
    attempts: &mut SecretAttempts,
) -> Result<Result<(), TokenError>, Failure> {
    let state = token.with(KeyStore::pin_state)?;
    warn(&state, ui)?;
    if state.pin_pad {
        // The reader would prompt even after the operation was cancelled.
        if ui.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        ui.notify(&Event::PinPad(token.found().view.clone()));
        token.with(KeyStore::login_pin_pad)?;
        return Ok(Ok(()));
    }
    let pin = ui.secret(&SecretQuestion {
        what: SecretKind::Pin,
        token: token.found().view.clone(),
        state,
        refused: attempts.refused(),
    })?;
    let tried = attempts.attempt(SecretName::Pin, &pin, || {
        token.with(|store| store.login(&pin))
    });
    if tried.is_ok() {
        token.mark_pin_given();
    }
    Ok(tried)
}

/// Warns before an attempt; fails if no attempt is left.
///
/// # Errors
/// [`TokenError::PinLocked`].
pub fn warn(state: &PinState, ui: &dyn UserInterface) -> Result<(), TokenError> {
    if state.status == PinStatus::Locked {
        return Err(TokenError::PinLocked);
    }
    if let Some(warning) = state.warning() {
        ui.notify(&Event::PinWarning {
            state: warning,
            tries_left: state.tries_left,
        });
    }
    Ok(())
}

/// Changes the token, and asks for an administrative secret if the token requires one.
///
/// # Errors
/// The error that the token reports, or cancelled.
pub fn change<T>(
    token: &OpenToken,
    ui: &dyn UserInterface,
    mut change: impl FnMut(&mut (dyn KeyStore + 'static)) -> Result<T, TokenError>,
) -> Result<T, Failure> {
    if let Some(what) = token.with(KeyStore::required_admin)? {
        authenticate_admin(token, ui, what)?;
    }
    match token.with(&mut change) {
        Err(TokenError::AdminNeeded { what }) => {
            authenticate_admin(token, ui, what)?;
            Ok(token.with(&mut change)?)
        }
        other => Ok(other?),
    }
}

fn authenticate_admin(
    token: &OpenToken,
    ui: &dyn UserInterface,
    what: Admin,
) -> Result<(), Failure> {
    let mut attempts = SecretAttempts::default();
    let kind = SecretKind::Admin(what);
    let name = match what {
        Admin::SoPin => SecretName::SoPin,
        Admin::ManagementKey => SecretName::ManagementKey,
    };
    loop {
        let secret = ui.secret(&SecretQuestion {
            what: kind,
            token: token.found().view.clone(),
            state: PinState::UNKNOWN,
            refused: attempts.refused(),
        })?;
        let tried = attempts.attempt(name, &secret, || {
            token.with(|store| store.authenticate_admin(&secret))
        });
        match tried {
            Ok(()) => return Ok(()),
            Err(error) => attempts.keep_or_fail(error, ui.can_retype(kind))?,
        }
    }
}

/// The key as a signer, logged in again first if the key requires the PIN for each use.
///
/// # Errors
/// The error that the token reports, or cancelled.
pub fn signer(
    token: &OpenToken,
    ui: &dyn UserInterface,
    key: &KeyEntry,
) -> Result<TokenSigner, Failure> {
    if key.always_authenticate && !token.has_pin() {
        let state = token.with(KeyStore::pin_state)?;
        if state.pin_pad {
            ui.notify(&Event::PinPad(token.found().view.clone()));
        } else {
            log_in(token, ui)?;
        }
    }
    Ok(TokenSigner::new(token, key.clone())?)
}
