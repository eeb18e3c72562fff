//! A small HTTPS server on threads: one request per connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use rustls::pki_types::CertificateDer;
use rustls::{ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The client's certificate, if it sent one.
    pub(super) client: Option<Vec<u8>>,
    /// Version of TLS.
    pub(super) version: Option<ProtocolVersion>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }
}

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", media_type.to_owned())],
            body: body.into(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Responds to each request with what `handle` returns; `None` closes the connection.
pub(super) fn serve(
    tls: ServerConfig,
    handle: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tls, handle) = (Arc::new(tls), Arc::new(handle));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, handle) = (Arc::clone(&tls), Arc::clone(&handle));
            thread::spawn(move || one(stream, tls, &*handle));
        }
    });
    port
}

/// A client that disconnects is not a failure here.
fn one(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    handle: &dyn Fn(&Request) -> Option<Response>,
) -> Option<()> {
    let connection = ServerConnection::new(tls).ok()?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let mut first = lines[0].split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|l| l.split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    let mut request = Request {
        method: first.next()?,
        path: first.next()?,
        headers,
        body: Vec::new(),
        client: None,
        version: None,
    };
    let length = request
        .header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    let mut stream = reader.into_inner();
    let certificates: Option<&[CertificateDer<'_>]> = stream.conn.peer_certificates();
    request.client = certificates.and_then(|c| c.first()).map(|c| c.to_vec());
    request.version = stream.conn.protocol_version();

    let response = handle(&request)?;
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let mut head = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nDate: {}\r\n",
        response.status,
        date.unwrap()
    );
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", response.body.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&response.body).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}
