//! The PIN: asked once, tried once.

use inkan_pki::pkcs11::session::LoginState;
use inkan_pki::pkcs11::token::{PinState, TokenInfo};

use super::thread::TokenThread;
use crate::ask::Asker;
use crate::catalogue::talk;
use crate::error::{Failure, TokenError};
use crate::output::Reporter;
use crate::output::clean::clean;
use crate::output::event::{Event, PinWarning};

/// Logs in to the token. Says before what the token says about tries left; after a wrong PIN it stops.
///
/// # Errors
/// [`Failure::Cancelled`], or what the token said about the PIN.
pub fn log_in(
    thread: &TokenThread,
    token: &TokenInfo,
    asker: &Asker,
    reporter: &Reporter,
) -> Result<(), Failure> {
    if !token.login_required || thread.call(|s| s.login_state())? == LoginState::User {
        return Ok(());
    }
    match token.pin {
        PinState::CountLow => reporter.event(&Event::PinWarning {
            state: PinWarning::CountLow,
            tries_left: None,
        }),
        PinState::FinalTry => reporter.event(&Event::PinWarning {
            state: PinWarning::FinalTry,
            tries_left: None,
        }),
        PinState::Unknown | PinState::Locked | PinState::NotSet => {}
    }
    let tried = if token.pin_pad {
        asker.tell(&talk::pin_pad(&clean(&token.label), asker.lang));
        thread.call(|s| s.login_pin_pad())
    } else {
        let pin = asker.pin(&token.label)?;
        thread.call(move |s| s.login(&pin))
    };
    match tried {
        Err(TokenError::PinWrong { .. }) => Err(after_wrong_pin(thread).into()),
        other => Ok(other?),
    }
}

/// The token may know more after a wrong try: one left, or none.
fn after_wrong_pin(thread: &TokenThread) -> TokenError {
    match thread.call(|s| s.token()).map(|info| info.pin) {
        Ok(PinState::Locked) => TokenError::PinLocked,
        Ok(PinState::FinalTry) => TokenError::PinWrong {
            last_try: true,
            tries_left: None,
        },
        _ => TokenError::PinWrong {
            last_try: false,
            tries_left: None,
        },
    }
}
