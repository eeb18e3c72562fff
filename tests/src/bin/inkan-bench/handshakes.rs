//! New connections with a client certificate, each a full TLS 1.3 handshake and one GET, by a few clients at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use inkan_tests::{Outcome, whole_story};
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;

use crate::results::tree_cpu_seconds;
use crate::table::Row;

/// Clients at a time.
const CLIENTS: usize = 4;

/// Destination of the connections.
pub(crate) struct Door {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    /// The host in the server's certificate.
    pub(crate) host: &'static str,
    /// The requested path.
    pub(crate) path: &'static str,
    /// The server's process.
    pub(crate) pid: u32,
}

/// Connections of all clients together.
pub(crate) fn measure(
    name: &str,
    door: &Door,
    client: &ClientConfig,
    times: usize,
) -> Outcome<Row> {
    let client = Arc::new(client.clone());
    for _ in 0..CLIENTS {
        visit(door, &client)?;
    }
    let (cpu, begin) = (tree_cpu_seconds(door.pid)?, Instant::now());
    let each = std::thread::scope(|scope| {
        let running: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| -> Result<Vec<Duration>, String> {
                    (0..times / CLIENTS)
                        .map(|_| visit(door, &client).map_err(|e| whole_story(e.as_ref())))
                        .collect()
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| {
                let ended = thread.join();
                ended.unwrap_or_else(|_| Err("a client panicked".into()))
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let (all, cpu) = (begin.elapsed(), tree_cpu_seconds(door.pid)? - cpu);
    Ok(Row::of(name.to_owned(), each.concat(), all, Some(cpu)))
}

fn visit(door: &Door, client: &Arc<ClientConfig>) -> Outcome<Duration> {
    let begin = Instant::now();
    let socket = TcpStream::connect(&door.address)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    let name = ServerName::try_from(door.host)?;
    let connection = ClientConnection::new(Arc::clone(client), name)?;
    let mut stream = StreamOwned::new(connection, socket);
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        door.path, door.address
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::with_capacity(16 * 1024);
    stream.read_to_end(&mut answer)?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        let head = String::from_utf8_lossy(answer.get(..200).unwrap_or(&answer)).into_owned();
        return Err(format!("no good answer: {head}").into());
    }
    Ok(begin.elapsed())
}
