//! The CA certificates of a specification and their chains.

use std::path::PathBuf;

use inkan_pki::x509::pem::{self, PemError};
use thiserror::Error;

use crate::apply::MAX_CERTIFICATE_FILE_BYTES;
use crate::files;
use crate::spec::Spec;

/// Why there is no certificate. Sentences are in [`catalogue::chain`](crate::catalogue::chain).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum ChainError {
    /// The specification has no certificate for a key of that id.
    NotSpecified(String),
    /// The file cannot be read.
    File(PathBuf, std::io::ErrorKind),
    /// The file does not hold a certificate.
    Pem(PathBuf, PemError),
}

/// The certificate of a key, as DER.
///
/// # Errors
/// [`ChainError`].
pub fn certificate_der(spec: &Spec, key: &str) -> Result<Vec<u8>, ChainError> {
    let path = spec.certificate_path(key);
    if spec.certificate(key).is_none() {
        return Err(ChainError::NotSpecified(key.to_owned()));
    }
    let text = files::read_text(&path, MAX_CERTIFICATE_FILE_BYTES)
        .map_err(|e| ChainError::File(path.clone(), e.kind()))?
        .ok_or_else(|| ChainError::File(path.clone(), std::io::ErrorKind::NotFound))?;
    let found = pem::certificates(&text).map_err(|e| ChainError::Pem(path.clone(), e))?;
    match found.first() {
        Some(der) => Ok(der.to_vec()),
        None => Err(ChainError::Pem(path, PemError::NoCertificate)),
    }
}

/// The certificate of a key, as PEM.
///
/// # Errors
/// [`ChainError`].
pub fn certificate_pem(spec: &Spec, key: &str) -> Result<String, ChainError> {
    Ok(pem::encode_certificate(&certificate_der(spec, key)?))
}

/// The certificate of a key and those above it, as DER: the key's own first, the root last.
fn chain_der(spec: &Spec, key: &str) -> Result<Vec<Vec<u8>>, ChainError> {
    let mut chain = Vec::new();
    let mut current = key;
    // In a checked specification an issuer comes before what it signs, so this ends at a root.
    loop {
        chain.push(certificate_der(spec, current)?);
        match spec.certificate(current) {
            Some(certificate) if certificate.issuer != current => current = &certificate.issuer,
            _ => return Ok(chain),
        }
    }
}

/// The certificate of a key and those above it as one PEM text: the key's own first, the root last.
///
/// # Errors
/// [`ChainError`].
pub fn chain_pem(spec: &Spec, key: &str) -> Result<String, ChainError> {
    let chain = chain_der(spec, key)?;
    Ok(chain
        .iter()
        .map(|der| pem::encode_certificate(der))
        .collect())
}
