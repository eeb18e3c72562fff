//! An officer's signature of a file, apart from the file: CMS SignedData without its content (RFC 5652 §5.2), so that anybody can
//! verify it with `openssl cms` years later.
//!
//! What is signed are attributes: the kind of content, its digest, the time that the officer's computer had, and the digest of the
//! certificate (RFC 5652 §11, RFC 5035 §3), as CAdES-BES wants them (ETSI EN 319 122-1). Their DER begins with the tag of a SET, so
//! the signature is none of TLS, of a request, or of anything else that this key signs.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, GeneralizedTime, ObjectIdentifier, OctetString, SetOfVec, UtcTime};
use der::{Decode, Encode, Sequence};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::spki::PublicKey;
use crate::x509::assemble::signature_algorithm;

const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");

/// Why there is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The certificate does not parse, or has a key of another type than these signatures are made with.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// The parts do not encode; with a time after 1970 and a signature of plausible size this does not happen.
    #[error("the signature does not encode: {0}")]
    Encoding(String),
}

impl From<der::Error> for SignatureError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}

/// `SigningCertificateV2` (RFC 5035 §3) with one `ESSCertIDv2`, whose hash is the default: SHA-256.
#[derive(Sequence)]
struct SigningCertificate {
    certs: Vec<CertificateHash>,
}

#[derive(Sequence)]
struct CertificateHash {
    hash: OctetString,
}

/// What an officer signs about a file, before there is a signature.
#[derive(Debug)]
pub struct Unsigned {
    certificate: Certificate,
    algorithm: KeyAlgorithm,
    digest_algorithm: AlgorithmIdentifierOwned,
    attributes: SetOfVec<Attribute>,
}

impl Unsigned {
    /// About this content, by the holder of this certificate (DER), at this time.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn new(content: &[u8], certificate: &[u8], at: Timestamp) -> Result<Self, SignatureError> {
        let unusable =
            |error: &dyn std::fmt::Display| SignatureError::Certificate(error.to_string());
        let parsed = Certificate::from_der(certificate).map_err(|error| unusable(&error))?;
        let spki = parsed.tbs_certificate.subject_public_key_info.to_der()?;
        let key = PublicKey::from_spki(&spki).map_err(|error| unusable(&error))?;
        let algorithm = key.algorithm();
        let (oid, digest) = match algorithm {
            KeyAlgorithm::EcP384 => (SHA384, sha2::Sha384::digest(content).to_vec()),
            _ => (SHA256, Sha256::digest(content).to_vec()),
        };
        let own = SigningCertificate {
            certs: vec![CertificateHash {
                hash: OctetString::new(Sha256::digest(certificate).to_vec())?,
            }],
        };
        let mut attributes = SetOfVec::new();
        for (oid, value) in [
            (CONTENT_TYPE, Any::encode_from(&ID_DATA)?),
            (
                MESSAGE_DIGEST,
                Any::encode_from(&OctetString::new(digest)?)?,
            ),
            (SIGNING_TIME, time(at)?),
            (SIGNING_CERTIFICATE_V2, Any::encode_from(&own)?),
        ] {
            let values = SetOfVec::try_from(vec![value])?;
            attributes.insert(Attribute { oid, values })?;
        }
        Ok(Self {
            certificate: parsed,
            algorithm,
            digest_algorithm: AlgorithmIdentifierOwned {
                oid,
                parameters: None,
            },
            attributes,
        })
    }

    /// The scheme that the signature must have.
    #[must_use]
    pub fn scheme(&self) -> SignatureScheme {
        self.algorithm.default_scheme()
    }

    /// What the certificate's key signs (RFC 5652 §5.4): the attributes as a SET OF.
    ///
    /// # Errors
    /// [`SignatureError::Encoding`].
    pub fn message(&self) -> Result<Vec<u8>, SignatureError> {
        Ok(self.attributes.to_der()?)
    }

    /// The whole, with the signature of [`message`](Self::message) and the officer's certificate: `ContentInfo`, DER.
    ///
    /// # Errors
    /// [`SignatureError::Encoding`].
    pub fn signed(self, signature: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let tbs = &self.certificate.tbs_certificate;
        let sid = IssuerAndSerialNumber {
            issuer: tbs.issuer.clone(),
            serial_number: tbs.serial_number.clone(),
        };
        let signature_algorithm = signature_algorithm(self.algorithm).to_der()?;
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(sid),
            digest_alg: self.digest_algorithm.clone(),
            signed_attrs: Some(self.attributes),
            signature_algorithm: AlgorithmIdentifierOwned::from_der(&signature_algorithm)?,
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let certificate = CertificateChoices::Certificate(self.certificate);
        let data = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![self.digest_algorithm])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: ID_DATA,
                econtent: None,
            },
            certificates: Some(CertificateSet(SetOfVec::try_from(vec![certificate])?)),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
        };
        let info = ContentInfo {
            content_type: ID_SIGNED_DATA,
            content: Any::encode_from(&data)?,
        };
        Ok(info.to_der()?)
    }
}

/// `Time` (RFC 5652 §11.3): UTCTime until 2049, GeneralizedTime afterwards; whole seconds.
fn time(at: Timestamp) -> Result<Any, SignatureError> {
    let seconds = u64::try_from(at.as_second())
        .map_err(|_| SignatureError::Encoding(format!("{at} is before 1970")))?;
    let since_1970 = Duration::from_secs(seconds);
    let utc = UtcTime::from_unix_duration(since_1970).map(|time| Any::encode_from(&time));
    let time = utc.unwrap_or_else(|_| {
        GeneralizedTime::from_unix_duration(since_1970).and_then(|time| Any::encode_from(&time))
    });
    Ok(time?)
}
