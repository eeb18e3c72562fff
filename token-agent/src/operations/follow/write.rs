//! Stores certificate and chain on the token, so that browsers find them.

use inkan_pki::x509::summary::CertificateSummary;

use super::Job;
use super::obtain::Issued;
use crate::error::{Failure, TokenError};
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::{Step, Work};
use crate::token::stored_labels;

/// Writes what is missing. An older certificate for the same key is ours and is replaced by the new one.
///
/// # Errors
/// [`TokenError::NoSpaceForCertificate`], [`TokenError::WriteProtected`], or another error of the token.
pub(super) fn certificate_and_chain(
    job: &Job<'_>,
    issued: &Issued,
    chain: Vec<Vec<u8>>,
) -> Result<(), Failure> {
    job.working(Work::Writing);
    let content = job.token.content()?;
    let (der, key) = (&issued.der, &issued.key);
    let repaired = content.holds(der)
        && change(&job.token, job.ui, |store| {
            store.repair_link(&key.entry.reference, der)
        })?;
    if repaired {
        job.step(Step::LinkRepaired);
    }
    change(&job.token, job.ui, |store| {
        let written = store.write_certificate(Some(&key.entry.reference), der, &key.label);
        // The key was there a moment ago, so the token was removed.
        written.map_err(|error| match error {
            TokenError::KeyGone => TokenError::Removed,
            TokenError::Full => TokenError::NoSpaceForCertificate,
            other => other,
        })
    })?;
    for older in certificates_of(&content, &key.entry.spki_der) {
        if older.stored.der == *der {
            continue;
        }
        let deleted = job
            .token
            .with(|store| store.delete_certificate(&older.stored.der));
        match deleted {
            // The new certificate replaced it.
            Ok(()) | Err(TokenError::CertificateGone) => {}
            Err(error) => return Err(error.into()),
        }
    }
    stored_labels::remove(&job.context.config, &key.entry.spki_der);
    if job
        .token
        .with(|store| Ok(store.capabilities().ca_certificates))?
    {
        for ca in chain.into_iter().filter(|ca| !content.holds(ca)) {
            let Ok(summary) = CertificateSummary::parse(&ca) else {
                continue;
            };
            let written = job
                .token
                .with(|store| store.write_certificate(None, &ca, &summary.common_name));
            match written {
                Ok(()) => {}
                // A login does not need it: the bank's server has it, and browsers get it from there.
                Err(TokenError::Full) => break,
                // A root, which some stores do not accept beside the others.
                Err(TokenError::Unsupported { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
