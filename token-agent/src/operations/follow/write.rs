//! Certificate and chain onto the token, so that browsers find them.

use inkan_pki::x509::summary::CertificateSummary;

use super::Job;
use super::obtain::Issued;
use crate::error::{Failure, TokenError};
use crate::operations::select::certificates_of;
use crate::operations::unlock::change;
use crate::output::event::Work;
use crate::token::notes;

/// Writes what is not there. An older certificate for the very same key is ours and makes way for the new one.
///
/// # Errors
/// [`TokenError::NoRoomForCertificate`], [`TokenError::WriteProtected`], or what else the token says.
pub(super) fn certificate_and_chain(
    job: &Job<'_>,
    issued: &Issued,
    chain: Vec<Vec<u8>>,
) -> Result<(), Failure> {
    job.working(Work::Writing);
    let content = job.token.content()?;
    let (der, key) = (&issued.der, &issued.key);
    change(&job.token, job.person, |store| {
        let written = store.write_certificate(Some(&key.entry.reference), der, &key.label);
        // It was there a moment ago: what is gone is the token under it.
        written.map_err(|error| match error {
            TokenError::KeyGone => TokenError::Removed,
            TokenError::Full => TokenError::NoRoomForCertificate,
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
            // The new one took its place.
            Ok(()) | Err(TokenError::CertificateGone) => {}
            Err(error) => return Err(error.into()),
        }
    }
    notes::remove(&job.context.config, &key.entry.spki_der);
    if job
        .token
        .with(|store| Ok(store.abilities().ca_certificates))?
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
                // The login does not need it: the bank's server has it, and browsers get it from there.
                Err(TokenError::Full) => break,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
