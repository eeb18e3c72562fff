//! A TLS handshake only, to check whether the server accepts our certificate.
//!
//! In TLS 1.3 the server's decision arrives after the client's last handshake message. A client that has started to
//! send its request by then can lose the alert to a connection reset; this one waits for the decision first.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection};

use super::fault::{self, unreachable};
use super::proxy::{ProxyConfig, tunnel};
use crate::config::bank::Origin;
use crate::error::{BankError, Failure, Unreachable};

const CONNECT: Duration = Duration::from_secs(10);
const HANDSHAKE: Duration = Duration::from_secs(20);
/// A server that issues session tickets sends them at once; one that does not stays silent.
const VERDICT: Duration = Duration::from_secs(2);

/// Performs the handshake and waits for an alert.
///
/// # Errors
/// [`BankError::Alert`] if the server refuses the certificate; an unusable proxy; any other failure of the handshake.
pub fn handshake(
    origin: &Origin,
    proxies: &ProxyConfig,
    config: ClientConfig,
) -> Result<(), Failure> {
    let no_connection = || unreachable(origin, Unreachable::Connect);
    let name = origin.server_name().ok_or_else(no_connection)?;
    let mut socket = match proxies.for_origin(origin)? {
        Some(proxy) => tunnel::open(&proxy, origin)?,
        None => connect(origin).ok_or_else(no_connection)?,
    };
    let limits = socket
        .set_read_timeout(Some(HANDSHAKE))
        .and_then(|()| socket.set_write_timeout(Some(HANDSHAKE)));
    limits.map_err(|_| no_connection())?;
    let mut tls =
        ClientConnection::new(Arc::new(config), name).map_err(|e| BankError::NotTrusted {
            host: origin.host(),
            detail: e.to_string(),
        })?;
    let failed = |error: std::io::Error| fault::reading(&error, origin, true);
    while tls.is_handshaking() {
        tls.complete_io(&mut socket).map_err(failed)?;
    }
    let silent = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
    if socket.set_read_timeout(Some(VERDICT)).is_err() {
        return Ok(());
    }
    match tls.read_tls(&mut socket) {
        Err(error) if silent(error.kind()) => Ok(()),
        Err(error) => Err(failed(error).into()),
        Ok(0) => Err(unreachable(origin, Unreachable::Dropped).into()),
        Ok(_) => {
            let verdict = tls.process_new_packets();
            verdict
                .map(|_| ())
                .map_err(|e| failed(std::io::Error::new(ErrorKind::InvalidData, e)).into())
        }
    }
}

fn connect(origin: &Origin) -> Option<TcpStream> {
    let addresses = origin.addresses();
    let mut tried = addresses
        .iter()
        .filter_map(|a| TcpStream::connect_timeout(a, CONNECT).ok());
    tried.next()
}
