//! Certificates, CSRs and CRLs by a key on the token, checked by x509-parser.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use x509_parser::prelude::{
    CertificateRevocationList, FromDer, X509Certificate, X509CertificationRequest,
};

use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::ErrorClass;
use crate::pkcs11::tests::Fixture;
use crate::signer::SignError;
use crate::signer::rcgen::RcgenKey;

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "CA on a token");
    params
}

fn certifies(algorithm: KeyAlgorithm) {
    let fixture = Fixture::new();
    let signer = super::signer(&fixture, algorithm);
    let key = RcgenKey::new(Arc::clone(&signer)).unwrap();

    let root = ca_params().self_signed(&key).unwrap();
    let (_, parsed_root) = X509Certificate::from_der(root.der()).unwrap();
    parsed_root.verify_signature(None).unwrap();
    assert_eq!(parsed_root.public_key().raw, signer.spki_der());

    let request = ca_params().serialize_request(&key).unwrap();
    let (_, parsed) = X509CertificationRequest::from_der(request.der()).unwrap();
    parsed.verify_signature().unwrap();
    assert_eq!(
        parsed.certification_request_info.subject_pki.raw,
        signer.spki_der()
    );

    let issuer = Issuer::new(ca_params(), key);
    let client = KeyPair::generate().unwrap();
    let leaf = CertificateParams::default()
        .signed_by(&client, &issuer)
        .unwrap();
    let (_, parsed) = X509Certificate::from_der(leaf.der()).unwrap();
    parsed
        .verify_signature(Some(parsed_root.public_key()))
        .unwrap();

    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2026, 1, 8),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(7),
            revocation_time: date_time_ymd(2025, 12, 31),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).unwrap();
    let (_, parsed) = CertificateRevocationList::from_der(list.der()).unwrap();
    parsed.verify_signature(parsed_root.public_key()).unwrap();
    assert_eq!(parsed.iter_revoked_certificates().count(), 1);
}

#[test]
fn with_ec_p256() {
    certifies(KeyAlgorithm::EcP256);
}

#[test]
fn with_ec_p384() {
    certifies(KeyAlgorithm::EcP384);
}

#[test]
fn with_rsa_2048() {
    certifies(KeyAlgorithm::Rsa2048);
}

#[test]
fn the_reason_of_a_failure_is_kept() {
    let fixture = Fixture::new();
    let key = RcgenKey::new(super::signer(&fixture, KeyAlgorithm::EcP256)).unwrap();
    fixture.module.reinitialise().unwrap();
    ca_params().self_signed(&key).unwrap_err();
    let Some(SignError::Token(error)) = key.take_error() else {
        panic!("no reason");
    };
    assert_eq!(error.class, ErrorClass::SessionLost);
    assert!(key.take_error().is_none());
}
