//! A PKCS#10 request (RFC 2986): parsed within limits, with its key checked and its signature verified.
//!
//! Only its public key is used. Subject, extensions and attributes are unverified and ignored.

use x509_cert::request::CertReq;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA};
use x509_parser::prelude::FromDer;

use super::fingerprint::sha256_hex;
use super::key_check::{KeyWeakness, check_spki};
use crate::algorithm::KeyAlgorithm;

/// Largest request accepted, in bytes of DER. An RSA-4096 request is about 1.2 KiB.
pub const MAX_CSR: usize = 16 * 1024;

/// A request with proof of possession of its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenRequest {
    /// The request as received.
    pub der: Vec<u8>,
    /// DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// SHA-256 of it, hex.
    pub spki_sha256: String,
    /// Type and size of the key.
    pub algorithm: KeyAlgorithm,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Over [`MAX_CSR`].
    #[error("certificate request is larger than {MAX_CSR} bytes")]
    TooLarge,
    /// Not a PKCS#10 in DER, truncated, or with trailing bytes.
    #[error("certificate request does not parse")]
    Malformed,
    /// Signed with SHA-1 or an unknown algorithm.
    #[error("certificate request is signed with an algorithm that is not accepted")]
    SignatureUnsupported,
    /// No proof of possession: the signature does not verify under the key inside.
    #[error("certificate request is not signed by the key it carries")]
    SignatureInvalid,
    /// The key must not be certified.
    #[error("key refused: {0}")]
    Key(#[from] KeyWeakness),
}

impl CsrError {
    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "csr-too-large",
            Self::Malformed => "csr-malformed",
            Self::SignatureUnsupported => "csr-signature-unsupported",
            Self::SignatureInvalid => "csr-signature-invalid",
            Self::Key(weakness) => weakness.code(),
        }
    }
}

impl ProvenRequest {
    /// Parses and checks a DER request.
    ///
    /// # Errors
    /// [`CsrError`]: the first rule that is broken; the key is judged before the signature, so that a weak key is
    /// named as such.
    pub fn parse(der: &[u8]) -> Result<Self, CsrError> {
        if der.len() > MAX_CSR {
            return Err(CsrError::TooLarge);
        }
        let (rest, request) =
            X509CertificationRequest::from_der(der).map_err(|_| CsrError::Malformed)?;
        // The first parser is lenient about tags; the second accepts strict DER only. A signature has whole bytes.
        let strict = <CertReq as der::Decode>::from_der(der).is_ok();
        if !rest.is_empty() || !strict || request.signature_value.unused_bits != 0 {
            return Err(CsrError::Malformed);
        }
        let spki = &request.certification_request_info.subject_pki;
        let algorithm = check_spki(spki.raw)?;
        let signed_with = &request.signature_algorithm.algorithm;
        if *signed_with == OID_PKCS1_SHA1WITHRSA || *signed_with == OID_SHA1_WITH_RSA {
            return Err(CsrError::SignatureUnsupported);
        }
        request.verify_signature().map_err(|e| match e {
            x509_parser::error::X509Error::SignatureUnsupportedAlgorithm => {
                CsrError::SignatureUnsupported
            }
            _ => CsrError::SignatureInvalid,
        })?;
        Ok(Self {
            der: der.to_vec(),
            spki_der: spki.raw.to_vec(),
            spki_sha256: sha256_hex(spki.raw),
            algorithm,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};

    fn request(key: &KeyPair) -> Vec<u8> {
        CertificateParams::default()
            .serialize_request(key)
            .unwrap()
            .der()
            .to_vec()
    }

    #[test]
    fn a_good_request_gives_its_key_only() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let proven = ProvenRequest::parse(&request(&key)).unwrap();
        assert_eq!(proven.algorithm, KeyAlgorithm::EcP256);
        assert_eq!(
            proven.spki_der,
            rcgen::PublicKeyData::subject_public_key_info(&key)
        );
    }

    #[test]
    fn every_cut_and_a_tail_are_malformed() {
        let der = request(&KeyPair::generate().unwrap());
        for cut in 0..der.len() {
            assert_eq!(
                ProvenRequest::parse(&der[..cut]),
                Err(CsrError::Malformed),
                "{cut}"
            );
        }
        let mut tail = der;
        tail.push(0);
        assert_eq!(ProvenRequest::parse(&tail), Err(CsrError::Malformed));
        assert_eq!(
            ProvenRequest::parse(&vec![0x30; 1 << 20]),
            Err(CsrError::TooLarge)
        );
    }

    #[test]
    fn a_flipped_bit_never_proves_another_request() {
        let der = request(&KeyPair::generate().unwrap());
        for i in 0..der.len() {
            let mut bad = der.clone();
            bad[i] ^= 1;
            assert!(ProvenRequest::parse(&bad).is_err(), "byte {i}");
        }
    }

    #[test]
    fn other_kinds_of_keys_are_named() {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        assert_eq!(
            ProvenRequest::parse(&request(&key)),
            Err(CsrError::Key(KeyWeakness::AlgorithmNotAllowed))
        );
    }
}
