//! Certificates on the token.

use rcgen::{CertificateParams, DnType, Issuer, KeyPair, SerialNumber, SubjectPublicKeyInfo};

use cryptoki::object::{Attribute, AttributeType, ObjectClass};

use super::{Fixture, new_pair};
use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::certificate::{delete_certificate, list_certificates, write_certificate};
use crate::pkcs11::keys::list_key_pairs;
use crate::pkcs11::object::find;
use crate::pkcs11::{Access, ErrorClass, ErrorKind};

/// A certificate for this public key by a temporary CA.
pub(super) fn issue(spki_der: &[u8], serial: u64) -> Vec<u8> {
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Test CA");
    let issuer = Issuer::new(ca, KeyPair::generate().unwrap());
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from(serial));
    params
        .distinguished_name
        .push(DnType::CommonName, "hanakodt");
    let public_key = SubjectPublicKeyInfo::from_der(spki_der).unwrap();
    params
        .signed_by(&public_key, &issuer)
        .unwrap()
        .der()
        .to_vec()
}

#[test]
fn written_listed_and_deleted() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
    // High bit set: the serial number's DER needs its leading zero.
    let (old, new) = (issue(&made.spki_der, 0x80), issue(&made.spki_der, 0x81));
    write_certificate(&session, &old, "old", &made.id).unwrap();
    write_certificate(&session, &new, "new", &made.id).unwrap();
    write_certificate(&session, &new, "new", &made.id).unwrap();

    let listed = list_certificates(&session).unwrap();
    assert_eq!(listed.len(), 2, "the same one is not written twice");
    assert!(listed.iter().all(|stored| stored.id == made.id));
    let kept = listed.iter().find(|stored| stored.der == new).unwrap();
    assert_eq!(kept.label, "new");

    delete_certificate(&session, &old).unwrap();
    assert_eq!(list_certificates(&session).unwrap().len(), 1);
    let error = delete_certificate(&session, &old).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert_eq!(list_key_pairs(&session).unwrap().len(), 1, "the key stays");
}

#[test]
fn carries_what_browsers_search_by() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
    let der = issue(&made.spki_der, 0x80);
    write_certificate(&session, &der, "label", &made.id).unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(&der).unwrap();
    let object = find(&session, "test", ObjectClass::CERTIFICATE, &[]).unwrap()[0];
    let wanted = [
        AttributeType::Subject,
        AttributeType::Issuer,
        AttributeType::SerialNumber,
    ];
    let read = session
        .call("test", |s| s.get_attributes(object, &wanted))
        .unwrap();
    let expected = vec![
        Attribute::Subject(parsed.subject().as_raw().to_vec()),
        Attribute::Issuer(parsed.issuer().as_raw().to_vec()),
        Attribute::SerialNumber(vec![2, 2, 0, 0x80]),
    ];
    assert_eq!(read, expected);
}

#[test]
fn what_is_no_certificate_is_not_written() {
    let fixture = Fixture::new();
    let session = fixture.session();
    let made = new_pair(&session, KeyAlgorithm::EcP256, "key");
    let good = issue(&made.spki_der, 1);
    let trailing = [good.as_slice(), b"x"].concat();
    for bad in [
        &[][..],
        b"text",
        &good[..good.len() - 1],
        &trailing,
        &vec![0x30; 1 << 20],
    ] {
        let error = write_certificate(&session, bad, "label", &made.id).unwrap_err();
        assert!(matches!(*error.kind, ErrorKind::MalformedCertificate));
    }
    assert!(list_certificates(&session).unwrap().is_empty());
    let read_only = fixture.public(Access::ReadOnly);
    let error = write_certificate(&read_only, &good, "label", &made.id).unwrap_err();
    assert_eq!(error.class, ErrorClass::WriteProtected, "{error}");
}
