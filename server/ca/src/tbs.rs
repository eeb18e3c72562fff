//! The to-be-signed certificate: its exact bytes, before anything is signed.

use aws_lc_rs::digest::{SHA256, digest};
use der::asn1::OctetString;
use der::oid::ObjectIdentifier;
use der::oid::db::rfc5280::{
    ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS, ID_CE_CRL_DISTRIBUTION_POINTS,
    ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE, ID_CE_SUBJECT_KEY_IDENTIFIER,
};
use der::referenced::RefToOwned;
use der::{Decode, Encode};
use x509_cert::TbsCertificate;
use x509_cert::certificate::Version;
use x509_cert::ext::pkix::{
    BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use inkan_pki::x509::assemble;
use inkan_pki::x509::extensions::extension;

use super::encoding::{EncodingError, points, time};
use super::issuing_ca::IssuingCa;
use super::profile::Validity;

/// Bytes of a key identifier (RFC 7093 §2).
const KEY_IDENTIFIER: usize = 20;

/// What differs between the kinds of certificate. All of them are end-entity certificates for signatures.
pub(crate) struct Contents<'a> {
    /// Serial number, big-endian.
    pub(crate) serial: &'a [u8],
    /// Start and end.
    pub(crate) validity: Validity,
    /// Subject.
    pub(crate) subject: Name,
    /// The only extended key usage.
    pub(crate) purpose: ObjectIdentifier,
    /// The CRL that lists the certificate if it is revoked.
    pub(crate) crl_url: Option<String>,
    /// Extensions after those that every kind has.
    pub(crate) further: Vec<Extension>,
}

/// `TBSCertificate` for the key in `spki_der`, as `ca` signs it.
pub(crate) fn certificate(
    contents: Contents<'_>,
    spki_der: &[u8],
    ca: &IssuingCa,
) -> Result<Vec<u8>, EncodingError> {
    let extensions = extensions(contents.purpose, contents.crl_url, spki_der, ca)?;
    let certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(contents.serial)?,
        signature: assemble::signature_algorithm(ca.algorithm).ref_to_owned(),
        issuer: ca.name.clone(),
        validity: x509_cert::time::Validity {
            not_before: time(contents.validity.not_before)?,
            not_after: time(contents.validity.not_after)?,
        },
        subject: contents.subject,
        subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(spki_der)?,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some([extensions, contents.further].concat()),
    };
    Ok(certificate.to_der()?)
}

/// The extensions that every kind has.
fn extensions(
    purpose: ObjectIdentifier,
    crl_url: Option<String>,
    spki_der: &[u8],
    ca: &IssuingCa,
) -> Result<Extensions, der::Error> {
    let authority = ca.authority_key_identifier();
    let usage = KeyUsage(KeyUsages::DigitalSignature.into());
    let purpose = ExtendedKeyUsage(vec![purpose]);
    let mut all = vec![
        extension(ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &authority)?,
        extension(ID_CE_KEY_USAGE, true, &usage)?,
        extension(ID_CE_EXT_KEY_USAGE, false, &purpose)?,
    ];
    if let Some(url) = crl_url {
        let points = CrlDistributionPoints(points(&url)?);
        all.push(extension(ID_CE_CRL_DISTRIBUTION_POINTS, false, &points)?);
    }
    let subject = key_identifier(spki_der)?;
    let end_entity = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    all.push(extension(ID_CE_SUBJECT_KEY_IDENTIFIER, false, &subject)?);
    all.push(extension(ID_CE_BASIC_CONSTRAINTS, true, &end_entity)?);
    Ok(all)
}

/// The leftmost bytes of the SHA-256 of the SubjectPublicKeyInfo (RFC 7093 §2, method 4).
fn key_identifier(spki_der: &[u8]) -> Result<SubjectKeyIdentifier, der::Error> {
    let digest = digest(&SHA256, spki_der);
    let leftmost: Vec<u8> = digest
        .as_ref()
        .iter()
        .copied()
        .take(KEY_IDENTIFIER)
        .collect();
    Ok(SubjectKeyIdentifier(OctetString::new(leftmost)?))
}
