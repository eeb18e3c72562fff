//! A CA of the benchmark for the other programs: a server's and a client's certificate under it, and CRLs of any length.

use inkan_tests::Outcome;
use inkan_tests::certificates;
use inkan_tests::trust::Identity;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, RevocationReason, RevokedCertParams, SerialNumber, date_time_ymd,
};

/// The CA and its certificates. All keys are P-256.
pub(crate) struct Pki {
    ca: CertifiedIssuer<'static, KeyPair>,
    server: (Certificate, KeyPair),
    client: (Certificate, KeyPair),
}

impl Pki {
    /// A fresh one.
    pub(crate) fn new() -> Outcome<Self> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "BENCHMARK CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca = CertifiedIssuer::self_signed(params, key()?)?;
        let server = leaf(&ca, "localhost", ExtendedKeyUsagePurpose::ServerAuth)?;
        let client = leaf(&ca, "CLIENT", ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(Self { ca, server, client })
    }

    /// The CA's certificate, PEM.
    pub(crate) fn ca(&self) -> String {
        self.ca.pem()
    }

    /// The CA's key, PEM.
    pub(crate) fn ca_key(&self) -> String {
        self.ca.key().serialize_pem()
    }

    pub(super) fn server_chain(&self) -> String {
        self.server.0.pem()
    }

    pub(super) fn server_key(&self) -> String {
        self.server.1.serialize_pem()
    }

    /// The client's certificate, PEM.
    pub(crate) fn client_certificate(&self) -> String {
        self.client.0.pem()
    }

    /// The client.
    pub(crate) fn client(&self) -> Identity {
        certificates::soft(vec![self.client.0.der().clone()], &self.client.1)
    }

    /// A CRL with this many other certificates, PEM.
    pub(crate) fn list(&self, lines: usize) -> Outcome<String> {
        let revoked = |n: usize| -> RevokedCertParams {
            // Twenty octets, like real serial numbers, and spread like random ones.
            let spread = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut serial = vec![0x5a];
            serial.extend_from_slice(&spread.to_be_bytes());
            serial.extend_from_slice(&spread.rotate_left(17).to_be_bytes());
            serial.extend_from_slice(&[1, 2, 3]);
            RevokedCertParams {
                serial_number: SerialNumber::from(serial),
                revocation_time: date_time_ymd(2026, 1, 2),
                reason_code: Some(RevocationReason::KeyCompromise),
                invalidity_date: None,
            }
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 3),
            next_update: date_time_ymd(2096, 1, 3),
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: (0..lines).map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(params.signed_by(&self.ca)?.pem()?)
    }
}

fn key() -> Outcome<KeyPair> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

fn leaf(
    ca: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    usage: ExtendedKeyUsagePurpose,
) -> Outcome<(Certificate, KeyPair)> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![usage];
    let key = key()?;
    Ok((params.signed_by(&key, ca)?, key))
}
