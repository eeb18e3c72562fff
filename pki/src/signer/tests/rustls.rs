//! TLS handshakes in memory with the client's key on the token.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SubjectPublicKeyInfo,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, RootCertStore, ServerConfig,
    ServerConnection, SupportedProtocolVersion,
};

use crate::algorithm::KeyAlgorithm;
use crate::pkcs11::tests::Fixture;
use crate::signer::Signer;
use crate::signer::rustls::OneClientCertificate;

/// A CA, and a server of that CA that requires a client certificate of the same CA.
struct World {
    ca: Issuer<'static, KeyPair>,
    roots: Arc<RootCertStore>,
}

impl World {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test CA");
        let key = KeyPair::generate().unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(params.self_signed(&key).unwrap().der().clone())
            .unwrap();
        Self {
            ca: Issuer::new(params, key),
            roots: Arc::new(roots),
        }
    }

    fn server(&self, version: &'static SupportedProtocolVersion) -> ServerConnection {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["bank.example".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.ca).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(
            Arc::clone(&self.roots),
            Arc::clone(&provider),
        );
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        ServerConnection::new(Arc::new(config)).unwrap()
    }

    fn client_certificate(&self, spki_der: &[u8]) -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params
            .distinguished_name
            .push(DnType::CommonName, "hanakodt");
        let public_key = SubjectPublicKeyInfo::from_der(spki_der).unwrap();
        params
            .signed_by(&public_key, &self.ca)
            .unwrap()
            .der()
            .clone()
    }

    fn client(&self, certificate: OneClientCertificate) -> ClientConnection {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots))
            .with_client_cert_resolver(Arc::new(certificate));
        let name = ServerName::try_from("bank.example").unwrap();
        ClientConnection::new(Arc::new(config), name).unwrap()
    }
}

/// Carries what one side has written to the other.
fn carry<A, B>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
) -> Result<(), rustls::Error> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).unwrap();
    }
    let mut unread = bytes.as_slice();
    while !unread.is_empty() {
        to.read_tls(&mut unread).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}

fn shake(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
) -> Result<(), rustls::Error> {
    for _ in 0..10 {
        carry(client, server)?;
        carry(server, client)?;
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok(())
}

fn logs_in(algorithm: KeyAlgorithm) {
    let fixture = Fixture::new();
    let world = World::new();
    let signer = super::signer(&fixture, algorithm);
    let certificate = world.client_certificate(signer.spki_der());
    for version in [&TLS13, &TLS12] {
        let resolver =
            OneClientCertificate::new(vec![certificate.clone()], Arc::clone(&signer)).unwrap();
        let mut client = world.client(resolver);
        let mut server = world.server(version);
        shake(&mut client, &mut server).unwrap();
        assert_eq!(server.protocol_version(), Some(version.version));
        assert_eq!(
            server.peer_certificates().unwrap(),
            std::slice::from_ref(&certificate)
        );
    }
}

#[test]
fn an_ec_p256_key_on_a_token_logs_in() {
    logs_in(KeyAlgorithm::EcP256);
}

#[test]
fn an_ec_p384_key_on_a_token_logs_in() {
    logs_in(KeyAlgorithm::EcP384);
}

#[test]
fn an_rsa_key_on_a_token_logs_in() {
    logs_in(KeyAlgorithm::Rsa2048);
}

#[test]
fn a_certificate_of_another_key_is_refused_before_the_handshake() {
    let fixture = Fixture::new();
    let world = World::new();
    let (one, other) = (
        super::signer(&fixture, KeyAlgorithm::EcP256),
        super::signer(&fixture, KeyAlgorithm::EcP256),
    );
    let certificate = world.client_certificate(one.spki_der());
    OneClientCertificate::new(vec![certificate], other).unwrap_err();
}

#[test]
fn a_token_pulled_before_the_handshake_ends_it() {
    let fixture = Fixture::new();
    let world = World::new();
    let signer: Arc<dyn Signer> = super::signer(&fixture, KeyAlgorithm::EcP256);
    let certificate = world.client_certificate(signer.spki_der());
    let mut client = world.client(OneClientCertificate::new(vec![certificate], signer).unwrap());
    fixture.module.reinitialise().unwrap();
    let error = shake(&mut client, &mut world.server(&TLS13)).unwrap_err();
    let rustls::Error::Other(cause) = error else {
        panic!("{error}");
    };
    assert!(cause.0.downcast_ref::<crate::signer::SignError>().is_some());
}
