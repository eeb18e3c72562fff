//! Tokens: there once, the recorded one; and a session on it.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use inkan_pki::pkcs11::login::{PinOwner, log_in};
use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinSender};
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;

use super::finding::Finding;
use super::report::{Aspect, Report};
use super::{VerifyError, failed};
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Seen, Transcript};

/// The token, when there is exactly one with its label.
pub(super) fn check(
    token: &TokenSpec,
    transcript: Option<&Transcript>,
    module: &Module,
    report: &mut Report,
) -> Result<Option<TokenInfo>, VerifyError> {
    let label = token.label.clone();
    let mut tokens = module.tokens().map_err(failed(&label))?;
    tokens.retain(|t| t.readable && t.initialized && t.label == label);
    let (found, finding) = match (tokens.pop(), tokens.is_empty()) {
        (None, _) => (None, Some(Finding::TokenMissing(label))),
        (Some(_), false) => (None, Some(Finding::TokenAmbiguous(label))),
        (Some(found), true) => {
            let recorded = transcript
                .and_then(|t| t.done(&format!("token:{}", token.id)))
                .and_then(|line| line.seen.get("serial"));
            let finding = recorded
                .filter(|serial| **serial != found.serial)
                .map(|serial| Finding::TokenReplaced {
                    label,
                    recorded: serial.clone(),
                    found: found.serial.clone(),
                });
            (Some(found), finding)
        }
    };
    let seen = found
        .iter()
        .map(|t| ("serial".to_owned(), t.serial.clone()));
    report.add(Aspect::Token, &token.id, Seen::from_iter(seen), finding);
    Ok(found)
}

/// A session with the user logged in; one try with the PIN.
pub(super) fn open(
    (spec, token): (&Spec, &TokenSpec),
    module: &Arc<Module>,
    info: &TokenInfo,
    terminal: bool,
) -> Result<Session, VerifyError> {
    let pin = token
        .read_pin(terminal)
        .map_err(|e| VerifyError::Pin(token.label.clone(), e))?;
    let session = Session::open(module, info, Access::ReadOnly).map_err(failed(&token.label))?;
    let attempts = PinAttempts::new(PinSender::Command, spec.shows_pin_flags(), pin);
    log_in(
        &session,
        &Mutex::new(attempts),
        PinOwner::User,
        Instant::now,
    )
    .map_err(|error| failed(&token.label)(error.into_error(PinOwner::User)))?;
    Ok(session)
}
