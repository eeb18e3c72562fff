//! What a request can know about the connection it came by.

use std::net::SocketAddr;
use std::sync::Arc;

/// The other end of a connection; put into the extensions of every request.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Remote address of the TCP connection.
    pub address: SocketAddr,
    /// The client certificate (DER) presented in the TLS handshake, if any. It
    /// passed the listener's verifier; whether it is acceptable *now* is asked
    /// of the store per request.
    pub certificate: Option<Arc<[u8]>>,
}
