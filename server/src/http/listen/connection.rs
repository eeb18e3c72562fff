//! What a request can learn about its connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::table::Place;
use crate::services::Caller;

/// The other end of a connection; put into the extensions of every request.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Remote address of the TCP connection.
    pub address: SocketAddr,
    /// The client certificate (DER) presented in the TLS handshake, if any. It passed the listener's verifier; whether
    /// it is acceptable *now* is checked in the store per request.
    pub certificate: Option<Arc<[u8]>>,
    /// Time of the handshake. Where certificates are presented every handshake is a full one: at that moment the key
    /// has signed.
    pub since: Instant,
    place: Option<Arc<Place>>,
}

impl Peer {
    /// A peer whose handshake was done at `since`.
    #[must_use]
    pub fn new(address: SocketAddr, certificate: Option<Arc<[u8]>>, since: Instant) -> Self {
        Self {
            address,
            certificate,
            since,
            place: None,
        }
    }

    /// The address of the peer.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            address: Some(self.address.ip()),
        }
    }

    pub(super) fn in_place(self, place: Arc<Place>) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    /// Whether the handshake is not older than this at `now`.
    #[must_use]
    pub fn is_fresh(&self, limit: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.since) < limit
    }

    /// Closes the other connections of the listener whose peers presented this certificate, so that a browser does not
    /// continue with one of them.
    pub fn close_others(&self) {
        if let (Some(place), Some(certificate)) = (&self.place, &self.certificate) {
            place.close_others(certificate);
        }
    }
}
