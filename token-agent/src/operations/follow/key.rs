//! The key pair of a request: left over from an interrupted attempt, or new.

use inkan_pki::messages::bank::KeyStoreDemand;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{GiveUpReason, Resume};
use inkan_pki::x509::fingerprint::sha256_hex;

use super::{Job, generate, give_up, trial};
use crate::error::{Failure, TokenError};
use crate::keystore::content::{Content, KeyEntry, KeyProtection};
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::Step;
use crate::token::label::is_ours;
use crate::token::stored_labels;

/// Origin of the key. It decides what happens to the key if the bank refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// Generated for this request.
    Generated,
    /// Left without a certificate by an interrupted attempt of ours.
    LeftOver,
    /// The bank has issued a certificate for it already.
    Resumed,
}

/// The key pair to be certified.
#[derive(Debug, Clone)]
pub(crate) struct EnrolmentKey {
    pub(crate) origin: KeyOrigin,
    pub(crate) label: String,
    pub(crate) entry: KeyEntry,
}

/// Finds the key to continue with, or generates one.
///
/// # Errors
/// [`TokenError::KeyElsewhere`] if the bank expects a key that is not on this token; [`TokenError::WrongKeyStore`]; the
/// error that the token reports.
pub(super) fn find_or_generate(job: &Job<'_>) -> Result<EnrolmentKey, Failure> {
    // An earlier key must be where the bank demands it, as a new one must.
    generate::check_key_store(job)?;
    let content = job.token.content()?;
    delete_orphans(job, &content)?;
    let existing = if let Some(resume) = &job.picked.resume {
        let fits = |k: &KeyEntry| sha256_hex(&k.spki_der) == resume.spki_sha256.to_lowercase();
        match content.keys.iter().find(|k| fits(k)) {
            Some(entry) => match why_unusable(job, entry)? {
                None => Some((entry.clone(), KeyOrigin::Resumed)),
                Some(why) => give_up_or_fail(job, resume, GiveUpReason::KeyUnusable, why)?,
            },
            // The certificate in use is here: after a while the bank accepts another key in place of a lost one.
            None if job.picked.action == Action::Renew => None,
            None => give_up_or_fail(
                job,
                resume,
                GiveUpReason::KeyElsewhere,
                TokenError::KeyElsewhere,
            )?,
        }
    } else {
        None
    };
    let existing = match existing {
        None => left_over(&content, job)?.map(|entry| (entry, KeyOrigin::LeftOver)),
        found => found,
    };
    match existing {
        Some((entry, origin)) => {
            job.step(Step::KeyReused);
            Ok(EnrolmentKey {
                origin,
                label: stored_labels::label_of(&job.context.config, &entry),
                entry,
            })
        }
        None => generate::generate(job),
    }
}

/// Why the key of the interrupted issuance cannot be used; `None` if it can.
fn why_unusable(job: &Job<'_>, key: &KeyEntry) -> Result<Option<TokenError>, Failure> {
    if let Some(demand) = unmet_demand(job, key) {
        return Ok(Some(TokenError::WrongKeyStore { demand }));
    }
    if !confined(job, key)? {
        return Ok(Some(TokenError::Extractable));
    }
    let signs = trial::signs(job, key)?;
    Ok((!signs).then_some(TokenError::CannotSign))
}

/// `None` if the issuance for the unusable key is given up; otherwise fails with `why`.
fn give_up_or_fail(
    job: &Job<'_>,
    resume: &Resume,
    reason: GiveUpReason,
    why: TokenError,
) -> Result<Option<(KeyEntry, KeyOrigin)>, Failure> {
    if give_up::offer(job, resume, reason)? {
        return Ok(None);
    }
    Err(why.into())
}

/// Deletes public keys of ours without a private key, left by an interrupted generation: they are useless, and space is
/// scarce. Only under the lock: another agent might be generating that very pair.
fn delete_orphans(job: &Job<'_>, content: &Content) -> Result<(), Failure> {
    if job.lock.is_none() {
        return Ok(());
    }
    for half in &content.orphans {
        if is_ours(&half.label, &job.bank.id, &job.picked.login_id) {
            change(&job.token, job.ui, |store| {
                store.delete_key(&half.reference)
            })?;
        }
    }
    Ok(())
}

/// The newest key of ours for this bank and user that has no certificate and is of an accepted type. A key that could
/// exist elsewhere or cannot sign for TLS does not count: the agent never sent such a key to a bank, so an interruption
/// inside the token left it unfinished or untested. It is deleted.
fn left_over(content: &Content, job: &Job<'_>) -> Result<Option<KeyEntry>, Failure> {
    let label = |key: &KeyEntry| stored_labels::label_of(&job.context.config, key);
    let ours = |key: &&KeyEntry| {
        is_ours(&label(key), &job.bank.id, &job.picked.login_id)
            && job.picked.key_algorithms.contains(&key.algorithm)
            && unmet_demand(job, key).is_none()
            && certificates_of(content, &key.spki_der).is_empty()
    };
    let mut newest: Option<&KeyEntry> = None;
    for key in content.keys.iter().filter(ours) {
        if !confined(job, key)? || !trial::signs(job, key)? {
            if job.lock.is_some() {
                change(&job.token, job.ui, |store| store.delete_key(&key.reference))?;
            }
        } else if newest.is_none_or(|n| label(n) <= label(key)) {
            newest = Some(key);
        }
    }
    Ok(newest.cloned())
}

/// The bank's demand, if an earlier key of a suitable token is somewhere else. Without a protection of its own a key is
/// where all keys of its token are.
fn unmet_demand(job: &Job<'_>, key: &KeyEntry) -> Option<KeyStoreDemand> {
    job.bank.key_store.filter(|demand| match demand {
        KeyStoreDemand::Tpm => key.protection.is_some_and(|p| p != KeyProtection::Tpm),
        KeyStoreDemand::Card => key.protection.is_some_and(|p| p != KeyProtection::Card),
    })
}

/// An earlier key must meet the same requirement as a new one.
fn confined(job: &Job<'_>, key: &KeyEntry) -> Result<bool, TokenError> {
    job.token.with(|store| store.confined(&key.reference))
}

/// Deletes a key of ours. Only for keys that can never get a certificate.
///
/// # Errors
/// The error that the token reports.
pub(super) fn remove(job: &Job<'_>, key: &EnrolmentKey) -> Result<(), Failure> {
    change(&job.token, job.ui, |store| {
        store.delete_key(&key.entry.reference)
    })?;
    stored_labels::remove(&job.context.config, &key.entry.spki_der);
    job.step(Step::KeyRemoved);
    Ok(())
}
