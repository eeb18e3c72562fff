//! A new key pair on the token; where there is no room, in the place of another after a plain question.

use super::Job;
use super::key::{Origin, OurKey};
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::keystore::abilities::NewKey;
use crate::keystore::content::{Content, KeyEntry, KeyRef};
use crate::operations::entries;
use crate::operations::unlock::change;
use crate::output::event::{Step, Work};
use crate::output::outcome::{TokenEntry, Unusable};
use crate::prompt::question::Question;
use crate::token::label::label;
use crate::token::notes;

/// Makes a key pair of the first type the token can do.
///
/// # Errors
/// [`TokenError::NoAlgorithm`], or what the token says; cancelled.
pub(super) fn key(job: &Job<'_>) -> Result<OurKey, Failure> {
    job.still_wanted()?;
    let label = label(
        &job.bank.id,
        &job.picked.login_id,
        job.context.clock.now(),
        &job.picked.request,
    );
    let entry = match first_possible(job, &label, None) {
        Err(Failure::Token(TokenError::Full)) => {
            let Some(place) = sacrifice(job)? else {
                return Err(TokenError::Full.into());
            };
            first_possible(job, &label, Some(place))?
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
    let mut refused = None;
    for algorithm in &job.picked.key_algorithms {
        let new = NewKey {
            algorithm: *algorithm,
            label: label.to_owned(),
            instead_of: instead_of.clone(),
        };
        job.working(Work::MakingKey {
            algorithm: *algorithm,
        });
        match change(&job.token, job.person, |store| store.generate(&new)) {
            Ok(made) => return Ok(made),
            Err(Failure::Token(TokenError::NoAlgorithm)) => {}
            // Some tokens say "bad attribute" of a curve they do not know.
            Err(Failure::Token(error @ TokenError::Failed { .. })) => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(refused.unwrap_or(TokenError::NoAlgorithm).into())
}

/// A key whose place may be taken. Only on tokens with numbered places, and only after a plain question about the one that
/// is missed least: a key without certificate or with one that is over, the longest over first.
fn sacrifice(job: &Job<'_>) -> Result<Option<KeyRef>, Failure> {
    let content = job.token.content()?;
    let banks = banks::usable(&job.context.config)?;
    let entries = entries::all(&content, true, &banks, job.context);
    let of = |key: &KeyEntry| {
        let entry = entries
            .iter()
            .find(|e| e.place.as_deref() == Some(key.place.as_str()) && e.has_key == Some(true));
        entry.cloned()
    };
    let mut candidates: Vec<(TokenEntry, KeyRef)> = placed(&content)
        .filter_map(|key| Some((of(key)?, key.reference.clone())))
        .filter(|(entry, _)| missed_least(entry))
        .collect();
    candidates.sort_by_key(|(entry, _)| entry.not_after);
    let Some((entry, place)) = candidates.into_iter().next() else {
        return Ok(None);
    };
    job.person.agree(&Question::Overwrite {
        token: job.token.found().view.clone(),
        entry: Box::new(entry),
    })?;
    Ok(Some(place))
}

/// What nobody can use any more, whosever it is.
fn missed_least(entry: &TokenEntry) -> bool {
    let over = [Unusable::Expired, Unusable::NoCertificate];
    entry.reason.is_some_and(|reason| over.contains(&reason))
}

fn placed(content: &Content) -> impl Iterator<Item = &KeyEntry> {
    content.keys.iter().filter(|key| !key.place.is_empty())
}
