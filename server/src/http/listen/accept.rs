//! The accept loop: one task per connection, everything bounded.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::Peer;
use super::share::{Share, Shares};
use super::shortcut::{self, Shortcut};

/// Limits of one listener.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections open at the same time; more wait in the system's backlog.
    pub connections: usize,
    /// Of these, as many as one address may hold; more of it are closed at once.
    pub per_address: usize,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time for the header of a request, and for an idle connection to send one.
    pub header: Duration,
    /// Time that open requests get to finish after a stop.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            per_address: 256,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(20),
            stop: Duration::from_secs(10),
        }
    }
}

/// Largest request header (request line included), in bytes.
const MAX_HEADER: usize = 32 * 1024;

/// A bound socket and what is served on it.
pub struct Listener {
    /// Name in logs and metrics.
    pub name: &'static str,
    /// The bound socket.
    pub socket: TcpListener,
    /// TLS configuration; none = plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
    /// What is served.
    pub router: Router,
    /// A way past the router.
    pub shortcut: Option<Arc<dyn Shortcut>>,
    /// Limits.
    pub limits: Limits,
}

/// Serves until `stop` turns true or its sender is gone, then lets open
/// requests finish within `limits.stop`.
pub async fn serve(listener: Listener, mut stop: watch::Receiver<bool>) {
    let Listener {
        name,
        socket,
        tls,
        router,
        shortcut,
        limits,
    } = listener;
    let slots = Arc::new(Semaphore::new(limits.connections));
    let shares = Shares::new(limits.per_address);
    let graceful = GracefulShutdown::new();
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = next(&socket, &slots) => accepted,
        };
        let (stream, address, slot) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of descriptors, most likely; do not spin.
                tracing::warn!(listener = name, %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(share) = shares.take(address.ip()) else {
            metrics::counter!("inkan_connections_refused_total", "listener" => name).increment(1);
            tracing::debug!(listener = name, %address, "too many connections of this address");
            continue;
        };
        let connection = Connection {
            name,
            address,
            router: router.clone(),
            shortcut: shortcut.clone(),
            limits,
            watcher: graceful.watcher(),
            _slot: slot,
            _share: share,
        };
        tokio::spawn(connection.run(stream, acceptor.clone()));
    }
    drop(socket);
    if tokio::time::timeout(limits.stop, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            listener = name,
            "requests still open at the end of the grace period"
        );
    }
}

async fn next(
    socket: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, address) = socket.accept().await?;
    // Only slower without it.
    let _ = stream.set_nodelay(true);
    Ok((stream, address, slot))
}

struct Connection {
    name: &'static str,
    address: SocketAddr,
    router: Router,
    shortcut: Option<Arc<dyn Shortcut>>,
    limits: Limits,
    watcher: Watcher,
    _slot: OwnedSemaphorePermit,
    _share: Share,
}

impl Connection {
    async fn run(self, stream: TcpStream, acceptor: Option<TlsAcceptor>) {
        let name = self.name;
        let Some(acceptor) = acceptor else {
            return self.http(stream, None).await;
        };
        let handshake = tokio::time::timeout(self.limits.handshake, acceptor.accept(stream)).await;
        let outcome = match handshake {
            Ok(Ok(stream)) => {
                metrics::counter!("inkan_tls_handshakes_total", "listener" => name, "outcome" => "done")
                    .increment(1);
                let certificate = stream
                    .get_ref()
                    .1
                    .peer_certificates()
                    .and_then(<[_]>::first)
                    .map(|der| Arc::from(der.as_ref()));
                return self.http(stream, certificate).await;
            }
            // Browsers abort a first handshake to ask for the certificate, and
            // scanners do worse: not worth more than debug.
            Ok(Err(error)) => {
                tracing::debug!(listener = name, address = %self.address, %error, "TLS handshake failed");
                "failed"
            }
            Err(_) => "timeout",
        };
        metrics::counter!("inkan_tls_handshakes_total", "listener" => name, "outcome" => outcome)
            .increment(1);
    }

    async fn http<S>(self, stream: S, certificate: Option<Arc<[u8]>>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let peer = Peer {
            address: self.address,
            certificate,
        };
        let (router, shortcut) = (self.router, self.shortcut);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (shortcut, router, peer) = (shortcut.clone(), router.clone(), peer.clone());
            async move { shortcut::answer(shortcut.as_deref(), router, peer, request).await }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header)
            .max_header_size(MAX_HEADER)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(listener = self.name, address = %self.address, %error, "connection ended");
        }
    }
}
