//! Changing a user PIN: everything that can be refused is refused before the old PIN is sent.

use std::time::Instant;

use inkan_pki::pkcs11::login::{LoginError, PinOwner, log_in_once};
use inkan_pki::pkcs11::pin_attempts::{PinAttempts, PinPermission, PinSender};
use inkan_pki::pkcs11::{Access, Pkcs11Error, Session, TokenInfo};
use inkan_pki::secret::Pin;
use jiff::Timestamp;

use super::error::PinChangeError;
use crate::apply::hsm::{self, Hsm, conflict};
use crate::apply::{ApplyError, Conflict, clock, completed, lock};
use crate::pin_source::{PinSource, Prompt};
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Details, Event, Later, Transcript};

/// A PIN that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPin {
    /// Label of its token.
    pub label: String,
    /// The step in the transcript.
    pub step: String,
    /// Last hash of the transcript.
    pub head: String,
}

/// Changes the user PIN of the token with this id. The old PIN comes from its source in the specification, the new one from `new`.
/// `terminal`: officers may be prompted, for the new PIN twice.
///
/// # Errors
/// [`PinChangeError`].
pub fn change_pin(
    spec: &Spec,
    token: &str,
    new: &PinSource,
    now: Timestamp,
    terminal: bool,
) -> Result<ChangedPin, PinChangeError> {
    let token = spec.token(token).ok_or_else(|| {
        let known = spec.tokens().iter().map(|token| token.id.clone());
        PinChangeError::UnknownToken(token.to_owned(), known.collect())
    })?;
    if matches!(token.pin, PinSource::Shares(_)) {
        return Err(PinChangeError::Shared(token.id.clone()));
    }
    let mut transcript = completed(spec)?.ok_or(PinChangeError::Incomplete)?;
    clock(&transcript, now)?;
    let hsm = Hsm::load(spec)?;
    let step = transcript.next_step(Later::PinChange, &token.id);
    let info = recorded_token(&hsm, &transcript, &step, token)?;
    let (old, new) = read(token, &info, new, terminal)?;
    permitted(&info, &old).map_err(hsm::failed(&step))?;
    let _lock = lock(spec)?;
    // Before this run took the lock, another run may have written.
    if completed(spec)?.as_ref() != Some(&transcript) {
        return Err(ApplyError::Busy(spec.certificate_dir().to_owned()).into());
    }
    let session =
        Session::open(hsm.module(), &info, Access::ReadWrite).map_err(hsm::failed(&step))?;
    let mut record = |event, reason: &str| -> Result<String, ApplyError> {
        let mut details = Details::from([
            ("label".to_owned(), info.label.clone()),
            ("serial".to_owned(), info.serial.clone()),
        ]);
        if !reason.is_empty() {
            details.insert("reason".to_owned(), reason.to_owned());
        }
        let line = transcript.append(now, event, &step, details)?;
        Ok(line.hash.clone())
    };
    record(Event::Started, "")?;
    if let Err(error) = session.change_pin(&old, &new) {
        // An answer about the PIN means that nothing was changed; any other leaves it open.
        let clear = error.class.is_pin();
        record(Event::Failed, if clear { "refused" } else { "unclear" })?;
        let error = ApplyError::Hsm(step.clone(), error);
        return Err(if clear {
            error.into()
        } else {
            PinChangeError::Unclear(error)
        });
    }
    if let Err(error) = proves(&session, &new) {
        record(Event::Failed, "the new PIN was not accepted")?;
        let error = ApplyError::Hsm(step.clone(), error);
        return Err(PinChangeError::Unclear(error));
    }
    let head = record(Event::Done, "")?;
    Ok(ChangedPin {
        label: info.label.clone(),
        step: step.clone(),
        head,
    })
}

/// The only token with its label, with the recorded serial number.
fn recorded_token(
    hsm: &Hsm,
    transcript: &Transcript,
    step: &str,
    token: &TokenSpec,
) -> Result<TokenInfo, PinChangeError> {
    let info = hsm.token(step, &token.label)?;
    let recorded = transcript.token_serial(&token.id);
    if let Some(recorded) = recorded.filter(|serial| *serial != info.serial) {
        return Err(conflict(Conflict::TokenReplaced {
            label: info.label,
            recorded: recorded.to_owned(),
            found: info.serial,
        })
        .into());
    }
    if info.pin_pad {
        return Err(PinChangeError::PinPad(info.label));
    }
    Ok(info)
}

/// Both PINs, the new one checked as far as that is possible without sending it.
fn read(
    token: &TokenSpec,
    info: &TokenInfo,
    new: &PinSource,
    terminal: bool,
) -> Result<(Pin, Pin), PinChangeError> {
    let old = token
        .read_pin(terminal)
        .map_err(|error| ApplyError::Pin(token.label.clone(), error))?;
    let question = format!("New PIN of token \"{}\"", token.label);
    let new = new
        .read(if terminal {
            Prompt::AskTwice(&question)
        } else {
            Prompt::Never
        })
        .map_err(PinChangeError::NewPin)?;
    if old.expose() == new.expose() {
        return Err(PinChangeError::Same);
    }
    let (shortest, longest) = (info.min_pin, info.max_pin);
    // Some modules report 0 for what they do not limit.
    if longest != 0 && !(shortest..=longest).contains(&new.expose().len()) {
        return Err(PinChangeError::Length {
            label: info.label.clone(),
            shortest,
            longest,
        });
    }
    Ok((old, new))
}

/// The rule of every login: not on the last try, not when locked.
fn permitted(info: &TokenInfo, old: &Pin) -> Result<(), Pkcs11Error> {
    let mut attempts = PinAttempts::new(PinSender::Command, false, old.clone());
    match attempts.permission(Instant::now(), info.pin) {
        PinPermission::Send(..) => Ok(()),
        PinPermission::Later(until) => Err(LoginError::Later(until).into_error(PinOwner::User)),
        PinPermission::Halted(halt) => Err(LoginError::Halted(halt).into_error(PinOwner::User)),
    }
}

fn proves(session: &Session, new: &Pin) -> Result<(), Pkcs11Error> {
    log_in_once(session, PinOwner::User, new)?;
    session.logout()
}
