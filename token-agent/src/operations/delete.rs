//! A certificate that is not needed any more, and its key.

use super::select::{certificates_of, issued_by};
use super::unlock::{change, choose, unlock};
use super::{Context, entries, mutual};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, TokenError, UsageError};
use crate::http::certificate::revoke;
use crate::http::portal::refused;
use crate::keystore::content::{Content, Readable};
use crate::output::outcome::{Deleted, Outcome, TokenEntry};
use crate::prompt::Person;
use crate::prompt::question::Question;
use crate::token::lock::TokenLock;
use crate::token::notes;
use crate::token::opened::OpenToken;

/// As [`and_revoke`], without asking the bank for anything.
///
/// # Errors
/// As there.
pub fn run(
    serial: &str,
    last: bool,
    context: &Context,
    person: &dyn Person,
) -> Result<Outcome, Failure> {
    and_revoke(serial, last, false, context, person)
}

/// Deletes the certificate with this serial number (hex) and its key, after a plain question. The key stays where another
/// certificate needs it, or where the token destroys none. `also_revoke`: the bank revokes it first, for good (R11); where it does not, nothing is deleted.
///
/// # Errors
/// [`TokenError::NoSuchCertificate`]; [`UsageError::LastCertificate`] for the last usable one of its bank, unless `last`;
/// what the token says, or cancelled.
pub fn and_revoke(
    serial: &str,
    last: bool,
    also_revoke: bool,
    context: &Context,
    person: &dyn Person,
) -> Result<Outcome, Failure> {
    let banks = banks::usable(&context.config)?;
    let found = choose(context, person)?;
    let _lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, person, &found, true)?;
    let content = token.content()?;
    let wanted = named(&content, serial)?;
    let all = entries::all(&content, true, &banks, context);
    let entry = entries::certificate(&wanted, &content, true, &banks, context);
    let is_last = is_last(&entry, &all);
    if is_last && !last {
        let bank = entry.bank_name.unwrap_or_default();
        return Err(UsageError::LastCertificate { bank }.into());
    }
    let spki = &wanted.summary.spki_der;
    let shared = certificates_of(&content, spki).len() > 1;
    let able = token.with(|store| Ok(store.abilities().delete_keys))?;
    let key = content.key(spki).filter(|_| able && !shared);
    person.agree(&Question::Delete {
        token: found.view.clone(),
        entry: Box::new(entry.clone()),
        with_key: key.is_some(),
        last: is_last,
    })?;
    if also_revoke {
        let bank = banks.iter().find(|bank| issued_by(&wanted, bank));
        revoke_first(context, person, bank, &token, &wanted, &content)?;
    }
    // The key first: broken off in between, a certificate without a key is left, and never a key that looks unfinished.
    let mut key_destroyed = false;
    if let Some(key) = key {
        match change(&token, person, |store| store.delete_key(&key.reference)) {
            Ok(()) => key_destroyed = true,
            // A token whose maker forgot it, or which does it for its maker's software only.
            Err(Failure::Token(TokenError::CannotDo { .. })) => {}
            Err(error) => return Err(error),
        }
        notes::remove(&context.config, spki);
    }
    let gone = change(&token, person, |store| {
        store.delete_certificate(&wanted.stored.der)
    });
    match gone {
        // A card that has no command for destroying keys lets the certificate go with its key.
        Err(Failure::Token(TokenError::CertificateGone)) if key_destroyed => {}
        other => other?,
    }
    Ok(Outcome::Deleted(Deleted {
        entry,
        revoked: also_revoke,
        key_destroyed,
        token: found.view,
    }))
}

/// The certificate is its own proof, as long as its key is there.
fn revoke_first(
    context: &Context,
    person: &dyn Person,
    bank: Option<&Bank>,
    token: &OpenToken,
    wanted: &Readable,
    content: &Content,
) -> Result<(), Failure> {
    let key = content.key(&wanted.summary.spki_der);
    let (Some(bank), Some(key)) = (bank, key) else {
        return Err(TokenError::NoCertificate.into());
    };
    let channel = mutual::channel(context, person, bank, token, &wanted.stored.der, key)?;
    let answer = revoke(&channel)?;
    match answer.refusal("revocation")? {
        // It was before: what was wanted is so.
        Some(refusal) if refusal.code == "certificate-revoked" => Ok(()),
        Some(refusal) => Err(refused(refusal).into()),
        None => Ok(()),
    }
}

/// The one certificate with this serial number. Two CAs may use the same number: then nothing is guessed.
fn named(content: &Content, serial: &str) -> Result<Readable, TokenError> {
    let mut all = content.readable();
    all.retain(|c| c.summary.serial.eq_ignore_ascii_case(serial));
    let several = all.iter().any(|c| c.stored.der != all[0].stored.der);
    if several {
        return Err(TokenError::Failed {
            operation: "find the certificate".to_owned(),
            detail: "several on this token have its serial number".to_owned(),
        });
    }
    all.into_iter()
        .next()
        .ok_or_else(|| TokenError::NoSuchCertificate {
            serial: serial.to_owned(),
        })
}

/// True when it can be used and nothing else of its bank on this token can.
fn is_last(entry: &TokenEntry, all: &[TokenEntry]) -> bool {
    let usable = |e: &&TokenEntry| e.usable == Some(true) && e.bank == entry.bank;
    entry.usable == Some(true) && all.iter().filter(usable).count() <= 1
}
