//! Taken away.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::content::KeyEntry;

use super::keys::signs;
use crate::conformance::judge::Seen;
use crate::conformance::suite::{Complaint, Refusal, Said, Subject, no, yes};

pub(super) fn while_signing(subject: &mut Subject) -> Said {
    subject.close();
    let (token, key) = (subject.token()?, subject.any_key()?);
    let arranged = subject.mount.outside.pull_while_signing();
    if !arranged.map_err(Complaint)? {
        return Ok(Seen::NoMeaning);
    }
    let scheme = key.algorithm.default_scheme();
    let signed = token.with(|store| store.sign(&key.reference, scheme, b"pulled"));
    drop(token);
    subject.close();
    let back = back_as_before(subject, &key);
    match signed {
        Err(TokenError::Removed) => back.and_then(|()| yes()),
        // A module may hang then, for good; its process is ended, and the next one starts afresh.
        Err(TokenError::Hung) if subject.mount.module.is_some() => back.and_then(|()| yes()),
        other => no(told(&other)),
    }
}

pub(super) fn while_open(subject: &mut Subject) -> Said {
    subject.close();
    let (token, key) = (subject.token()?, subject.any_key()?);
    let scheme = key.algorithm.default_scheme();
    signs(&token, &key, scheme)?;
    if !subject.mount.outside.pull().map_err(Complaint)? {
        return Ok(Seen::NoMeaning);
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

/// Put back in, opened again, it signs with the same key.
fn back_as_before(subject: &mut Subject, key: &KeyEntry) -> Result<(), Refusal> {
    subject.mount.outside.put_back().map_err(Complaint)?;
    let token = subject.token()?;
    signs(&token, key, key.algorithm.default_scheme())
}

fn told(signed: &Result<Vec<u8>, TokenError>) -> String {
    match signed {
        Ok(_) => "it signs all the same".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}
