//! The key pair of a request: the one of a try that broke off, or a new one.

use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{GiveUpReason, Resume};
use inkan_pki::x509::fingerprint::sha256_hex;

use super::{Job, give_up, make, trial};
use crate::error::{Failure, TokenError};
use crate::keystore::content::{Content, KeyEntry};
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::Step;
use crate::token::label::is_ours;
use crate::token::notes;

/// Where the key comes from: what may be done with it when the bank refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made for this request.
    Fresh,
    /// Ours, left without a certificate by a try that broke off.
    Left,
    /// The bank has signed a certificate for it already.
    Resumed,
}

/// The key pair that goes on.
#[derive(Debug, Clone)]
pub(crate) struct OurKey {
    pub(crate) origin: Origin,
    pub(crate) label: String,
    pub(crate) entry: KeyEntry,
}

/// Finds the key to go on with, or makes one.
///
/// # Errors
/// [`TokenError::KeyElsewhere`] when the bank waits for a key that is not on this token; what the token says.
pub(super) fn settle(job: &Job<'_>) -> Result<OurKey, Failure> {
    let content = job.token.content()?;
    clear_halves(job, &content)?;
    let existing = if let Some(resume) = &job.picked.resume {
        let fits = |k: &KeyEntry| sha256_hex(&k.spki_der) == resume.spki_sha256.to_lowercase();
        match content.keys.iter().find(|k| fits(k)) {
            Some(entry) if !confined(job, entry)? => instead(
                job,
                resume,
                GiveUpReason::KeyUnusable,
                TokenError::Extractable,
            )?,
            Some(entry) if !trial::signs(job, entry)? => instead(
                job,
                resume,
                GiveUpReason::KeyUnusable,
                TokenError::CannotSign,
            )?,
            Some(entry) => Some((entry.clone(), Origin::Resumed)),
            // The certificate in use is here: the bank lets another key take the place of one that was lost, after a while.
            None if job.picked.action == Action::Renew => None,
            None => instead(
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
        None => left_over(&content, job)?.map(|entry| (entry, Origin::Left)),
        found => found,
    };
    match existing {
        Some((entry, origin)) => {
            job.step(Step::KeyReused);
            Ok(OurKey {
                origin,
                label: notes::label_of(&job.context.config, &entry),
                entry,
            })
        }
        None => make::key(job),
    }
}

/// No key to go on with, where the issue for that key is given up; else `why` it cannot go on.
fn instead(
    job: &Job<'_>,
    resume: &Resume,
    reason: GiveUpReason,
    why: TokenError,
) -> Result<Option<(KeyEntry, Origin)>, Failure> {
    if give_up::offer(job, resume, reason)? {
        return Ok(None);
    }
    Err(why.into())
}

/// Takes the public half of a pair of ours off the token where a break-off in the middle of making it left no private
/// half: it is of no use, and room is scarce. Only under the lock: else another agent might be making that very pair.
fn clear_halves(job: &Job<'_>, content: &Content) -> Result<(), Failure> {
    if job.lock.is_none() {
        return Ok(());
    }
    for half in &content.halves {
        if is_ours(&half.label, &job.bank.id, &job.picked.login_id) {
            change(&job.token, job.person, |store| {
                store.delete_key(&half.reference)
            })?;
        }
    }
    Ok(())
}

/// The newest key of ours for this bank and user that has no certificate and is of a type the bank takes. One that is not
/// confined to the token is none, nor is one that cannot sign for TLS: the agent never sent such a key to a bank, so it is what a
/// break-off inside the token left of a pair not yet whole or not yet tried, and is cleared away.
fn left_over(content: &Content, job: &Job<'_>) -> Result<Option<KeyEntry>, Failure> {
    let label = |key: &KeyEntry| notes::label_of(&job.context.config, key);
    let ours = |key: &&KeyEntry| {
        is_ours(&label(key), &job.bank.id, &job.picked.login_id)
            && job.picked.key_algorithms.contains(&key.algorithm)
            && certificates_of(content, &key.spki_der).is_empty()
    };
    let mut newest: Option<&KeyEntry> = None;
    for key in content.keys.iter().filter(ours) {
        if !confined(job, key)? || !trial::signs(job, key)? {
            if job.lock.is_some() {
                change(&job.token, job.person, |store| {
                    store.delete_key(&key.reference)
                })?;
            }
        } else if newest.is_none_or(|n| label(n) <= label(key)) {
            newest = Some(key);
        }
    }
    Ok(newest.cloned())
}

/// A key made earlier is held to the same rule as a new one.
fn confined(job: &Job<'_>, key: &KeyEntry) -> Result<bool, TokenError> {
    job.token.with(|store| store.confined(&key.reference))
}

/// Takes a key of ours off the token again. Only for keys that no certificate can ever come for.
///
/// # Errors
/// What the token says.
pub(super) fn remove(job: &Job<'_>, key: &OurKey) -> Result<(), Failure> {
    change(&job.token, job.person, |store| {
        store.delete_key(&key.entry.reference)
    })?;
    notes::remove(&job.context.config, &key.entry.spki_der);
    job.step(Step::KeyRemoved);
    Ok(())
}
