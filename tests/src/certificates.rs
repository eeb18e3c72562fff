//! Certificates that the bank did not issue: a stranger's, and one from a CA that only has the bank's name.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer, X509Certificate};

use std::path::Path;

use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;

use crate::Outcome;
use crate::trust::Identity;

/// A stranger who created a CA with exactly the name of the bank's customer CA (`real_ca`, DER) and a certificate under it.
pub fn stranger_with_the_banks_name(real_ca: &[u8], login_id: &str) -> Outcome<Identity> {
    let (_, real) = X509Certificate::from_der(real_ca)?;
    let mut ca = CertificateParams::default();
    ca.distinguished_name = DistinguishedName::new();
    for (kind, value) in [
        (
            DnType::OrganizationName,
            real.subject().iter_organization().next(),
        ),
        (
            DnType::OrganizationalUnitName,
            real.subject().iter_organizational_unit().next(),
        ),
        (DnType::CommonName, real.subject().iter_common_name().next()),
    ] {
        if let Some(value) = value {
            ca.distinguished_name.push(kind, value.as_str()?);
        }
    }
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)?;

    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("STRANGER {login_id}"));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, &ca)?;
    Ok(soft(vec![certificate.der().clone()], &key))
}

/// The validity period of the certificate in a PEM file.
pub fn validity(file: &Path) -> Outcome<(Timestamp, Timestamp)> {
    let certificate = CertificateSummary::parse(&CertificateDer::from_pem_file(file)?)?;
    Ok((certificate.not_before, certificate.not_after))
}

/// `key` with the certificate chain that the bank issued for it.
pub fn soft(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Identity {
    Identity::Soft {
        chain,
        key: key.serialize_der(),
    }
}
