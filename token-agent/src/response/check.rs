//! Validation of the certificate for our key. Every check must pass before anything is written to a token.

use inkan_pki::x509::summary::CertificateSummary;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::error::ResponseError;

/// Maximum length of a serial number, RFC 5280 §4.1.2.2.
const MAX_SERIAL: usize = 20;
/// Maximum size of a certificate.
const MAX_CERTIFICATE: usize = 16 * 1024;

/// The expected contents of the certificate.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Our public key, DER SubjectPublicKeyInfo.
    pub spki_der: &'a [u8],
    /// The user's login ID: the last word of the common name.
    pub login_id: &'a str,
    /// Trust anchors.
    pub customer_ca: &'a [CertificateDer<'a>],
    /// The time of the check.
    pub now: UnixTime,
}

/// Finds the certificate for our key among `certificates` and validates it.
///
/// # Errors
/// [`ResponseError`] names the first check that failed.
pub fn ours(
    certificates: &[Vec<u8>],
    expected: &Expected<'_>,
) -> Result<(Vec<u8>, CertificateSummary), ResponseError> {
    let mut found = None;
    for der in certificates {
        if der.len() > MAX_CERTIFICATE {
            return Err(ResponseError::TooLarge);
        }
        let summary = CertificateSummary::parse(der).map_err(|_| ResponseError::Malformed)?;
        if summary.spki_der == expected.spki_der && !summary.is_ca {
            found = Some((der, summary));
        } else if summary.spki_der == expected.spki_der {
            return Err(ResponseError::IsCa);
        }
    }
    let (der, summary) = found.ok_or(ResponseError::WrongKey)?;
    chained(der, expected)?;
    purpose(der)?;
    named(&summary, expected.login_id)?;
    Ok((der.clone(), summary))
}

/// Signature, chain, dates and EKU, as a TLS server would check them.
///
/// # Errors
/// [`ResponseError::NotChained`], [`ResponseError::Validity`], [`ResponseError::Usage`], [`ResponseError::IsCa`].
pub fn chained(der: &[u8], expected: &Expected<'_>) -> Result<(), ResponseError> {
    let der = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&der).map_err(|_| ResponseError::Malformed)?;
    let anchors: Vec<_> = expected
        .customer_ca
        .iter()
        .filter_map(|ca| webpki::anchor_from_trusted_cert(ca).ok())
        .collect();
    // The bank file holds the issuing CA (and its root): a CA in the response proves nothing.
    certificate
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &[],
            expected.now,
            KeyUsage::client_auth(),
            None,
            None,
        )
        .map(|_| ())
        .map_err(|e| match e {
            webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => {
                ResponseError::Validity
            }
            webpki::Error::RequiredEkuNotFoundContext(_) => ResponseError::Usage,
            webpki::Error::CaUsedAsEndEntity => ResponseError::IsCa,
            _ => ResponseError::NotChained,
        })
}

/// Explicit `clientAuth`, `digitalSignature`, and a valid serial number.
fn purpose(der: &[u8]) -> Result<(), ResponseError> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| ResponseError::Malformed)?;
    let extended = certificate
        .extended_key_usage()
        .map_err(|_| ResponseError::Malformed)?;
    if !extended.is_some_and(|e| e.value.client_auth) {
        return Err(ResponseError::Usage);
    }
    let usage = certificate
        .key_usage()
        .map_err(|_| ResponseError::Malformed)?;
    if !usage.is_some_and(|u| u.value.digital_signature()) {
        return Err(ResponseError::Usage);
    }
    let serial = certificate.raw_serial();
    let negative = serial.first().is_none_or(|b| b & 0x80 != 0);
    if negative || serial.iter().all(|b| *b == 0) || serial.len() > MAX_SERIAL {
        return Err(ResponseError::Serial);
    }
    Ok(())
}

/// O, OU and CN are present, and the CN is this user's.
fn named(summary: &CertificateSummary, login_id: &str) -> Result<(), ResponseError> {
    let CertificateSummary {
        organization,
        organizational_unit,
        common_name,
        ..
    } = summary;
    let complete = ![organization, organizational_unit, common_name]
        .iter()
        .any(|part| part.trim().is_empty());
    let of_user = common_name.rsplit(' ').next() == Some(login_id);
    if complete && of_user {
        Ok(())
    } else {
        Err(ResponseError::Subject)
    }
}
