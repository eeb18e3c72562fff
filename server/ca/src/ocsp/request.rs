//! Parsing a request.

use der::Decode;
use der::oid::ObjectIdentifier;
use x509_cert::ext::Extension;
use x509_ocsp::OcspRequest;
use x509_ocsp::ext::Nonce;

use super::issuer::Digest;

/// Longest request, in bytes. One certificate takes about eighty.
pub const LONGEST: usize = 8 * 1024;
/// Most certificates in one request.
pub const MOST: usize = 16;
/// Octets of a nonce (RFC 9654 §2.1).
const NONCE: std::ops::RangeInclusive<usize> = 1..=128;
const ID_NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
/// Octets of a serial number; longer ones do not exist.
const LONGEST_SERIAL: usize = 64;

/// A request that cannot be parsed, or requests too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRequest {
    /// Too many bytes.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// Not the DER of a request, or followed by something else.
    #[error("not an OCSP request")]
    Encoding,
    /// No certificate is requested.
    #[error("requests nothing")]
    Empty,
    /// Too many certificates.
    #[error("requests more than {MOST} certificates")]
    TooMany,
    /// A nonce with no or too many octets, or two nonces.
    #[error("bad nonce")]
    Nonce,
    /// An unknown critical extension.
    #[error("unknown critical extension")]
    Critical,
}

/// One requested certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    /// The digest that identifies the CA; none for an unknown one.
    pub digest: Option<Digest>,
    /// Digest of the CA's name.
    pub name: Vec<u8>,
    /// Digest of the CA's key.
    pub key: Vec<u8>,
    /// Serial number octets, without leading zeros.
    pub serial: Vec<u8>,
    pub(super) as_asked: x509_ocsp::CertId,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The certificates, in their order.
    pub certificates: Vec<CertificateId>,
    /// To be repeated in the response.
    pub nonce: Option<Vec<u8>>,
}

impl Asked {
    /// Parses a request (DER). A signature on it is ignored.
    ///
    /// # Errors
    /// [`MalformedRequest`].
    pub fn parse(der: &[u8]) -> Result<Self, MalformedRequest> {
        if der.len() > LONGEST {
            return Err(MalformedRequest::TooLong);
        }
        let request = OcspRequest::from_der(der).map_err(|_| MalformedRequest::Encoding)?;
        let asked = request.tbs_request;
        match asked.request_list.len() {
            0 => return Err(MalformedRequest::Empty),
            1..=MOST => {}
            _ => return Err(MalformedRequest::TooMany),
        }
        let extensions = asked.request_extensions.unwrap_or_default();
        let nonce = nonce(&extensions)?;
        let mut certificates = Vec::with_capacity(asked.request_list.len());
        for one in asked.request_list {
            let inner = one.single_request_extensions.unwrap_or_default();
            if inner.iter().any(|extension| extension.critical) {
                return Err(MalformedRequest::Critical);
            }
            certificates.push(CertificateId::read(one.req_cert)?);
        }
        Ok(Self {
            certificates,
            nonce,
        })
    }
}

impl CertificateId {
    fn read(id: x509_ocsp::CertId) -> Result<Self, MalformedRequest> {
        let octets = id.serial_number.as_bytes();
        if octets.len() > LONGEST_SERIAL {
            return Err(MalformedRequest::Encoding);
        }
        let start = octets.iter().position(|b| *b != 0).unwrap_or(octets.len());
        Ok(Self {
            digest: Digest::of_oid(id.hash_algorithm.oid),
            name: id.issuer_name_hash.as_bytes().to_vec(),
            key: id.issuer_key_hash.as_bytes().to_vec(),
            serial: octets.get(start..).unwrap_or_default().to_vec(),
            as_asked: id,
        })
    }
}

fn nonce(extensions: &[Extension]) -> Result<Option<Vec<u8>>, MalformedRequest> {
    let mut found = None;
    for extension in extensions {
        if extension.extn_id != ID_NONCE {
            if extension.critical {
                return Err(MalformedRequest::Critical);
            }
            continue;
        }
        let nonce = Nonce::from_der(extension.extn_value.as_bytes())
            .map_err(|_| MalformedRequest::Nonce)?;
        let octets = nonce.0.as_bytes().to_vec();
        if !NONCE.contains(&octets.len()) || found.is_some() {
            return Err(MalformedRequest::Nonce);
        }
        found = Some(octets);
    }
    Ok(found)
}
