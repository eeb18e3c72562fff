//! An officer's share key, handed over to a ceremony: the public key, and the officer's certificate with a signature by its key.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::spki::PublicKey;
use crate::verify::verifies;
use crate::x509::fingerprint::{grouped, sha256_hex};
use crate::x509::pem;
use crate::x509::summary::CertificateSummary;

/// Longest file, in bytes.
pub const MAX_FILE: usize = 32 * 1024;
const VERSION: u32 = 1;
/// What is signed begins with this, so that the signature is none of TLS, and of nothing else.
const STATEMENT: &[u8] = b"inkan officer share key 1\0";

/// A point on P-256, uncompressed (SEC 1, 2.3.3), and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareKeyPoint(Vec<u8>);

/// Bytes that are no point on the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an uncompressed point on P-256")]
pub struct NotAPoint;

impl ShareKeyPoint {
    /// Checks that the point is on the curve. The point at infinity has no uncompressed form.
    ///
    /// # Errors
    /// [`NotAPoint`].
    pub fn new(point: &[u8]) -> Result<Self, NotAPoint> {
        PublicKey::from_ec_point(KeyAlgorithm::EcP256, point).map_err(|_| NotAPoint)?;
        Ok(Self(point.to_vec()))
    }

    /// The point of a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`NotAPoint`], also for a key of another type.
    pub fn of_spki(spki_der: &[u8]) -> Result<Self, NotAPoint> {
        let key = PublicKey::from_spki(spki_der).map_err(|_| NotAPoint)?;
        Self::new(key.key_bits())
    }

    /// `04 || x || y`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key as a DER SubjectPublicKeyInfo; empty never in practice: the point was checked.
    #[must_use]
    pub fn spki_der(&self) -> Vec<u8> {
        let key = PublicKey::from_ec_point(KeyAlgorithm::EcP256, &self.0);
        key.and_then(|key| key.to_spki()).unwrap_or_default()
    }

    /// SHA-256 of the point in hexadecimal, in groups of four: what officers compare.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        grouped(&sha256_hex(&self.0))
    }
}

impl fmt::Display for ShareKeyPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl Serialize for ShareKeyPoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ShareKeyPoint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let point = hex::decode(text).map_err(|_| serde::de::Error::custom(NotAPoint))?;
        Self::new(&point).map_err(serde::de::Error::custom)
    }
}

/// The file as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    share_key: ShareKeyPoint,
    certificate: String,
    scheme: SignatureScheme,
    signature: String,
}

/// Why a file is not an officer's share key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfficerKeyError {
    /// Not a file of this format, or a point that is not on the curve.
    #[error("not a file of this format")]
    Malformed,
    /// A format that this version does not know.
    #[error("unknown format {0}")]
    Version(u32),
    /// The certificate does not parse, is one of a CA, or does not name an officer.
    #[error("not an officer's certificate")]
    Certificate,
    /// The certificate's key has not signed this share key.
    #[error("not signed by the certificate's key")]
    Signature,
    /// The share key is the certificate's key: it would sign as well as agree.
    #[error("the share key is the certificate's key")]
    SameKey,
}

/// An officer's share key, as vouched for by the key of the officer's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// The share key.
    pub share_key: ShareKeyPoint,
    /// The officer's certificate (DER). Who issued it is for the caller to check.
    pub certificate: Vec<u8>,
    /// Its fields.
    pub summary: CertificateSummary,
}

/// What the key of a certificate (DER) signs about a share key.
#[must_use]
pub fn statement(share_key: &ShareKeyPoint, certificate: &[u8]) -> Vec<u8> {
    let certificate = sha256_hex(certificate);
    [STATEMENT, share_key.as_bytes(), certificate.as_bytes()].concat()
}

/// The file about a share key, signed by the key of the certificate (DER).
#[must_use]
pub fn write(
    share_key: &ShareKeyPoint,
    certificate: &[u8],
    scheme: SignatureScheme,
    signature: &[u8],
) -> String {
    let file = File {
        version: VERSION,
        share_key: share_key.clone(),
        certificate: pem::encode_certificate(certificate),
        scheme,
        signature: hex::encode(signature),
    };
    // Numbers and text always serialize.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

impl OfficerKey {
    /// Reads a file and verifies the signature.
    ///
    /// # Errors
    /// [`OfficerKeyError`].
    pub fn read(text: &str) -> Result<Self, OfficerKeyError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        if text.len() > MAX_FILE {
            return Err(OfficerKeyError::Malformed);
        }
        let malformed = |_| OfficerKeyError::Malformed;
        let Versioned { version } = serde_json::from_str(text).map_err(malformed)?;
        if version != VERSION {
            return Err(OfficerKeyError::Version(version));
        }
        let file: File = serde_json::from_str(text).map_err(malformed)?;
        let certificates = pem::certificates(&file.certificate);
        let [certificate] = certificates.as_deref().unwrap_or_default() else {
            return Err(OfficerKeyError::Certificate);
        };
        let summary = CertificateSummary::parse(certificate)
            .ok()
            .filter(|summary| !summary.is_ca && !summary.common_name.trim().is_empty())
            .ok_or(OfficerKeyError::Certificate)?;
        if ShareKeyPoint::of_spki(&summary.spki_der) == Ok(file.share_key.clone()) {
            return Err(OfficerKeyError::SameKey);
        }
        let signature = hex::decode(&file.signature).map_err(|_| OfficerKeyError::Malformed)?;
        let statement = statement(&file.share_key, certificate);
        if !verifies(&summary.spki_der, file.scheme, &statement, &signature) {
            return Err(OfficerKeyError::Signature);
        }
        Ok(Self {
            share_key: file.share_key,
            certificate: certificate.to_vec(),
            summary,
        })
    }

    /// The officer's employee number: the last word of the certificate's common name.
    #[must_use]
    pub fn number(&self) -> &str {
        let words = self.summary.common_name.split_whitespace();
        words.last().unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
    use rcgen::{CertificateParams, DnType, KeyPair, SigningKey as _};

    use super::*;

    fn point() -> ShareKeyPoint {
        let key = PrivateKey::generate(&ECDH_P256).unwrap();
        ShareKeyPoint::new(key.compute_public_key().unwrap().as_ref()).unwrap()
    }

    fn certified(name: &str) -> (KeyPair, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        (key, certificate.der().to_vec())
    }

    const SCHEME: SignatureScheme = SignatureScheme::EcdsaP256Sha256;

    #[test]
    fn a_file_is_read_back_with_its_owner() {
        let (key, certificate) = certified("Aoki Taro E-1001");
        let share_key = point();
        let signature = key.sign(&statement(&share_key, &certificate)).unwrap();
        let text = write(&share_key, &certificate, SCHEME, &signature);
        let read = OfficerKey::read(&text).unwrap();
        assert_eq!((read.number(), &read.share_key), ("E-1001", &share_key));
        assert_eq!(ShareKeyPoint::of_spki(&share_key.spki_der()), Ok(share_key));
        assert_eq!(read.share_key.fingerprint().split(' ').count(), 16);
    }

    #[test]
    fn a_file_that_somebody_changed_is_refused() {
        let (key, certificate) = certified("Aoki E-1001");
        let (share_key, other) = (point(), point());
        let signature = key.sign(&statement(&share_key, &certificate)).unwrap();
        let fault = |text: &str| OfficerKey::read(text).unwrap_err();
        let text = write(&other, &certificate, SCHEME, &signature);
        assert_eq!(fault(&text), OfficerKeyError::Signature);
        let (_, another) = certified("Baba E-1002");
        let text = write(&share_key, &another, SCHEME, &signature);
        assert_eq!(fault(&text), OfficerKeyError::Signature);

        let good = write(&share_key, &certificate, SCHEME, &signature);
        let off = format!("{}{}", &share_key.to_string()[..128], "00");
        for (from, to, expected) in [
            (
                "\"version\": 1",
                "\"version\": 2",
                OfficerKeyError::Version(2),
            ),
            ("\"version\": 1", "\"more\": 1", OfficerKeyError::Malformed),
            ("CERTIFICATE", "KEY", OfficerKeyError::Certificate),
            (&share_key.to_string(), &off, OfficerKeyError::Malformed),
            (&share_key.to_string(), "00", OfficerKeyError::Malformed),
        ] {
            let changed = good.replace(from, to);
            assert_ne!(changed, good);
            assert_eq!(fault(&changed), expected, "{from}");
        }
        for text in ["", "{}", "[]", &"x".repeat(MAX_FILE + 1)] {
            assert_eq!(fault(text), OfficerKeyError::Malformed);
        }
    }

    #[test]
    fn the_key_of_the_certificate_is_no_share_key() {
        let (key, certificate) = certified("Aoki E-1001");
        let own = CertificateSummary::parse(&certificate).unwrap().spki_der;
        let share_key = ShareKeyPoint::of_spki(&own).unwrap();
        let signature = key.sign(&statement(&share_key, &certificate)).unwrap();
        let text = write(&share_key, &certificate, SCHEME, &signature);
        assert_eq!(OfficerKey::read(&text), Err(OfficerKeyError::SameKey));
    }
}
