//! Revocation lists (RFC 5280 §5): full ones, version 2, with a number that only grows.

use jiff::Timestamp;
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::issue::{Authority, IssueError, IssuerId};
use super::profile::{ProfileError, offset};
pub use super::reason::Reason;
use super::tbs;
use inkan_pki::x509::chain::ChainError;

/// One line of a CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Serial number octets.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Timestamp,
    /// Why; `None` for unspecified, which a CRL leaves out (§5.3.1).
    pub reason: Option<Reason>,
}

impl Authority {
    /// Signs CRL `number` of a CA and verifies the result.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign_crl(
        &self,
        id: IssuerId,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> Result<Vec<u8>, IssueError> {
        let ca = self.issuer(id);
        let lines: Result<Vec<_>, ProfileError> = revoked.iter().map(line).collect();
        let params = CertificateRevocationListParams {
            this_update: offset(this_update)?,
            next_update: offset(next_update)?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: lines?,
            key_identifier_method: KeyIdMethod::PreSpecified(subject_key_id(
                &ca.certificate,
                &ca.key,
            )?),
        };
        let tbs = tbs::crl(&params, &ca.certificate, ca.algorithm)?;
        let der = self.sign_with(ca, &tbs).await?;
        verify(&der, &tbs, &ca.certificate)?;
        Ok(der)
    }
}

fn line(revoked: &Revoked) -> Result<RevokedCertParams, ProfileError> {
    Ok(RevokedCertParams {
        serial_number: SerialNumber::from_slice(&revoked.serial),
        revocation_time: offset(revoked.at)?,
        reason_code: revoked.reason.map(Reason::to_rcgen),
        invalidity_date: None,
    })
}

fn subject_key_id(ca_der: &[u8], key: &str) -> Result<Vec<u8>, IssueError> {
    let bad = || IssueError::CaCertificate(key.to_owned());
    let (_, ca) = X509Certificate::from_der(ca_der).map_err(|_| bad())?;
    ca.iter_extensions()
        .find_map(|e| match e.parsed_extension() {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(id) => {
                Some(id.0.to_vec())
            }
            _ => None,
        })
        .ok_or_else(bad)
}

fn verify(crl: &[u8], tbs: &[u8], ca: &[u8]) -> Result<(), IssueError> {
    let malformed = IssueError::Signature(ChainError::Malformed);
    let (Ok((_, crl)), Ok((_, ca))) = (
        CertificateRevocationList::from_der(crl),
        X509Certificate::from_der(ca),
    ) else {
        return Err(malformed);
    };
    crl.verify_signature(ca.public_key())
        .map_err(|_| IssueError::Signature(ChainError::BadSignature))?;
    if crl.tbs_cert_list.as_ref() == tbs {
        Ok(())
    } else {
        Err(IssueError::Differs)
    }
}
