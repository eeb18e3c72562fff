//! A soft CA for the certificates of the server's own listeners. Its validity is long, because the clock of a
//! development server can be set to many years.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::directory::Directory;
use crate::{DevError, files};

/// Names and addresses of the listeners.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Creates CA, certificate and key if they are missing.
pub fn ensure(directory: &Directory) -> Result<(), DevError> {
    let (certificate, key) = directory.server_identity();
    // The key is written last: if it exists, everything does.
    if files::read(&key)?.is_some() {
        return Ok(());
    }
    let (ca_pem, certificate_pem, key_pem) =
        make().map_err(|error| DevError::Certificates(error.to_string()))?;
    files::write(&directory.server_ca(), ca_pem.as_bytes())?;
    files::write(&certificate, certificate_pem.as_bytes())?;
    files::write(&key, key_pem.as_bytes())
}

fn make() -> Result<(String, String, String), rcgen::Error> {
    let ca_key = KeyPair::generate()?;
    let mut ca = params("Inkan Dev Server CA", &[])?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_certificate = ca.self_signed(&ca_key)?;
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate()?;
    let mut leaf = params("localhost", &NAMES)?;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let certificate = leaf.signed_by(&key, &issuer)?;
    // The CA's key is dropped here: nothing else is ever signed with it.
    Ok((ca_certificate.pem(), certificate.pem(), key.serialize_pem()))
}

fn params(name: &str, names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2014, 10, 20);
    params.not_after = date_time_ymd(2049, 12, 31);
    Ok(params)
}
