//! Certificates on a token: written so that browsers and Windows find the key (same CKA_ID), listed, deleted.

use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass};
use der::Encode;
use der::asn1::IntRef;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::error::{ErrorClass, ErrorKind, Pkcs11Error};
use super::object::{find, read_bytes, read_label};
use super::session::Session;
use crate::spki::PublicKey;

const WRITE: &str = "write certificate";
const LIST: &str = "list certificates";
const DELETE: &str = "delete certificate";

/// A certificate longer than this is none of ours, and fits no card.
const MAX_CERTIFICATE: usize = 16 * 1024;

/// A certificate found on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCertificate {
    /// Label.
    pub label: String,
    /// CKA_ID; empty when it has none.
    pub id: Vec<u8>,
    /// DER as the token holds it; it may be malformed.
    pub der: Vec<u8>,
}

impl StoredCertificate {
    /// The public key it certifies, if it parses and is of a supported type.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        let (_, certificate) = X509Certificate::from_der(&self.der).ok()?;
        PublicKey::from_spki(certificate.public_key().raw).ok()
    }
}

/// Writes a certificate with subject, issuer and serial number. `id` must be the CKA_ID of the private key. Does nothing if the token
/// already holds this certificate with this id.
///
/// # Errors
/// `Refused` for anything but a certificate, `WriteProtected`, `DeviceFull`, or another class of the token's error.
pub fn write_certificate(
    session: &Session,
    der: &[u8],
    label: &str,
    id: &[u8],
) -> Result<(), Pkcs11Error> {
    let malformed =
        || Pkcs11Error::new(WRITE, ErrorClass::Refused, ErrorKind::MalformedCertificate);
    if der.len() > MAX_CERTIFICATE {
        return Err(malformed());
    }
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| malformed())?;
    if !rest.is_empty() {
        return Err(malformed());
    }
    let there = list_certificates(session)?;
    if there
        .iter()
        .any(|stored| stored.der == der && stored.id == id)
    {
        return Ok(());
    }
    let serial = IntRef::new(certificate.raw_serial())
        .and_then(|serial| serial.to_der())
        .map_err(|_| malformed())?;
    let template = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
        Attribute::Subject(certificate.subject().as_raw().to_vec()),
        Attribute::Issuer(certificate.issuer().as_raw().to_vec()),
        Attribute::SerialNumber(serial),
        Attribute::Value(der.to_vec()),
    ];
    session.call(WRITE, |session| session.create_object(&template))?;
    Ok(())
}

/// Every X.509 certificate on the token. Empty ones, which some tokens create with a key, are skipped.
///
/// # Errors
/// The token's error.
pub fn list_certificates(session: &Session) -> Result<Vec<StoredCertificate>, Pkcs11Error> {
    let mut certificates = Vec::new();
    for object in find(session, LIST, ObjectClass::CERTIFICATE, &[])? {
        let value = read_bytes(session, LIST, object, AttributeType::Value)?;
        if let Some(der) = value.filter(|der| der.len() <= MAX_CERTIFICATE) {
            certificates.push(StoredCertificate {
                label: read_label(session, LIST, object)?,
                id: read_bytes(session, LIST, object, AttributeType::Id)?.unwrap_or_default(),
                der,
            });
        }
    }
    Ok(certificates)
}

/// Deletes every copy of this certificate. Keys stay.
///
/// # Errors
/// `NotFound` when it is missing, `WriteProtected`, or another class of the token's error.
pub fn delete_certificate(session: &Session, der: &[u8]) -> Result<(), Pkcs11Error> {
    let mut deleted = false;
    for object in find(session, DELETE, ObjectClass::CERTIFICATE, &[])? {
        let value = read_bytes(session, DELETE, object, AttributeType::Value)?;
        if value.as_deref() == Some(der) {
            session.call(DELETE, |session| session.destroy_object(object))?;
            deleted = true;
        }
    }
    if deleted {
        return Ok(());
    }
    let kind = ErrorKind::CertificateNotFound;
    Err(Pkcs11Error::new(DELETE, ErrorClass::NotFound, kind))
}
