//! A new key pair on the token; where there is no room, in the place of another after a plain question.

use super::Job;
use super::key::{Origin, OurKey};
use super::{room, trial};
use crate::config::bank::Bank;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::keystore::abilities::NewKey;
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::operations::entries;
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::{Step, Work};
use crate::output::outcome::{TokenEntry, Unusable};
use crate::prompt::question::Question;
use crate::token::label::{is_ours, label};
use crate::token::notes;

/// Makes a key pair of the first type that the token can make and that can sign what TLS will want.
///
/// # Errors
/// [`TokenError::NoAlgorithm`], [`TokenError::CannotSign`], or what the token says; cancelled.
pub(super) fn key(job: &Job<'_>) -> Result<OurKey, Failure> {
    job.still_wanted()?;
    let label = label(
        &job.bank.id,
        &job.picked.login_id,
        job.clock.now(),
        &job.picked.request,
    );
    let entry = match first_possible(job, &label, None) {
        Err(Failure::Token(TokenError::Full)) => {
            let Some(old) = sacrifice(job)? else {
                return Err(TokenError::Full.into());
            };
            let made = first_possible(job, &label, Some(old.key.clone()))?;
            old.clear(job);
            made
        }
        other => other?,
    };
    if entry.label.is_empty() {
        notes::write(&job.context.config, &entry.spki_der, &label);
    }
    job.step(Step::KeyMade);
    Ok(OurKey {
        origin: Origin::Fresh,
        label,
        entry,
    })
}

fn first_possible(
    job: &Job<'_>,
    label: &str,
    instead_of: Option<KeyRef>,
) -> Result<KeyEntry, Failure> {
    let mut instead_of = instead_of;
    let mut refused = TokenError::NoAlgorithm;
    for algorithm in &job.picked.key_algorithms {
        if !trial::is_offered(job, *algorithm)? {
            refused = TokenError::CannotSign;
            continue;
        }
        let new = NewKey {
            algorithm: *algorithm,
            label: label.to_owned(),
            instead_of: instead_of.clone(),
            // What the old key and its certificate leave is as much.
            room: match instead_of {
                Some(_) => 0,
                None => room::needed(job.bank, *algorithm),
            },
        };
        job.working(Work::MakingKey {
            algorithm: *algorithm,
        });
        match change(&job.token, job.person, |store| store.generate(&new)) {
            Ok(made) => match trial::signs(job, &made) {
                Ok(true) => return Ok(made),
                Ok(false) => {
                    discard(job, &made)?;
                    // Its place is free now.
                    instead_of = None;
                    refused = TokenError::CannotSign;
                }
                Err(error) => {
                    // What stays on a token that fails here is found again as a key left behind.
                    let _ = discard(job, &made);
                    return Err(error);
                }
            },
            // Nothing else leads to the next type: whatever failed may have left a key.
            Err(Failure::Token(TokenError::NoAlgorithm)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(refused.into())
}

/// Takes a key off the token again that nobody has heard of yet.
fn discard(job: &Job<'_>, made: &KeyEntry) -> Result<(), Failure> {
    change(&job.token, job.person, |store| {
        store.delete_key(&made.reference)
    })
}

/// A key whose place may be taken: only after a plain question about the one that is missed least.
fn sacrifice(job: &Job<'_>) -> Result<Option<Sacrifice>, Failure> {
    let content = job.token.content()?;
    let banks = banks::usable(&job.context.config)?;
    let able = job.token.with(|store| Ok(store.abilities().delete_keys))?;
    let mut candidates: Vec<_> = content
        .keys
        .iter()
        // On a token with numbered places the new key takes one; on others the old key has to be destroyed.
        .filter(|key| able || !key.place.is_empty())
        // One of this user's that waits for its certificate is no other program's, and is gone on with.
        .filter(|key| !waits(job, &content, key))
        .map(|key| Sacrifice::of(key, &content, &banks, job))
        .filter(Sacrifice::is_missed_least)
        .collect();
    // What is longest over first. A key without certificate may be of use to other programs: last.
    candidates.sort_by_key(|c| (c.entry.not_after.is_none(), c.entry.not_after));
    let Some(chosen) = candidates.into_iter().next() else {
        return Ok(None);
    };
    job.person.agree(&Question::Overwrite {
        token: job.token.found().view.clone(),
        entry: Box::new(chosen.entry.clone()),
    })?;
    Ok(Some(chosen))
}

fn waits(job: &Job<'_>, content: &Content, key: &KeyEntry) -> bool {
    let label = notes::label_of(&job.context.config, key);
    is_ours(&label, &job.bank.id, &job.picked.login_id)
        && certificates_of(content, &key.spki_der).is_empty()
}

/// A key, and what the person is shown of it.
struct Sacrifice {
    entry: TokenEntry,
    key: KeyRef,
    /// Its certificates (DER): all of them are of no use without it.
    certificates: Vec<Vec<u8>>,
}

impl Sacrifice {
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

    /// What nobody can use any more in a bank or for a login, whosever it is.
    fn is_missed_least(&self) -> bool {
        let over = [Unusable::Expired, Unusable::NoCertificate];
        self.entry
            .reason
            .is_some_and(|reason| over.contains(&reason))
    }

    /// Its certificates go after it, as far as the token lets them: room is scarce.
    fn clear(&self, job: &Job<'_>) {
        for der in &self.certificates {
            let _ = change(&job.token, job.person, |store| {
                store.delete_certificate(der)
            });
        }
    }
}
