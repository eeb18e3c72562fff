//! A root's list in its file: DER or PEM, its signature checked under the root's certificate.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use inkan_pki::x509::fingerprint::sha256_hex;
use jiff::Timestamp;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use super::MAX_LIST_OCTETS;
use crate::spec::Spec;

/// A list whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadList {
    /// The list, DER.
    pub der: Vec<u8>,
    /// CRL number, hex; empty without one.
    pub number: String,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// Serial numbers on it, hex.
    pub revoked: Vec<String>,
    /// SHA-256, hex.
    pub sha256: String,
}

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// The file cannot be read.
    #[error("{path} cannot be read: {0}", path = .1.display())]
    File(std::io::ErrorKind, PathBuf),
    /// It is no list, or one without an end.
    #[error("it is no revocation list with a nextUpdate")]
    Malformed,
    /// It is another CA's, or was changed.
    #[error("it is not signed by the root")]
    Signature,
}

/// The list of a root, from its file; none when there is no file.
///
/// # Errors
/// [`Bad`].
pub fn read(spec: &Spec, ca: &str, ca_der: &[u8]) -> Result<Option<ReadList>, Bad> {
    let path = spec.list_path(ca);
    match octets(&path) {
        Ok(octets) => read_der(&octets, ca_der).map(Some),
        Err(std::io::ErrorKind::NotFound) => Ok(None),
        Err(kind) => Err(Bad::File(kind, path)),
    }
}

fn octets(path: &Path) -> Result<Vec<u8>, std::io::ErrorKind> {
    // Opening a pipe would wait for a writer for ever.
    if !std::fs::metadata(path).map_err(|e| e.kind())?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput);
    }
    let file = File::open(path).map_err(|e| e.kind())?;
    let mut octets = Vec::new();
    file.take(MAX_LIST_OCTETS + 1)
        .read_to_end(&mut octets)
        .map_err(|e| e.kind())?;
    if octets.len() as u64 > MAX_LIST_OCTETS {
        return Err(std::io::ErrorKind::FileTooLarge);
    }
    Ok(octets)
}

/// A list, DER or PEM, of the CA with this certificate.
///
/// # Errors
/// [`Bad::Malformed`], [`Bad::Signature`].
pub fn read_der(octets: &[u8], ca_der: &[u8]) -> Result<ReadList, Bad> {
    let der = if octets.starts_with(b"-----BEGIN") {
        let (_, pem) = parse_x509_pem(octets).map_err(|_| Bad::Malformed)?;
        pem.contents
    } else {
        octets.to_vec()
    };
    let (rest, list) = CertificateRevocationList::from_der(&der).map_err(|_| Bad::Malformed)?;
    let (_, ca) = X509Certificate::from_der(ca_der).map_err(|_| Bad::Signature)?;
    let time = |at: x509_parser::time::ASN1Time| Timestamp::from_second(at.timestamp()).ok();
    let next_update = list.next_update().and_then(time).ok_or(Bad::Malformed)?;
    let this_update = time(list.last_update()).ok_or(Bad::Malformed)?;
    if !rest.is_empty() {
        return Err(Bad::Malformed);
    }
    let ours = list.issuer().as_raw() == ca.subject().as_raw();
    if !ours || list.verify_signature(ca.public_key()).is_err() {
        return Err(Bad::Signature);
    }
    let number = list.crl_number().map(|number| format!("{number:x}"));
    let revoked = list.iter_revoked_certificates();
    let revoked = revoked
        .map(|one| {
            hex::encode(one.raw_serial())
                .trim_start_matches('0')
                .to_owned()
        })
        .collect();
    Ok(ReadList {
        number: number.unwrap_or_default(),
        revoked,
        sha256: sha256_hex(&der),
        this_update,
        next_update,
        der,
    })
}
