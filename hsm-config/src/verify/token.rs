//! Tokens: exactly one with the label, the recorded one; and a session with it.

use std::sync::Arc;

use inkan_pki::pkcs11::login::{PinOwner, log_in_once};
use inkan_pki::pkcs11::module::Module;
use inkan_pki::pkcs11::session::{Access, Session};
use inkan_pki::pkcs11::token::TokenInfo;
use inkan_pki::secret::Pin;

use super::finding::Finding;
use super::notice::Notice;
use super::report::{Aspect, Report};
use super::{VerifyError, failed};
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Details, Transcript};

/// The token, when there is exactly one with its label. `offline`: it is meant to be absent.
pub(super) fn check(
    spec: &Spec,
    token: &TokenSpec,
    transcript: Option<&Transcript>,
    module: &Module,
    offline: bool,
    report: &mut Report,
) -> Result<Option<TokenInfo>, VerifyError> {
    let label = token.label.clone();
    let mut tokens = module.tokens().map_err(failed(&label))?;
    tokens.retain(|t| t.readable && t.initialized && t.label == label);
    if offline && tokens.is_empty() {
        let keys = spec.keys().iter().filter(|key| key.token == token.id);
        let keys: Vec<_> = keys.map(|key| key.id.as_str()).collect();
        let details = Details::from([("keys_not_checked".to_owned(), keys.join(","))]);
        let notice = Some(Notice::TokenOffline(label));
        report.add_notice(Aspect::Token, &token.id, details, notice);
        return Ok(None);
    }
    if offline {
        let connected = Finding::TokenNotOffline(label.clone());
        report.add(Aspect::Token, &token.id, Details::new(), Some(connected));
    }
    let (found, finding) = match (tokens.pop(), tokens.is_empty()) {
        (None, _) => (None, Some(Finding::TokenMissing(label))),
        (Some(_), false) => (None, Some(Finding::TokenAmbiguous(label))),
        (Some(found), true) => {
            let recorded = transcript.and_then(|t| t.token_serial(&token.id));
            let finding = recorded
                .filter(|serial| *serial != found.serial)
                .map(|serial| Finding::TokenReplaced {
                    label,
                    recorded: serial.to_owned(),
                    found: found.serial.clone(),
                });
            (Some(found), finding)
        }
    };
    let details = found
        .iter()
        .map(|t| ("serial".to_owned(), t.serial.clone()));
    report.add(
        Aspect::Token,
        &token.id,
        Details::from_iter(details),
        finding,
    );
    Ok(found)
}

/// The user PIN, from its source.
pub(super) fn pin(token: &TokenSpec, terminal: bool) -> Result<Pin, VerifyError> {
    token
        .read_pin(terminal)
        .map_err(|e| VerifyError::Pin(token.label.clone(), e))
}

/// A session with the user logged in; the PIN is sent once.
pub(super) fn open(
    token: &TokenSpec,
    module: &Arc<Module>,
    info: &TokenInfo,
    pin: &Pin,
) -> Result<Session, VerifyError> {
    let session = Session::open(module, info, Access::ReadOnly).map_err(failed(&token.label))?;
    log_in_once(&session, PinOwner::User, pin).map_err(failed(&token.label))?;
    Ok(session)
}
