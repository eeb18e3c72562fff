//! Certificates for keys on tokens, by a temporary CA.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use inkan_tests::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
    SerialNumber, SubjectPublicKeyInfo,
};

/// Name and label of the certificates. NSS accepts no two subjects with one label, and the same subject only with the
/// same label.
pub(crate) const NAME: &str = "CONFORMANCE";
pub(crate) const CA_NAME: &str = "Conformance CA";

/// Never the same twice, as in practice; NSS accepts no two certificates with one issuer and serial number.
fn serial() -> Outcome<[u8; 16]> {
    let mut serial = [0; 16];
    SystemRandom::new()
        .fill(&mut serial)
        .map_err(|_| "no random numbers")?;
    serial[0] &= 0x7f;
    Ok(serial)
}

/// A root, which a token need not store.
fn root() -> Outcome<CertifiedIssuer<'static, KeyPair>> {
    let mut root = CertificateParams::default();
    root.distinguished_name
        .push(DnType::CommonName, "Conformance root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(CertifiedIssuer::self_signed(root, KeyPair::generate()?)?)
}

/// A certificate for this public key by a temporary CA, with that many bytes of padding; and the CA's own, by a root.
pub(crate) fn certificate(spki: &[u8], padding: usize) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, CA_NAME);
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = root()?;
    let ca = CertifiedIssuer::signed_by(ca, KeyPair::generate()?, &root)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.serial_number = Some(SerialNumber::from_slice(&serial()?));
    if padding > 0 {
        let content = vec![0x5a; padding];
        let extension = CustomExtension::from_oid_content(&[2, 5, 29, 999], content);
        params.custom_extensions.push(extension);
    }
    let signed = params.signed_by(&SubjectPublicKeyInfo::from_der(spki)?, &ca)?;
    Ok((signed.der().to_vec(), ca.der().to_vec()))
}
