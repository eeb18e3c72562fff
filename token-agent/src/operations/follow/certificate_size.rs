//! Estimates the size of the certificate, so that space can be reserved before its key is generated.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::algorithm_of;
use inkan_pki::x509::summary::CertificateSummary;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::config::bank::Bank;

/// Version, serial number, validity, algorithms, extensions with the bank's addresses.
const FIXED: usize = 620;
/// O, OU and CN of the customer: as long as the bank's own names, and a login ID.
const NAMES: usize = 240;

/// Estimated size in bytes of this bank's certificate for a key of this type: from the bank file, with an allowance for
/// the rest.
pub(super) fn estimate(bank: &Bank, algorithm: KeyAlgorithm) -> usize {
    let issuers = bank.customer_ca.iter().filter_map(|ca| {
        let (_, parsed) = X509Certificate::from_der(ca).ok()?;
        let summary = CertificateSummary::parse(ca).ok()?;
        let name = parsed.subject().as_raw().len();
        Some(name + signature(algorithm_of(&summary.spki_der).ok()?))
    });
    FIXED + NAMES + public_key(algorithm) + issuers.max().unwrap_or_default()
}

/// DER SubjectPublicKeyInfo.
const fn public_key(algorithm: KeyAlgorithm) -> usize {
    match algorithm {
        KeyAlgorithm::EcP256 => 91,
        KeyAlgorithm::EcP384 => 120,
        KeyAlgorithm::Rsa2048 => 294,
        KeyAlgorithm::Rsa3072 => 422,
        KeyAlgorithm::Rsa4096 => 550,
    }
}

/// Size of a signature by a CA with a key of this type.
const fn signature(algorithm: KeyAlgorithm) -> usize {
    match algorithm {
        KeyAlgorithm::EcP256 => 72,
        KeyAlgorithm::EcP384 => 104,
        KeyAlgorithm::Rsa2048 => 256,
        KeyAlgorithm::Rsa3072 => 384,
        KeyAlgorithm::Rsa4096 => 512,
    }
}
