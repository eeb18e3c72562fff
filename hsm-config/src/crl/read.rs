//! Reads a root's CRL, DER or PEM, and verifies its signature under the root's certificate.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use inkan_pki::x509::fingerprint::sha256_hex;
use jiff::Timestamp;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use super::MAX_CRL_BYTES;
use crate::spec::Spec;

/// A CRL whose signature is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCrl {
    /// The CRL, DER.
    pub der: Vec<u8>,
    /// CRL number, hex; empty without one.
    pub number: String,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// Revoked serials, hex.
    pub revoked: Vec<String>,
    /// SHA-256, hex.
    pub sha256: String,
}

/// What is wrong with a CRL. Sentences are in [`catalogue::crl_defect`](crate::catalogue::crl_defect).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{:?}", self)]
pub enum CrlDefect {
    /// The file cannot be read.
    File(PathBuf, std::io::ErrorKind),
    /// It is not a CRL, or has no nextUpdate.
    Malformed,
    /// Another CA signed it, or it was changed.
    Signature,
}

/// The CRL of a root, from its file; `None` when there is no file.
///
/// # Errors
/// [`Bad`].
pub fn read(spec: &Spec, ca: &str, ca_der: &[u8]) -> Result<Option<VerifiedCrl>, CrlDefect> {
    let path = spec.crl_path(ca);
    match bytes(&path) {
        Ok(bytes) => read_der(&bytes, ca_der).map(Some),
        Err(std::io::ErrorKind::NotFound) => Ok(None),
        Err(kind) => Err(CrlDefect::File(path, kind)),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, std::io::ErrorKind> {
    // Opening a pipe would block until a writer comes.
    if !std::fs::metadata(path).map_err(|e| e.kind())?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput);
    }
    let file = File::open(path).map_err(|e| e.kind())?;
    let mut bytes = Vec::new();
    file.take(MAX_CRL_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| e.kind())?;
    if bytes.len() as u64 > MAX_CRL_BYTES {
        return Err(std::io::ErrorKind::FileTooLarge);
    }
    Ok(bytes)
}

/// A CRL, DER or PEM, of the CA with this certificate.
///
/// # Errors
/// [`Bad::Malformed`], [`Bad::Signature`].
pub fn read_der(bytes: &[u8], ca_der: &[u8]) -> Result<VerifiedCrl, CrlDefect> {
    let der = if bytes.starts_with(b"-----BEGIN") {
        let (_, pem) = parse_x509_pem(bytes).map_err(|_| CrlDefect::Malformed)?;
        pem.contents
    } else {
        bytes.to_vec()
    };
    let (rest, crl) =
        CertificateRevocationList::from_der(&der).map_err(|_| CrlDefect::Malformed)?;
    let (_, ca) = X509Certificate::from_der(ca_der).map_err(|_| CrlDefect::Signature)?;
    let time = |at: x509_parser::time::ASN1Time| Timestamp::from_second(at.timestamp()).ok();
    let next_update = crl
        .next_update()
        .and_then(time)
        .ok_or(CrlDefect::Malformed)?;
    let this_update = time(crl.last_update()).ok_or(CrlDefect::Malformed)?;
    if !rest.is_empty() {
        return Err(CrlDefect::Malformed);
    }
    let ours = crl.issuer().as_raw() == ca.subject().as_raw();
    if !ours || crl.verify_signature(ca.public_key()).is_err() {
        return Err(CrlDefect::Signature);
    }
    let number = crl.crl_number().map(|number| format!("{number:x}"));
    let revoked = crl.iter_revoked_certificates();
    let revoked = revoked
        .map(|one| {
            hex::encode(one.raw_serial())
                .trim_start_matches('0')
                .to_owned()
        })
        .collect();
    Ok(VerifiedCrl {
        number: number.unwrap_or_default(),
        revoked,
        sha256: sha256_hex(&der),
        this_update,
        next_update,
        der,
    })
}
