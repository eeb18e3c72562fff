//! Limits of a listener's connections: how many, how long, and from which networks.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use inkan_server::http::listen::Limits;
use inkan_server::http::listen::tls::ClientAuth;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;

use crate::http_tls::{Running, serving, who};

/// Longer than anything here takes on a loaded machine.
const LONG: Duration = Duration::from_secs(60);

/// Signals from the slow request, and to it.
static BEGUN: Notify = Notify::const_new();
static GO_ON: Notify = Notify::const_new();

async fn slow() -> &'static str {
    BEGUN.notify_one();
    GO_ON.notified().await;
    "done"
}

async fn listen(clients: Option<ClientAuth<'_>>, limits: Limits) -> Running {
    let router = Router::new().route("/", get(who)).route("/slow", get(slow));
    serving(router, "127.0.0.1:0", clients, limits).await
}

/// Whether the server closes a connection that sends nothing.
async fn closes(running: &Running) -> bool {
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    let mut nothing = Vec::new();
    let read = tcp.read_to_end(&mut nothing);
    tokio::time::timeout(LONG, read).await.is_ok()
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

/// A connection that has been served once and stays open.
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

/// Whether the server has closed a connection.
async fn is_closed(tcp: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(LONG, tcp.read_to_end(&mut rest)).await;
    ended.is_ok() && rest.is_empty()
}

#[tokio::test]
async fn http_an_idle_connection_goes_for_one_more_and_a_request_at_work_stays() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let running = listen(None, limits).await;
    let mut idle = served(running.address).await;
    let request = tokio::spawn(plain(running.address, "/slow"));
    BEGUN.notified().await;
    assert!(plain(running.address, "/").await.ends_with("nobody"));
    assert!(is_closed(&mut idle).await);
    GO_ON.notify_one();
    assert!(request.await.unwrap().ends_with("done"));
}

/// More than the system buffers of a response that nobody reads.
async fn large() -> Vec<u8> {
    vec![b'x'; 16 << 20]
}

#[tokio::test]
async fn http_peers_that_never_read_do_not_keep_others_out() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let router = Router::new()
        .route("/", get(who))
        .route("/large", get(large));
    let running = serving(router, "127.0.0.1:0", None, limits).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        tcp.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        // Its response has begun.
        let begun = tokio::time::timeout(LONG / 2, tcp.read_u8()).await;
        begun.expect("a connection that is taken up").unwrap();
        silent.push(tcp);
    }
    let answered = tokio::time::timeout(LONG / 2, plain(running.address, "/"));
    let answered = answered.await.expect("an answer");
    assert!(answered.ends_with("nobody"), "{answered}");
}

#[tokio::test]
async fn http_one_address_does_not_hold_every_connection() {
    let limits = Limits {
        per_address: 2,
        ..Limits::default()
    };
    let running = listen(None, limits).await;
    // They have begun a request and do not send the rest.
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        tcp.write_all(b"GET / HT").await.unwrap();
        held.push(tcp);
    }
    let mut one_more = TcpStream::connect(running.address).await.unwrap();
    assert!(is_closed(&mut one_more).await, "one more than its share");
    let elsewhere = TcpSocket::new_v4().unwrap();
    elsewhere.bind("127.0.1.2:0".parse().unwrap()).unwrap();
    let mut tcp = elsewhere.connect(running.address).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("nobody"), "{answer}");
    for mut tcp in held {
        tcp.write_all(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("nobody"), "{answer}");
    }
}

#[tokio::test]
async fn http_a_connection_is_used_for_so_long_and_then_closed_with_an_answer() {
    let limits = Limits {
        age: Duration::ZERO,
        ..Limits::default()
    };
    let running = listen(None, limits).await;
    let mut old = TcpStream::connect(running.address).await.unwrap();
    old.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    old.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    // Before its time limit it stays open.
    let running = listen(None, Limits::default()).await;
    let mut young = served(running.address).await;
    young
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut again = String::new();
    young.read_to_string(&mut again).await.unwrap();
    assert!(again.ends_with("nobody"), "{again}");
}

/// RFC 9112, section 3.2, on every listener, with TLS and without.
#[tokio::test]
async fn http_a_request_names_its_host_once() {
    let running = listen(None, Limits::default()).await;
    let status = async |version: &str, hosts: &str| {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        let request = format!("GET / HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n");
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    for good in ["Host: bank.example\r\n", "Host: [::1]:8443\r\n"] {
        assert_eq!(status("1.1", good).await, "200", "{good}");
    }
    for bad in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host:\r\n",
        "Host: a b\r\n",
        "Host: a@b\r\n",
        "Host: a/b\r\n",
    ] {
        assert_eq!(status("1.1", bad).await, "400", "{bad}");
    }
    assert_eq!(status("1.0", "").await, "200");
    assert_eq!(status("1.0", "Host: a\r\nHost: b\r\n").await, "400");
}

#[tokio::test]
async fn http_listeners_finish_what_was_begun_before_a_stop() {
    let running = listen(None, Limits::default()).await;
    let request = tokio::spawn(plain(running.address, "/slow"));
    BEGUN.notified().await;
    running.stop.send(true).unwrap();
    // The server is stopped while the request continues.
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
