//! A crowd that keeps connections open, and customers from other networks: over real sockets, in a separate network
//! namespace where a whole IPv6 allocation is local.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use inkan_server::http::listen::Limits;
use inkan_server::http::listen::tls::ClientAuth;
use inkan_server::http::router;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

use crate::harness::Bank;
use crate::http_tls::{client, fetch, serving};

/// The test itself, which runs where it may create a network: as root, or as root of a user namespace.
const INNER: &str = "http_crowd::http_crowd_in_a_network_of_its_own";
/// Longer than anything here takes on a loaded machine.
const LONG: Duration = Duration::from_secs(300);

#[test]
fn http_the_portal_is_served_while_an_allocation_and_sixteen_addresses_hold_on() {
    let test = std::env::current_exe().unwrap();
    let script = "ulimit -n 16384 && \
        echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind && \
        ip link set lo up && \
        ip -6 route add local 2001:db8:1::/48 dev lo && \
        ip -6 route add local 2001:db8:2::/48 dev lo && \
        exec \"$0\" --exact \"$1\" --ignored --nocapture";
    let done = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", script])
        .arg(test)
        .arg(INNER)
        .output()
        .unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{out}\n{errors}");
    assert!(out.contains("1 passed"), "{out}\n{errors}");
}

/// How a member of the crowd keeps a connection open.
#[derive(Clone, Copy)]
enum Way {
    /// Connects and sends nothing.
    Silent,
    /// Was served, and stays connected.
    Idle,
    /// Has sent half of a form.
    Slow,
}

/// How many connections of each kind; a handshake costs the clients as much as the server.
const WAYS: [Way; 8] = {
    use Way::{Idle, Silent, Slow};
    [Silent, Silent, Idle, Silent, Silent, Slow, Silent, Silent]
};

async fn connect(from: &str, to: SocketAddr) -> std::io::Result<TcpStream> {
    let from: SocketAddr = from.parse().unwrap();
    let (socket, to) = if from.is_ipv4() {
        (
            TcpSocket::new_v4()?,
            SocketAddr::from(([127, 0, 0, 1], to.port())),
        )
    } else {
        let server = "2001:db8:2::1".parse().unwrap();
        (TcpSocket::new_v6()?, SocketAddr::new(server, to.port()))
    };
    // The crowd must be connected, otherwise the test proves nothing.
    socket.bind(from).unwrap();
    socket.connect(to).await
}

/// Connects and stays until the server closes the connection; `begun` counts the first attempt.
async fn hold(
    from: &str,
    to: SocketAddr,
    config: Arc<ClientConfig>,
    way: Way,
    begun: &mut Option<Begun>,
) -> std::io::Result<()> {
    let mut tcp = connect(from, to).await?;
    if matches!(way, Way::Silent) {
        drop(begun.take());
        return tcp.read_to_end(&mut Vec::new()).await.map(drop);
    }
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(config).connect(name, tcp).await?;
    let request: &[u8] = match way {
        Way::Slow => b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na=",
        Way::Idle | Way::Silent => b"GET /help HTTP/1.1\r\nHost: localhost\r\n\r\n",
    };
    stream.write_all(request).await?;
    drop(begun.take());
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Counts on drop.
struct Begun(Arc<AtomicUsize>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run in a network namespace by the test above"]
async fn http_crowd_in_a_network_of_its_own() {
    let bank = Bank::open().await;
    let portal = router::portal(&bank.app);
    let running = serving(portal, "[::]:0", Some(ClientAuth::None), Limits::default()).await;
    let config = client(&running, None, &rustls::version::TLS13);
    let crowd: Vec<String> = (0..1000)
        .map(|n| format!("[2001:db8:1:{n:x}::1]:0"))
        .chain((0..16 * 64).map(|n| format!("127.0.{}.1:0", 1 + n % 16)))
        .collect();
    let all_begun = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for (n, from) in crowd.iter().cloned().enumerate() {
        let (config, way) = (Arc::clone(&config), WAYS[n % WAYS.len()]);
        let mut begun = Some(Begun(Arc::clone(&all_begun)));
        tasks.spawn(async move {
            loop {
                let holding = hold(&from, running.address, config.clone(), way, &mut begun);
                let _ = holding.await;
                drop(begun.take());
                // A client whose connection was closed connects again.
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
    }
    while all_begun.load(Ordering::SeqCst) < crowd.len() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for n in 0..20 {
        for from in [
            format!("127.0.{}.1:0", 100 + n),
            format!("[2001:db8:2:{n:x}::9]:0"),
        ] {
            let served = async {
                let tcp = connect(&from, running.address).await.unwrap();
                fetch(&config, tcp).await
            };
            let (answer, _) = tokio::time::timeout(LONG, served).await.unwrap().unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{from}: {answer}");
            assert!(answer.contains("BLGI001"), "{from}");
        }
    }
    assert!(tasks.try_join_next().is_none(), "one of the crowd gave up");
    tasks.shutdown().await;
}
