//! The accept loop: one task per connection, everything bounded.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::proxied::{self, Balancers};
use super::serve::Connection;
use super::shortcut::Shortcut;
use super::table::{Admission, Table};

/// Limits of one listener.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections open at the same time. If one more arrives, an idle one is closed for it, or one whose peer keeps us
    /// waiting; see [`super::table`].
    pub connections: usize,
    /// Of these, as many as one address may hold (one /64 in IPv6); the surrounding network may hold twice as many
    /// (/24, /56), and the next one four times as many (/48). Further ones are closed at once.
    pub per_address: usize,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time for the header of a request, and for an idle connection to send one.
    pub header: Duration,
    /// How long a connection is used: the first response after that closes it, and a little later it is closed in any case.
    pub age: Duration,
    /// Time that open requests get to finish after a stop.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            per_address: 128,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(20),
            age: Duration::from_secs(15 * 60),
            stop: Duration::from_secs(10),
        }
    }
}

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
    /// A shortcut past the router.
    pub shortcut: Option<Arc<dyn Shortcut>>,
    /// Limits.
    pub limits: Limits,
    /// Who passes on the connections of others.
    pub balancers: Balancers,
}

/// What all connections of a listener have in common.
struct Common {
    name: &'static str,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    shortcut: Option<Arc<dyn Shortcut>>,
    limits: Limits,
    balancers: Balancers,
    table: Arc<Table>,
    stop: watch::Receiver<bool>,
}

impl Common {
    /// A connection, from the header of its balancer, if it comes from one, to its end.
    async fn run(
        self: Arc<Self>,
        mut stream: TcpStream,
        from: SocketAddr,
        task: OwnedSemaphorePermit,
    ) {
        let mut address = from;
        if self.balancers.contain(from.ip()) {
            let header = proxied::client(&mut stream, from, self.limits.handshake).await;
            let outcome = if header.is_ok() { "done" } else { "failed" };
            metrics::counter!("inkan_proxy_headers_total", "listener" => self.name, "outcome" => outcome)
                .increment(1);
            address = match header {
                Ok(client) => client,
                Err(fault) => {
                    tracing::warn!(listener = self.name, balancer = %from, %fault, "a load balancer's header was refused");
                    return;
                }
            };
        }
        let Admission::Granted(place, end) = self.table.admit(address.ip()) else {
            metrics::counter!("inkan_connections_refused_total", "listener" => self.name)
                .increment(1);
            tracing::debug!(listener = self.name, %address, "too many connections");
            return;
        };
        let connection = Connection {
            name: self.name,
            address,
            router: self.router.clone(),
            shortcut: self.shortcut.clone(),
            limits: self.limits,
            begun: Instant::now(),
            place: Arc::new(place),
            end,
            stop: self.stop.clone(),
            _task: task,
        };
        connection.run(stream, self.acceptor.clone()).await;
    }
}

/// Tasks in addition to those of the connections with a place: for connections that have lost it and have not ended yet.
fn spare(connections: usize) -> usize {
    connections.div_ceil(8).max(16)
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
        balancers,
    } = listener;
    let spare = spare(limits.connections);
    let most = limits.connections.saturating_add(spare);
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    let tasks = Arc::new(Semaphore::new(most as usize));
    // Half of them: one is always left for a new connection.
    let table = Table::new(limits.connections, limits.per_address, spare / 2);
    let common = Arc::new(Common {
        name,
        acceptor: tls.map(TlsAcceptor::from),
        router,
        shortcut,
        limits,
        balancers,
        table,
        stop: stop.clone(),
    });
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = next(&socket, &tasks) => accepted,
        };
        let (stream, address, task) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of descriptors, most likely; do not spin.
                tracing::warn!(listener = name, %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        tokio::spawn(Arc::clone(&common).run(stream, address, task));
    }
    drop((socket, common));
    let ended = tokio::time::timeout(limits.stop, tasks.acquire_many(most));
    if ended.await.is_err() {
        tracing::warn!(
            listener = name,
            "requests still open at the end of the grace period"
        );
    }
}

async fn next(
    socket: &TcpListener,
    tasks: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let task = Arc::clone(tasks)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, address) = socket.accept().await?;
    // Only slower without it.
    let _ = stream.set_nodelay(true);
    Ok((stream, address, task))
}
