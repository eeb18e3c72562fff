//! An attacker between agent and bank who can read everything: terminates TLS with their own key, forwards all bytes
//! over TLS to the bank, and records both directions in clear text. It works only if the customer trusts the attacker's
//! CA.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
};
use reqwest::Url;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::Outcome;
use crate::trust::{self, Identity};

/// The running recorder; it stops when dropped.
#[derive(Debug)]
pub struct Recorder {
    /// What to use instead of the bank's origin.
    pub origin: String,
    /// PEM file: the CA to trust.
    pub ca: PathBuf,
    heard: Arc<Mutex<Vec<u8>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Recorder {
    /// Listens in front of `origin` (whose certificate `server_ca` signs); keeps its files in `directory`.
    pub fn before(origin: &str, server_ca: &Path, directory: &Path) -> Outcome<Self> {
        let target = Url::parse(origin)?;
        let host = target
            .host_str()
            .ok_or("an origin without a host")?
            .to_owned();
        let port = target
            .port_or_known_default()
            .ok_or("an origin without a port")?;
        let (acceptor, ca) = own_tls(&host, directory)?;
        let connector = TlsConnector::from(Arc::new(trust::client(server_ca, &Identity::Nobody)?));
        let heard = Arc::new(Mutex::new(Vec::new()));

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener =
            runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))))?;
        let own = format!("https://{host}:{}", listener.local_addr()?.port());
        let name = ServerName::try_from(host.clone())?;
        let keep = Arc::clone(&heard);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                let (name, keep, host) = (name.clone(), Arc::clone(&keep), host.clone());
                tokio::spawn(async move {
                    // The client reports a broken connection; then there is nothing to record.
                    let (Ok(client), Ok(bank)) = (
                        acceptor.accept(client).await,
                        TcpStream::connect((host, port)).await,
                    ) else {
                        return;
                    };
                    if let Ok(bank) = connector.connect(name, bank).await {
                        let (from_client, to_client) = tokio::io::split(client);
                        let (from_bank, to_bank) = tokio::io::split(bank);
                        tokio::join!(
                            pass(from_client, to_bank, &keep),
                            pass(from_bank, to_client, &keep)
                        );
                    }
                });
            }
        });
        Ok(Self {
            origin: own,
            ca,
            heard,
            _runtime: runtime,
        })
    }

    /// All bytes so far, in both directions.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().map(|h| h.clone()).unwrap_or_default()
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    keep: &Mutex<Vec<u8>>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if let Ok(mut heard) = keep.lock() {
            heard.extend_from_slice(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).await.is_err() || to.flush().await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

fn own_tls(host: &str, directory: &Path) -> Outcome<(TlsAcceptor, PathBuf)> {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = CertificateParams::new(vec![host.to_owned()])?.signed_by(&key, &ca)?;
    let ca_file = directory.join("recorder-ca.pem");
    std::fs::write(&ca_file, ca.pem())?;

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )?;
    Ok((TlsAcceptor::from(Arc::new(config)), ca_file))
}
