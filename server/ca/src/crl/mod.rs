//! Revocation lists (RFC 5280 §5): version 2, full and delta, of a whole CA or of one part of it.
//!
//! A list is built as bytes: a million lines take fifty megabytes and no more.
//!
//! - [`line`]: one revoked certificate
//! - `extensions`: number, scope, base of a delta, where the delta is

mod extensions;
pub mod line;

use jiff::Timestamp;
use x509_parser::asn1_rs::BitString;
use x509_parser::prelude::{AlgorithmIdentifier, FromDer, X509Certificate};

use inkan_pki::x509::assemble;
use inkan_pki::x509::chain::ChainError;

use super::asn1;
use super::authority::Authority;
use super::id::CaId;
use super::issue::IssueError;
use super::issuing_ca::IssuingCa;

pub use super::reason::Reason;
pub use line::RevokedEntries;

/// What a list says.
#[derive(Debug)]
pub struct CrlContent<'a> {
    /// CRL number: grows within a scope, full and delta lists together.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// The part (with its URL) that it is limited to; none for all certificates of the CA.
    pub shard_url: Option<&'a str>,
    /// A delta: number of the full list it starts from.
    pub base: Option<u64>,
    /// A full list: where its deltas are.
    pub delta_url: Option<&'a str>,
    /// What was revoked.
    pub entries: RevokedEntries,
}

impl Authority {
    /// Signs a list of a CA and verifies the signature.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign_crl(
        &self,
        id: impl Into<CaId>,
        list: CrlContent<'_>,
    ) -> Result<Vec<u8>, IssueError> {
        let ca = self.ca(id)?.clone();
        let tbs = to_be_signed(&ca, list)?;
        let signature = self.signature(&ca, &tbs).await?;
        // Megabytes are hashed: not on a thread that others wait for.
        let verified = tokio::task::spawn_blocking(move || {
            verify(&ca, &tbs, &signature)?;
            Ok(assemble::signed(&tbs, ca.algorithm, &signature)?)
        });
        verified
            .await
            .unwrap_or(Err(IssueError::Signature(ChainError::Malformed)))
    }
}

fn to_be_signed(ca: &IssuingCa, list: CrlContent<'_>) -> Result<Vec<u8>, IssueError> {
    let bad = || IssueError::CaCertificate(ca.key.clone());
    let (_, certificate) = X509Certificate::from_der(&ca.certificate).map_err(|_| bad())?;
    let version = asn1::integer(&[1]);
    let algorithm = assemble::algorithm_identifier(ca.algorithm)?;
    let name = certificate.subject().as_raw();
    let this_update = asn1::time(list.this_update)?;
    let next_update = asn1::time(list.next_update)?;
    let extensions = extensions::of(&list, &certificate, &ca.key)?;
    let mut entries_header = Vec::new();
    // A list without lines has no field for them.
    if !list.entries.is_empty() {
        asn1::header(
            asn1::SEQUENCE,
            list.entries.as_der().len(),
            &mut entries_header,
        );
    }
    let parts: [&[u8]; 8] = [
        &version,
        &algorithm,
        name,
        &this_update,
        &next_update,
        &entries_header,
        list.entries.as_der(),
        &extensions,
    ];
    let length = parts.iter().map(|part| part.len()).sum();
    let mut tbs = Vec::with_capacity(length + 10);
    asn1::header(asn1::SEQUENCE, length, &mut tbs);
    for part in parts {
        tbs.extend_from_slice(part);
    }
    Ok(tbs)
}

fn verify(ca: &IssuingCa, tbs: &[u8], signature: &[u8]) -> Result<(), IssueError> {
    let malformed = || IssueError::Signature(ChainError::Malformed);
    let (_, certificate) = X509Certificate::from_der(&ca.certificate).map_err(|_| malformed())?;
    let algorithm = assemble::algorithm_identifier(ca.algorithm)?;
    let (_, algorithm) = AlgorithmIdentifier::from_der(&algorithm).map_err(|_| malformed())?;
    let signature = BitString::new(0, signature);
    x509_parser::verify::verify_signature(certificate.public_key(), &algorithm, &signature, tbs)
        .map_err(|_| IssueError::wrong(&ca.key, ChainError::BadSignature))
}
