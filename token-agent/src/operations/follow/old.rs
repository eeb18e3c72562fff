//! After a renewal: the certificate that was renewed opens nothing any more. The person is offered to have it deleted with
//! its key, so that the next list shows one certificate and not two that look alike.

use super::Job;
use super::obtain::Issued;
use super::renewal::present;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::operations::entries;
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::prompt::question::Question;
use crate::token::notes;

/// Offers it. The renewal is done whatever comes of this: answers the serial number of what was deleted, if it was.
pub(super) fn offer(job: &Job<'_>, issued: &Issued) -> Option<String> {
    // "No", or a token that does not want to: the old one stays and does no harm.
    delete(job, issued).unwrap_or_default()
}

fn delete(job: &Job<'_>, issued: &Issued) -> Result<Option<String>, Failure> {
    let content = job.token.content()?;
    let Some((old, key)) = present(job, &content, &issued.key) else {
        return Ok(None);
    };
    // Never the one that has just taken its place, whatever the token says about times.
    if old.stored.der == issued.der {
        return Ok(None);
    }
    let context = job.context;
    let banks = banks::usable(&context.config)?;
    let entry = entries::certificate(&old, &content, true, &banks, context);
    let able = job.token.with(|store| Ok(store.abilities().delete_keys))?;
    let shared = certificates_of(&content, &old.summary.spki_der).len() > 1;
    let with_key = able && !shared;
    job.person.agree(&Question::Delete {
        token: job.view.clone(),
        entry: Box::new(entry),
        with_key,
        last: false,
    })?;
    // The key first, as in every deletion: a certificate may be left without a key, never a key that looks unfinished.
    if with_key {
        match change(&job.token, job.person, |store| {
            store.delete_key(&key.reference)
        }) {
            Ok(()) | Err(Failure::Token(TokenError::CannotDo { .. })) => {}
            Err(error) => return Err(error),
        }
        notes::remove(&context.config, &old.summary.spki_der);
    }
    change(&job.token, job.person, |store| {
        store.delete_certificate(&old.stored.der)
    })?;
    Ok(Some(old.summary.serial))
}
