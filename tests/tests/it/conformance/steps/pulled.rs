//! Removal.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::content::KeyEntry;

use super::keys::signs;
use crate::conformance::suite::{CheckResult, Complaint, Refusal, Subject, no, yes};
use crate::conformance::verdict::Observation;

pub(super) fn while_signing(subject: &mut Subject) -> CheckResult {
    subject.close();
    let (token, key) = (subject.token()?, subject.any_key()?);
    let arranged = subject.target.external.pull_while_signing();
    if !arranged.map_err(Complaint)? {
        return Ok(Observation::NoMeaning);
    }
    let scheme = key.algorithm.default_scheme();
    let signed = token.with(|store| store.sign(&key.reference, scheme, b"pulled"));
    drop(token);
    subject.close();
    let back = back_as_before(subject, &key);
    match signed {
        Err(TokenError::Removed) => back.and_then(|()| yes()),
        // A module may hang then, forever; its process is ended, and the next one starts afresh.
        Err(TokenError::TimedOut) if subject.target.module.is_some() => back.and_then(|()| yes()),
        other => no(told(&other)),
    }
}

pub(super) fn while_open(subject: &mut Subject) -> CheckResult {
    subject.close();
    let (token, key) = (subject.token()?, subject.any_key()?);
    let scheme = key.algorithm.default_scheme();
    signs(&token, &key, scheme)?;
    if !subject.target.external.pull().map_err(Complaint)? {
        return Ok(Observation::NoMeaning);
    }
    let signed = token.with(|store| store.sign(&key.reference, scheme, b"pulled"));
    drop(token);
    subject.close();
    let back = back_as_before(subject, &key);
    match signed {
        Err(TokenError::Removed) => back.and_then(|()| yes()),
        other => no(told(&other)),
    }
}

/// Inserted again and opened again, it signs with the same key.
fn back_as_before(subject: &mut Subject, key: &KeyEntry) -> Result<(), Refusal> {
    subject.target.external.put_back().map_err(Complaint)?;
    let token = subject.token()?;
    signs(&token, key, key.algorithm.default_scheme())
}

fn told(signed: &Result<Vec<u8>, TokenError>) -> String {
    match signed {
        Ok(_) => "it signs nevertheless".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}
