//! After a renewal the old certificate is no longer accepted. The user is offered its deletion with its key, so that
//! the next list shows one certificate instead of two similar ones.

use super::Job;
use super::obtain::Issued;
use super::renewal::present;
use crate::config::banks;
use crate::error::{Failure, TokenError};
use crate::operations::entries;
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::prompt::question::Question;
use crate::token::stored_labels;

/// Offers the deletion. It does not affect the renewal. Returns the serial number of the deleted certificate, if any.
pub(super) fn offer_deletion(job: &Job<'_>, issued: &Issued) -> Option<String> {
    // If the user declines or the token refuses, the old certificate remains and does no harm.
    delete(job, issued).unwrap_or_default()
}

fn delete(job: &Job<'_>, issued: &Issued) -> Result<Option<String>, Failure> {
    let content = job.token.content()?;
    let Some((old, key)) = present(job, &content, &issued.key) else {
        return Ok(None);
    };
    // Never the certificate that has just replaced it, whatever its dates are.
    if old.stored.der == issued.der {
        return Ok(None);
    }
    let context = job.context;
    let banks = banks::usable(&context.config)?;
    let entry = entries::certificate(&old, &content, true, &banks, context);
    let able = job
        .token
        .with(|store| Ok(store.capabilities().delete_keys))?;
    let shared = certificates_of(&content, &old.summary.spki_der).len() > 1;
    let with_key = able && !shared;
    job.ui.confirm(&Question::Delete {
        token: job.view.clone(),
        entry: Box::new(entry),
        with_key,
        last: false,
    })?;
    // The key is deleted first, as in every deletion: an interruption may leave a certificate without a key, never a
    // key that looks unfinished.
    if with_key {
        match change(&job.token, job.ui, |store| store.delete_key(&key.reference)) {
            Ok(()) | Err(Failure::Token(TokenError::Unsupported { .. })) => {}
            Err(error) => return Err(error),
        }
        stored_labels::remove(&context.config, &old.summary.spki_der);
    }
    change(&job.token, job.ui, |store| {
        store.delete_certificate(&old.stored.der)
    })?;
    Ok(Some(old.summary.serial))
}
