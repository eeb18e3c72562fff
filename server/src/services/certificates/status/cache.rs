//! OCSP responses kept in this process: bounded, and never served if they contradict the known status of the certificate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::generations::Generations;
use super::memory::Ended;
use crate::ca::ocsp::Digest;
use crate::store::certificates::{Ca, Issuer};

/// Maximum number of responses; one takes about a kilobyte.
const MOST: usize = 65_536;
/// How long a response is served before the store is checked for a newer one.
const UNASKED: Duration = Duration::from_secs(60);

/// A response ready to be sent.
#[derive(Debug, Clone)]
pub struct ReadyResponse {
    /// The whole response, DER.
    pub der: Arc<[u8]>,
    /// SHA-256, hex.
    pub sha256: Arc<str>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    pub(super) issuer: Issuer,
    /// Octets of the serial number.
    pub(super) serial: Arc<[u8]>,
    pub(super) ended: Option<Ended>,
    pub(super) read: Instant,
}

impl ReadyResponse {
    /// Within its validity period.
    pub(super) fn good(&self, now: Timestamp) -> bool {
        self.this_update <= now && now < self.next_update
    }

    /// The store need not be read yet.
    pub(super) fn recent(&self) -> bool {
        self.read.elapsed() < UNASKED
    }
}

/// Key of a response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) ca: Ca,
    pub(super) digest: Digest,
    pub(super) serial: Vec<u8>,
}

/// The responses of this process.
#[derive(Debug)]
pub(in crate::services) struct ResponseCache(Generations<Key, ReadyResponse>);

impl Default for ResponseCache {
    fn default() -> Self {
        Self(Generations::new(MOST))
    }
}

impl ResponseCache {
    pub(super) fn get(&self, key: &Key) -> Option<ReadyResponse> {
        self.0.get(key)
    }

    pub(super) fn put(&self, key: Key, answer: ReadyResponse) {
        self.0.put(key, answer);
    }
}
