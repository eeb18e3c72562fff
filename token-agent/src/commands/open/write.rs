//! Certificate and chain onto the token, so that browsers find them.

use inkan_pki::pkcs11::certificate::{delete_certificate, write_certificate};
use inkan_pki::x509::summary::CertificateSummary;

use super::Job;
use super::obtain::Issued;
use crate::error::TokenError;
use crate::token::content::Content;

/// Bytes of the public key's hash used as CKA_ID of a CA certificate.
const CA_ID: usize = 20;

/// Writes what is not there. An older certificate for the very same key is ours and makes way for the new one.
///
/// # Errors
/// [`TokenError::Full`], [`TokenError::WriteProtected`], or what else the token says.
pub(super) fn certificate_and_chain(
    job: &Job<'_>,
    issued: &Issued,
    chain: Vec<Vec<u8>>,
) -> Result<(), TokenError> {
    let content = job.thread.call(Content::read)?;
    let (der, key) = (issued.der.clone(), issued.key.clone());
    job.thread
        .call(move |s| write_certificate(s, &der, &key.label, &key.id))?;
    for older in content
        .certificates_of(&issued.key.spki_der)
        .filter(|c| c.stored.der != issued.der)
    {
        let der = older.stored.der.clone();
        job.thread.call(move |s| delete_certificate(s, &der))?;
    }
    for ca in chain.into_iter().filter(|ca| !content.holds(ca)) {
        let Ok(summary) = CertificateSummary::parse(&ca) else {
            continue;
        };
        let id: Vec<u8> = hex::decode(&summary.spki_sha256)
            .unwrap_or_default()
            .into_iter()
            .take(CA_ID)
            .collect();
        job.thread
            .call(move |s| write_certificate(s, &ca, &summary.common_name, &id))?;
    }
    Ok(())
}
