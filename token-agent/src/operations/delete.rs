//! Deletes a certificate and its key.

use super::select::{certificates_of, issued_by};
use super::unlock::{change, choose, unlock};
use super::{Context, entries, mutual};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, TokenError, UsageError};
use crate::http::certificate::revoke;
use crate::http::portal::refused;
use crate::keystore::content::{Content, ParsedCertificate};
use crate::output::outcome::{Deleted, Outcome, TokenEntry};
use crate::prompt::UserInterface;
use crate::prompt::question::Question;
use crate::token::lock::TokenLock;
use crate::token::open_token::OpenToken;
use crate::token::stored_labels;

/// As [`and_revoke`], without a revocation.
///
/// # Errors
/// As [`and_revoke`].
pub fn run(
    serial: &str,
    last: bool,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    and_revoke(serial, last, false, context, ui)
}

/// Deletes the certificate with this serial number (hex) and its key, after confirmation. The key is kept if another
/// certificate needs it or the token deletes no keys. `also_revoke`: the bank revokes the certificate first,
/// permanently (R11); if it refuses, nothing is deleted.
///
/// # Errors
/// [`TokenError::NoSuchCertificate`]; [`UsageError::LastCertificate`] for the last usable one of its bank, unless
/// `last`; the error that the token reports, or cancelled.
pub fn and_revoke(
    serial: &str,
    last: bool,
    also_revoke: bool,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let banks = banks::usable(&context.config)?;
    let found = choose(context, ui)?;
    let _lock = TokenLock::take(&context.config, &found)?;
    let token = unlock(context, ui, &found, true)?;
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
    let able = token.with(|store| Ok(store.capabilities().delete_keys))?;
    let key = content.key(spki).filter(|_| able && !shared);
    ui.confirm(&Question::Delete {
        token: found.view.clone(),
        entry: Box::new(entry.clone()),
        with_key: key.is_some(),
        last: is_last,
    })?;
    if also_revoke {
        let bank = banks.iter().find(|bank| issued_by(&wanted, bank));
        revoke_first(context, ui, bank, &token, &wanted, &content)?;
    }
    // The key is deleted first: an interruption then leaves a certificate without a key, never a key that looks
    // unfinished.
    let mut key_destroyed = false;
    if let Some(key) = key {
        match change(&token, ui, |store| store.delete_key(&key.reference)) {
            Ok(()) => key_destroyed = true,
            // A token whose vendor did not implement it, or only for the vendor's own software.
            Err(Failure::Token(TokenError::Unsupported { .. })) => {}
            Err(error) => return Err(error),
        }
        stored_labels::remove(&context.config, spki);
    }
    let gone = change(&token, ui, |store| {
        store.delete_certificate(&wanted.stored.der)
    });
    match gone {
        // A card without a command for deleting keys loses the certificate together with the key.
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

/// The certificate authenticates its own revocation, as long as its key is present.
fn revoke_first(
    context: &Context,
    ui: &dyn UserInterface,
    bank: Option<&Bank>,
    token: &OpenToken,
    wanted: &ParsedCertificate,
    content: &Content,
) -> Result<(), Failure> {
    let key = content.key(&wanted.summary.spki_der);
    let (Some(bank), Some(key)) = (bank, key) else {
        return Err(TokenError::NoCertificate.into());
    };
    let channel = mutual::channel(context, ui, bank, token, &wanted.stored.der, key)?;
    let answer = revoke(&channel)?;
    match answer.refusal("revocation")? {
        // The certificate was revoked before, which is the desired state.
        Some(refusal) if refusal.code == "certificate-revoked" => Ok(()),
        Some(refusal) => Err(refused(refusal).into()),
        None => Ok(()),
    }
}

/// The one certificate with this serial number. Two CAs may use the same number; then the choice is refused.
fn named(content: &Content, serial: &str) -> Result<ParsedCertificate, TokenError> {
    let mut all = content.parsed_certificates();
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

/// Whether it is usable and no other certificate of its bank on this token is.
fn is_last(entry: &TokenEntry, all: &[TokenEntry]) -> bool {
    let usable = |e: &&TokenEntry| e.usable == Some(true) && e.bank == entry.bank;
    entry.usable == Some(true) && all.iter().filter(usable).count() <= 1
}
