//! Handshakes with certificates of every kind, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use inkan_server::http::listen::tls::{ClientAuth, ServerIdentity, server_config};
use inkan_server::http::listen::{Limits, Listener, Peer, serve};
use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsConnector;

/// 2026-06-01, by which the listeners judge.
#[derive(Debug)]
struct MidYear;

impl TimeProvider for MidYear {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            1_780_272_000,
        )))
    }
}

struct Ca {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn ca() -> Ca {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    // All CAs here have one name: only the key tells them apart.
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

type Pair = (
    CertificateDer<'static>,
    PrivateKeyDer<'static>,
    String,
    String,
);

fn leaf(ca: &Ca, first: i32, last: i32) -> Pair {
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

/// A listener under test; it ends with the value.
struct Running {
    address: SocketAddr,
    server_ca: CertificateDer<'static>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

async fn who(Extension(peer): Extension<Peer>) -> String {
    peer.certificate.map_or_else(
        || "nobody".to_owned(),
        |der| format!("{} octets", der.len()),
    )
}

/// Said by the request that lasts, and to it.
static BEGUN: Notify = Notify::const_new();
static GO_ON: Notify = Notify::const_new();

async fn slow() -> &'static str {
    BEGUN.notify_one();
    GO_ON.notified().await;
    "done"
}

async fn listen(clients: Option<ClientAuth<'_>>, limits: Limits) -> Running {
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
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let router = Router::new().route("/", get(who)).route("/slow", get(slow));
    let (stop, stopped) = watch::channel(false);
    let listener = Listener {
        name: "test",
        socket,
        tls,
        router,
        limits,
        shortcut: None,
    };
    let task = tokio::spawn(serve(listener, stopped));
    Running {
        address,
        server_ca: server_ca.certificate,
        stop,
        task,
    }
}

/// What a client gets: the body, or the error of the handshake or of reading.
async fn ask(
    running: &Running,
    client: Option<&Pair>,
    version: &'static SupportedProtocolVersion,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(running.server_ca.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(MidYear))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        Some((certificate, key, ..)) => builder
            .with_client_auth_cert(vec![certificate.clone()], key.clone_key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    let tcp = TcpStream::connect(running.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
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
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    Ok(body.to_owned())
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

#[tokio::test]
async fn http_tls_what_chains_comes_through_in_or_out_of_its_time() {
    // Of two CAs that follow one another, either will do.
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

/// Whether the server closes a connection that says nothing, within a second or two.
async fn closes(running: &Running) -> bool {
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    let mut nothing = Vec::new();
    let read = tcp.read_to_end(&mut nothing);
    tokio::time::timeout(Duration::from_secs(5), read)
        .await
        .is_ok()
}

#[tokio::test]
async fn http_listeners_do_not_wait_for_silent_peers() {
    let limits = Limits {
        handshake: Duration::from_millis(200),
        header: Duration::from_millis(200),
        ..Limits::default()
    };
    assert!(
        closes(&listen(Some(ClientAuth::None), limits).await).await,
        "handshake"
    );
    assert!(closes(&listen(None, limits).await).await, "header");
}

async fn plain(address: SocketAddr, path: &str) -> String {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Longer than a loaded machine takes for anything here.
const LONG: Duration = Duration::from_secs(60);

/// A connection that has been served once and stays open: the server holds it.
async fn served(address: SocketAddr) -> TcpStream {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"nobody") {
        assert_ne!(tcp.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
    }
    tcp
}

/// As [`plain`], or nothing where the connection is closed at once.
async fn closed_or(address: SocketAddr) -> String {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    let mut answer = String::new();
    let request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    if tcp.write_all(request).await.is_ok() {
        let _ = tcp.read_to_string(&mut answer).await;
    }
    answer
}

#[tokio::test]
async fn http_listeners_hold_only_so_many_connections() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let running = listen(None, limits).await;
    let first = served(running.address).await;
    let second = plain(running.address, "/");
    let mut second = std::pin::pin!(second);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut second).await;
    assert!(early.is_err(), "served beside the first");
    drop(first);
    assert!(second.await.ends_with("nobody"));
}

#[tokio::test]
async fn http_one_address_does_not_hold_every_connection() {
    let limits = Limits {
        per_address: 2,
        ..Limits::default()
    };
    let running = listen(None, limits).await;
    let held = [served(running.address).await, served(running.address).await];
    assert!(closes(&running).await, "one more than its share");
    let elsewhere = TcpSocket::new_v4().unwrap();
    elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut tcp = elsewhere.connect(running.address).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("nobody"), "{answer}");
    drop(held);
    // The server sees the ends of both in its own time.
    let again = async { while !closed_or(running.address).await.ends_with("nobody") {} };
    tokio::time::timeout(LONG, again).await.unwrap();
}

#[tokio::test]
async fn http_listeners_finish_what_was_begun_before_a_stop() {
    let running = listen(None, Limits::default()).await;
    let request = tokio::spawn(plain(running.address, "/slow"));
    BEGUN.notified().await;
    running.stop.send(true).unwrap();
    // It is told to stop while the request goes on.
    tokio::task::yield_now().await;
    GO_ON.notify_one();
    assert!(request.await.unwrap().ends_with("done"));
    running.task.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn http_a_header_without_end_is_refused() {
    let running = listen(None, Limits::default()).await;
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    let header = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "a".repeat(40_000)
    );
    let _ = tcp.write_all(header.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = tcp.read_to_end(&mut answer).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}
