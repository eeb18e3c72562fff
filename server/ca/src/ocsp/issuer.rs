//! A CA as an OCSP request identifies it: by digests of its name and of its key.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use der::asn1::{Null, OctetString};
use der::oid::ObjectIdentifier;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::request::CertificateId;

const SHA1_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// The digest that identifies a CA. SHA-1 is only an identifier here, not a signature, and most clients use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Digest {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Sha1, Self::Sha256];

    pub(super) fn of_oid(oid: ObjectIdentifier) -> Option<Self> {
        match oid {
            SHA1_OID => Some(Self::Sha1),
            SHA256_OID => Some(Self::Sha256),
            _ => None,
        }
    }

    const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => SHA1_OID,
            Self::Sha256 => SHA256_OID,
        }
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    fn over(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
        };
        digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// SHA-1 of a public key's bits: how a responder identifies itself.
pub(super) fn key_name(spki_der: &[u8]) -> Option<Vec<u8>> {
    let (_, spki) = x509_parser::x509::SubjectPublicKeyInfo::from_der(spki_der).ok()?;
    Some(Digest::Sha1.over(&spki.subject_public_key.data))
}

/// The digests of one CA.
#[derive(Debug, Clone)]
pub struct IssuerDigests {
    of: [(Digest, Vec<u8>, Vec<u8>); 2],
}

impl IssuerDigests {
    /// Of a CA certificate (DER); none if it does not parse.
    #[must_use]
    pub fn new(ca_der: &[u8]) -> Option<Self> {
        let (_, ca) = X509Certificate::from_der(ca_der).ok()?;
        let name = ca.subject().as_raw();
        let key = &ca.public_key().subject_public_key.data;
        Some(Self {
            of: Digest::ALL.map(|one| (one, one.over(name), one.over(key))),
        })
    }

    /// Whether the digests identify this CA.
    #[must_use]
    pub fn is_meant(&self, asked: &CertificateId) -> bool {
        self.of.iter().any(|(digest, name, key)| {
            asked.digest == Some(*digest) && asked.name == *name && asked.key == *key
        })
    }

    /// The id of one of its certificates, as a client with `digest` would request it.
    #[must_use]
    pub fn id(&self, digest: Digest, serial: &[u8]) -> Option<CertificateId> {
        let (_, name, key) = self.of.iter().find(|(one, ..)| *one == digest)?;
        let as_asked = x509_ocsp::CertId {
            hash_algorithm: AlgorithmIdentifierOwned {
                oid: digest.oid(),
                parameters: Some(Null.into()),
            },
            issuer_name_hash: OctetString::new(name.as_slice()).ok()?,
            issuer_key_hash: OctetString::new(key.as_slice()).ok()?,
            serial_number: SerialNumber::new(serial).ok()?,
        };
        Some(CertificateId {
            digest: Some(digest),
            name: name.clone(),
            key: key.clone(),
            serial: serial.to_vec(),
            as_asked,
        })
    }
}
