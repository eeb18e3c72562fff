//! Opened again; keys that require the PIN for each use; deletion.

use inkan_agent::error::TokenError;

use super::keys::signs;
use crate::conformance::suite::{CheckResult, Complaint, Subject, no, yes};
use crate::conformance::verdict::Observation;

pub(super) fn reopened(subject: &mut Subject) -> CheckResult {
    subject.close();
    let token = subject.token()?;
    let content = token.content()?;
    let mut keys: Vec<_> = subject.keys.values().cloned().collect();
    if keys.is_empty() {
        keys.push(subject.any_key()?);
    }
    for key in &keys {
        if content.key(&key.spki_der).is_none() {
            return no(format!("{} is missing", key.algorithm));
        }
        // By the reference from before.
        signs(&token, key, key.algorithm.default_scheme())?;
    }
    if !subject
        .certificates
        .iter()
        .all(|(_, der)| content.holds(der))
    {
        return no("a certificate is missing");
    }
    yes()
}

pub(super) fn always_authenticate(subject: &mut Subject) -> CheckResult {
    subject.close();
    let pin = subject.target.pin.clone();
    let made = subject.target.external.make_always_authenticate_key(&pin);
    if !made.map_err(Complaint)? {
        return Ok(Observation::NoMeaning);
    }
    let token = subject.token()?;
    let content = token.content()?;
    let Some(key) = content.keys.iter().find(|key| key.always_authenticate) else {
        return no("no key requires the PIN for each use");
    };
    for _ in 0..2 {
        signs(&token, key, key.algorithm.default_scheme())?;
    }
    yes()
}

/// The one that was written last; its key remains, and so do the others.
pub(super) fn certificate_deleted(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    let (key, der) = match subject.certificates.pop() {
        Some(last) => last,
        // One that came with the token.
        None => match (subject.any_key()?, token.content()?.certificates.pop()) {
            (key, Some(certificate)) => (key, certificate.der),
            (_, None) => return no("it has no certificate"),
        },
    };
    token.with(|store| store.delete_certificate(&der))?;
    let content = token.content()?;
    if content.holds(&der) {
        return no("it is still there");
    }
    if !subject
        .certificates
        .iter()
        .all(|(_, der)| content.holds(der))
    {
        return no("another one was deleted too");
    }
    match token.with(|store| store.delete_certificate(&der)) {
        Err(TokenError::CertificateGone) => {}
        other => return no(format!("deleted twice: {other:?}")),
    }
    if content.key(&key.spki_der).is_none() {
        subject.keys.remove(&key.algorithm);
        return no("its key is no longer listed");
    }
    signs(&token, &key, key.algorithm.default_scheme())?;
    yes()
}

pub(super) fn key_deleted(subject: &mut Subject) -> CheckResult {
    let token = subject.token()?;
    let victim = match subject.keys.last_key_value() {
        Some((_, key)) => key.clone(),
        None => subject.any_key()?,
    };
    token.with(|store| store.delete_key(&victim.reference))?;
    subject.keys.remove(&victim.algorithm);
    if token.content()?.key(&victim.spki_der).is_some() {
        return no("it is still there");
    }
    match token.with(|store| store.delete_key(&victim.reference)) {
        Err(TokenError::KeyGone) => {}
        other => return no(format!("deleted twice: {other:?}")),
    }
    let left = subject.any_key()?;
    signs(&token, &left, left.algorithm.default_scheme())?;
    yes()
}
