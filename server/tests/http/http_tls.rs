//! Handshakes with certificates of every kind, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use inkan_server::http::listen::proxied::Balancers;
use inkan_server::http::listen::tls::{ClientAuth, ServerIdentity, server_config};
use inkan_server::http::listen::{Limits, Listener, Peer, serve};
use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

/// 2026-06-01, the listeners' time.
#[derive(Debug)]
struct MidYear;

impl TimeProvider for MidYear {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            1_780_272_000,
        )))
    }
}

pub(crate) struct Ca {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

pub(crate) fn ca() -> Ca {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    // All CAs here have the same name: only the key distinguishes them.
    params
        .distinguished_name
        .push(DnType::CommonName, "Customer CA");
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    let certificate = params.self_signed(&key).unwrap();
    Ca {
        pem: certificate.pem(),
        certificate: certificate.der().clone(),
        issuer: Issuer::new(params, key),
    }
}

pub(crate) type Pair = (
    CertificateDer<'static>,
    PrivateKeyDer<'static>,
    String,
    String,
);

pub(crate) fn leaf(ca: &Ca, first: i32, last: i32) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(first, 1, 1);
    params.not_after = date_time_ymd(last, 1, 1);
    let certificate = params.signed_by(&key, &ca.issuer).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (
        certificate.der().clone(),
        private,
        certificate.pem(),
        key.serialize_pem(),
    )
}

/// A listener under test; it ends when the value is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) server_ca: CertificateDer<'static>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) task: tokio::task::JoinHandle<()>,
}

pub(crate) async fn who(Extension(peer): Extension<Peer>) -> String {
    peer.certificate.map_or_else(
        || "nobody".to_owned(),
        |der| format!("{} octets", der.len()),
    )
}

async fn listen(clients: Option<ClientAuth<'_>>, limits: Limits) -> Running {
    let router = Router::new().route("/", get(who));
    serving(router, "127.0.0.1:0", clients, limits).await
}

/// A listener that serves these routes.
pub(crate) async fn serving(
    router: Router,
    bind: &str,
    clients: Option<ClientAuth<'_>>,
    limits: Limits,
) -> Running {
    let server_ca = ca();
    let (_, _, certificate, key) = leaf(&server_ca, 2020, 2040);
    let directory = TempDir::new().unwrap();
    let (cert_file, key_file) = (directory.path().join("c"), directory.path().join("k"));
    std::fs::write(&cert_file, certificate).unwrap();
    std::fs::write(&key_file, key).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&key_file, private).unwrap();
    let tls = clients.map(|clients| {
        let identity = ServerIdentity::load(&cert_file, &key_file).unwrap();
        server_config(Arc::new(identity), clients, Arc::new(MidYear)).unwrap()
    });
    assert!(server_ca.pem.contains("BEGIN CERTIFICATE"));
    let socket = TcpListener::bind(bind).await.unwrap();
    let address = socket.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let listener = Listener {
        name: "test",
        socket,
        tls,
        router,
        limits,
        shortcut: None,
        balancers: Balancers::default(),
    };
    let task = tokio::spawn(serve(listener, stopped));
    Running {
        address,
        server_ca: server_ca.certificate,
        stop,
        task,
    }
}

pub(crate) fn client(
    running: &Running,
    client: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(running.server_ca.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(MidYear))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match client {
        Some((certificate, key, ..)) => builder
            .with_client_auth_cert(vec![certificate.clone()], key.clone_key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    })
}

/// Result of a client: the response with its header and the kind of its handshake, or the error of the handshake or of
/// reading.
pub(crate) async fn fetch(
    config: &Arc<ClientConfig>,
    tcp: TcpStream,
) -> Result<(String, HandshakeKind), String> {
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::clone(config));
    let mut stream = connector
        .connect(name, tcp)
        .await
        .map_err(|e| e.to_string())?;
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.map_err(|e| e.to_string())?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .map_err(|e| e.to_string())?;
    Ok((answer, stream.get_ref().1.handshake_kind().unwrap()))
}

/// As [`fetch`], on a separate connection: the body alone.
async fn ask(
    running: &Running,
    pair: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> Result<String, String> {
    let tcp = TcpStream::connect(running.address).await.unwrap();
    let (answer, _) = fetch(&client(running, pair, version), tcp).await?;
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    Ok(body.to_owned())
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

#[tokio::test]
async fn http_tls_what_chains_comes_through_in_or_out_of_its_time() {
    // Two CAs that succeed one another are both accepted.
    let (own, next, stranger) = (ca(), ca(), ca());
    let cas = [own.certificate.clone(), next.certificate.clone()];
    let clients = ClientAuth::Explaining(&cas);
    let running = listen(Some(clients), Limits::default()).await;
    for version in VERSIONS {
        assert_eq!(ask(&running, None, version).await.unwrap(), "nobody");
        for (first, last) in [(2026, 2027), (2024, 2025), (2027, 2028)] {
            for ca in [&own, &next] {
                let good = leaf(ca, first, last);
                let expected = format!("{} octets", good.0.len());
                assert_eq!(ask(&running, Some(&good), version).await.unwrap(), expected);
            }
            let foreign = leaf(&stranger, first, last);
            let refused = ask(&running, Some(&foreign), version).await.unwrap_err();
            assert!(refused.contains("alert"), "{first}: {refused}");
        }
    }
}

#[tokio::test]
async fn http_tls_the_portal_asks_for_no_certificate() {
    let own = ca();
    let running = listen(Some(ClientAuth::None), Limits::default()).await;
    let client = leaf(&own, 2026, 2027);
    for version in VERSIONS {
        assert_eq!(
            ask(&running, Some(&client), version).await.unwrap(),
            "nobody"
        );
    }
}

/// Where certificates are presented, each connection requires a signature of the token: nothing that a client has
/// stored from an earlier one replaces it.
#[tokio::test]
async fn http_tls_no_session_is_resumed_where_certificates_are_presented() {
    let own = ca();
    let cas = [own.certificate.clone()];
    let mutual = listen(Some(ClientAuth::Explaining(&cas)), Limits::default()).await;
    let portal = listen(Some(ClientAuth::None), Limits::default()).await;
    let pair = leaf(&own, 2026, 2027);
    for version in VERSIONS {
        for (running, pair, again) in [
            (&mutual, Some(&pair), HandshakeKind::Full),
            (&mutual, None, HandshakeKind::Full),
            (&portal, None, HandshakeKind::Resumed),
        ] {
            let config = client(running, pair, version);
            for expected in [HandshakeKind::Full, again, again] {
                let tcp = TcpStream::connect(running.address).await.unwrap();
                let (answer, kind) = fetch(&config, tcp).await.unwrap();
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                assert_eq!(kind, expected, "{version:?}");
            }
        }
    }
}
