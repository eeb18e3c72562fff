//! `SIGNED{}` of X.509: joins to-be-signed bytes, algorithm and signature to a certificate or CRL (RFC 5280 §4.1, §5.1).

use der::asn1::{AnyRef, BitStringRef, Null};
use der::oid::ObjectIdentifier;
use der::{Encode, Header, Tag};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::algorithm::KeyAlgorithm;

const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// The parts do not encode; with a signature of plausible size this does not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signed object does not encode: {0}")]
pub struct AssembleError(der::Error);

impl From<der::Error> for AssembleError {
    fn from(error: der::Error) -> Self {
        Self(error)
    }
}

/// Joins `tbs` (DER) and `signature` (DER for ECDSA) made with a key of `algorithm` and its default scheme.
///
/// # Errors
/// [`AssembleError`].
pub fn signed(
    tbs: &[u8],
    algorithm: KeyAlgorithm,
    signature: &[u8],
) -> Result<Vec<u8>, AssembleError> {
    let mut body = tbs.to_vec();
    signature_algorithm(algorithm).encode_to_vec(&mut body)?;
    BitStringRef::from_bytes(signature)?.encode_to_vec(&mut body)?;
    let mut whole = Header::new(Tag::Sequence, body.len())?.to_der()?;
    whole.extend_from_slice(&body);
    Ok(whole)
}

/// `AlgorithmIdentifier` of the default scheme of `algorithm`.
#[must_use]
pub fn signature_algorithm(algorithm: KeyAlgorithm) -> AlgorithmIdentifierRef<'static> {
    let (oid, parameters) = match algorithm {
        KeyAlgorithm::EcP256 => (ECDSA_WITH_SHA256, None),
        KeyAlgorithm::EcP384 => (ECDSA_WITH_SHA384, None),
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            (SHA256_WITH_RSA, Some(AnyRef::from(Null)))
        }
    };
    AlgorithmIdentifierRef { oid, parameters }
}
