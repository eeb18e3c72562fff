//! A TLS connection of this program to itself, with the throw-away certificate as the client's.
//!
//! The only exception to the rule that the agent never listens on a port: on 127.0.0.1, on a port that the system
//! chooses, only while one handshake lasts. The server accepts the connection of this program and no other, and only with
//! a certificate of the CA in memory.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::client::ResolvesClientCert;
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
    SupportedProtocolVersion,
};
use rustls_pki_types::{IpAddr, ServerName};

use super::super::finding::Cause;
use super::authority::Authority;
use crate::clock::Clock;
use crate::error::Failure;
use crate::http::tls;

/// For each read and write. A card signs within seconds; a keypad or a prompt of the system waits for the user.
const TIMEOUT: Duration = Duration::from_secs(60);
/// For the connection on this computer.
const CONNECT: Duration = Duration::from_secs(5);
/// How often to look for the own connection.
const INTERVAL: Duration = Duration::from_millis(10);
const WORD: &[u8] = b"ok";

static TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
static TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Tls12,
    Tls13,
}

/// Connects once, and has the server confirm the client's certificate (DER).
///
/// # Errors
/// Why there was no connection.
pub(super) fn connect(
    authority: &Authority,
    clock: Clock,
    version: Version,
    resolver: Arc<dyn ResolvesClientCert>,
    certificate: &[u8],
) -> Result<(), Cause> {
    let server = Arc::new(server_config(authority, clock, version)?);
    let versions = match version {
        Version::Tls12 => tls::Versions::Tls12,
        Version::Tls13 => tls::Versions::All,
    };
    let client = tls::config(&[authority.certificate()], clock, versions, Some(resolver))?;
    let (ours, theirs) = pair().map_err(|error| Cause::io("loopback-unavailable", &error))?;
    let name = ServerName::IpAddress(IpAddr::from(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let client =
        ClientConnection::new(Arc::new(client), name).map_err(|error| tls_cause(&error))?;
    thread::scope(|scope| {
        let served = scope.spawn(move || serve(server, theirs, version, certificate));
        let talked = talk(client, ours);
        let served = served
            .join()
            .unwrap_or_else(|_| Err(broken("server thread")));
        // The client's own failure, such as that of the key, is the cause of the server's.
        talked
            .and(served)
            .map_err(|error| Cause::io("tls-failed", &error))
    })
}

/// Both ends of one connection. The port is closed again on return.
fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let ours = TcpStream::connect_timeout(&listener.local_addr()?, CONNECT)?;
    let theirs = accept(&listener, ours.local_addr()?)?;
    theirs.set_nonblocking(false)?;
    for stream in [&ours, &theirs] {
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
    }
    Ok((ours, theirs))
}

/// The connection from `own`. A connection of another program that was faster is closed.
fn accept(listener: &TcpListener, own: SocketAddr) -> io::Result<TcpStream> {
    let deadline = Instant::now() + CONNECT;
    while Instant::now() < deadline {
        match listener.accept() {
            Ok((stream, peer)) if peer == own => return Ok(stream),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(INTERVAL),
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::TimedOut.into())
}

fn server_config(
    authority: &Authority,
    clock: Clock,
    version: Version,
) -> Result<ServerConfig, Cause> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(authority.certificate())
        .map_err(|error| tls_cause(&error))?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
        .build()
        .map_err(|error| internal(error.to_string()))?;
    let (certificate, key) = authority.server()?;
    let versions = match version {
        Version::Tls12 => TLS12,
        Version::Tls13 => TLS13,
    };
    ServerConfig::builder_with_details(provider, Arc::new(clock))
        .with_protocol_versions(versions)
        .map_err(|error| tls_cause(&error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)
        .map_err(|error| tls_cause(&error))
}

fn talk(mut client: ClientConnection, mut socket: TcpStream) -> io::Result<()> {
    let mut stream = rustls::Stream::new(&mut client, &mut socket);
    stream.write_all(WORD)?;
    let mut word = [0; WORD.len()];
    stream.read_exact(&mut word)?;
    client.send_close_notify();
    // The server has confirmed everything.
    let _ = client.complete_io(&mut socket);
    if word == WORD {
        Ok(())
    } else {
        Err(broken("response"))
    }
}

fn serve(
    config: Arc<ServerConfig>,
    mut socket: TcpStream,
    version: Version,
    certificate: &[u8],
) -> io::Result<()> {
    let failed = |error| io::Error::new(ErrorKind::InvalidData, error);
    let mut server = ServerConnection::new(config).map_err(failed)?;
    let mut stream = rustls::Stream::new(&mut server, &mut socket);
    let mut word = [0; WORD.len()];
    stream.read_exact(&mut word)?;
    let expected = match version {
        Version::Tls12 => ProtocolVersion::TLSv1_2,
        Version::Tls13 => ProtocolVersion::TLSv1_3,
    };
    if stream.conn.protocol_version() != Some(expected) {
        return Err(broken("protocol version"));
    }
    let shown = stream.conn.peer_certificates().and_then(<[_]>::first);
    if shown.is_none_or(|shown| **shown != *certificate) {
        return Err(broken("client certificate"));
    }
    stream.write_all(&word)?;
    stream.flush()
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("wrong {what}"))
}

fn tls_cause(error: &rustls::Error) -> Cause {
    Cause {
        code: "tls-failed".to_owned(),
        detail: Some(error.to_string()),
    }
}

fn internal(detail: String) -> Cause {
    Failure::Internal(detail).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_own_connection_is_accepted_and_no_other() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let mut other = TcpStream::connect(address).unwrap();
        let ours = TcpStream::connect(address).unwrap();
        let own = ours.local_addr().unwrap();
        let theirs = accept(&listener, own).unwrap();
        assert_eq!(theirs.peer_addr().unwrap(), own);
        let end = other.read(&mut [0; 1]);
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
}
