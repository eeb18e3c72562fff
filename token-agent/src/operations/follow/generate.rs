//! Generates a key pair on the token. On a full token it replaces another key after confirmation.

use super::Job;
use super::key::{EnrolmentKey, KeyOrigin};
use super::{certificate_size, trial};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::keystore::capabilities::NewKey;
use crate::keystore::content::{Content, KeyEntry, KeyRef, SHARE_KEY};
use crate::operations::entries;
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::{Step, Work};
use crate::output::outcome::{TokenEntry, Unusable};
use crate::prompt::question::Question;
use crate::token::label::{is_ours, label};
use crate::token::stored_labels;

/// Generates a key pair of the first type that the token supports and that can sign for TLS.
///
/// # Errors
/// [`TokenError::NoAlgorithm`], [`TokenError::CannotSign`], the error that the token reports; cancelled.
pub(super) fn generate(job: &Job<'_>) -> Result<EnrolmentKey, Failure> {
    job.check_cancelled()?;
    check_key_store(job)?;
    let label = label(
        &job.bank.id,
        &job.picked.login_id,
        job.clock.now(),
        &job.picked.request,
    );
    let entry = match first_possible(job, &label, None) {
        Err(Failure::Token(TokenError::Full)) => {
            let Some(old) = choose_replaceable(job)? else {
                return Err(TokenError::Full.into());
            };
            let made = first_possible(job, &label, Some(old.key.clone()))?;
            old.clear(job);
            made
        }
        other => other?,
    };
    if entry.label.is_empty() {
        stored_labels::write(&job.context.config, &entry.spki_der, &label);
    }
    job.step(Step::KeyMade);
    Ok(EnrolmentKey {
        origin: KeyOrigin::Generated,
        label,
        entry,
    })
}

/// Refuses a token that is not of the kind that the bank demands, before anything is generated on it.
///
/// # Errors
/// [`TokenError::WrongKeyStore`].
pub(super) fn check_key_store(job: &Job<'_>) -> Result<(), TokenError> {
    let capabilities = job.token.with(|store| Ok(store.capabilities()))?;
    match job.bank.key_store {
        Some(demand) if !capabilities.meets(demand) => Err(TokenError::WrongKeyStore { demand }),
        _ => Ok(()),
    }
}

fn first_possible(
    job: &Job<'_>,
    label: &str,
    replaces: Option<KeyRef>,
) -> Result<KeyEntry, Failure> {
    let mut replaces = replaces;
    let mut refused = TokenError::NoAlgorithm;
    for algorithm in &job.picked.key_algorithms {
        if !trial::is_offered(job, *algorithm)? {
            refused = TokenError::CannotSign;
            continue;
        }
        let new = NewKey {
            algorithm: *algorithm,
            label: label.to_owned(),
            replaces: replaces.clone(),
            // The old key and its certificate leave enough space.
            certificate_size: match replaces {
                Some(_) => 0,
                None => certificate_size::estimate(job.bank, *algorithm),
            },
            key_store: job.bank.key_store,
            windows_prompt: job.bank.windows_prompt,
        };
        job.working(Work::GeneratingKey {
            algorithm: *algorithm,
        });
        match change(&job.token, job.ui, |store| store.generate(&new)) {
            Ok(made) => match trial::signs(job, &made) {
                Ok(true) => return Ok(made),
                Ok(false) => {
                    discard(job, &made)?;
                    // Its slot is free now.
                    replaces = None;
                    refused = TokenError::CannotSign;
                }
                Err(error) => {
                    // If the key cannot be deleted, a later attempt finds it as a left-over key.
                    let _ = discard(job, &made);
                    return Err(error);
                }
            },
            // No other error leads to the next type: a failed attempt may have left a key.
            Err(Failure::Token(TokenError::NoAlgorithm)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(refused.into())
}

/// Deletes a key that the bank has not seen yet.
fn discard(job: &Job<'_>, made: &KeyEntry) -> Result<(), Failure> {
    change(&job.token, job.ui, |store| {
        store.delete_key(&made.reference)
    })
}

/// A key that may be replaced: the least needed one, after confirmation.
fn choose_replaceable(job: &Job<'_>) -> Result<Option<ReplaceableKey>, Failure> {
    let content = job.token.content()?;
    let banks = banks::usable(&job.context.config)?;
    let able = job
        .token
        .with(|store| Ok(store.capabilities().delete_keys))?;
    let mut candidates: Vec<_> = content
        .keys
        .iter()
        // Where keys have locations, the new key replaces the old one; elsewhere the old one must be deleted.
        .filter(|key| able || key.location.is_some())
        // It has no certificate, but an officer's share would be lost with it.
        .filter(|key| key.label != SHARE_KEY)
        // A key of this user that waits for its certificate is reused instead.
        .filter(|key| !waits(job, &content, key))
        .map(|key| ReplaceableKey::of(key, &content, &banks, job))
        .filter(ReplaceableKey::is_replaceable)
        .collect();
    // The longest expired first. A key without a certificate may be in use by another program, so it comes last.
    candidates.sort_by_key(|c| (c.entry.not_after.is_none(), c.entry.not_after));
    let Some(chosen) = candidates.into_iter().next() else {
        return Ok(None);
    };
    job.ui.confirm(&Question::Overwrite {
        token: job.token.found().view.clone(),
        entry: Box::new(chosen.entry.clone()),
    })?;
    Ok(Some(chosen))
}

fn waits(job: &Job<'_>, content: &Content, key: &KeyEntry) -> bool {
    let label = stored_labels::label_of(&job.context.config, key);
    is_ours(&label, &job.bank.id, &job.picked.login_id)
        && certificates_of(content, &key.spki_der).is_empty()
}

/// A key that may be replaced, as it is shown to the user.
struct ReplaceableKey {
    entry: TokenEntry,
    key: KeyRef,
    /// Its certificates (DER). None is usable without the key.
    certificates: Vec<Vec<u8>>,
}

impl ReplaceableKey {
    fn of(key: &KeyEntry, content: &Content, banks: &[Bank], job: &Job<'_>) -> Self {
        let mut certificates = certificates_of(content, &key.spki_der);
        certificates.sort_by_key(|c| c.summary.not_after);
        let entry = match certificates.last() {
            Some(newest) => entries::certificate(newest, content, true, banks, job.context),
            None => entries::key(key, job.context),
        };
        Self {
            entry,
            key: key.reference.clone(),
            certificates: certificates.into_iter().map(|c| c.stored.der).collect(),
        }
    }

    /// Whether it can no longer be used for a bank or a login, by its owner or anybody else.
    fn is_replaceable(&self) -> bool {
        let over = [Unusable::Expired, Unusable::NoCertificate];
        self.entry
            .reason
            .is_some_and(|reason| over.contains(&reason))
    }

    /// Deletes its certificates as far as the token permits, because space is scarce.
    fn clear(&self, job: &Job<'_>) {
        for der in &self.certificates {
            let _ = change(&job.token, job.ui, |store| store.delete_certificate(der));
        }
    }
}
