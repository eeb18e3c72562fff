//! OCSP answers kept in this process: bounded, and never served against what is known of the certificate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::memory::Ended;
use crate::ca::ocsp::Digest;
use crate::store::certificates::Issuer;

/// Answers kept at the same time, at most; one takes about a kilobyte.
const MOST: usize = 65_536;
/// How long an answer is served before the store is asked whether there is a newer one.
const UNASKED: Duration = Duration::from_secs(60);

/// An answer ready to be sent.
#[derive(Debug, Clone)]
pub struct ReadyAnswer {
    /// The whole response, DER.
    pub der: Arc<[u8]>,
    /// SHA-256, hex.
    pub sha256: Arc<str>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    pub(super) ended: Option<Ended>,
    pub(super) read: Instant,
}

impl ReadyAnswer {
    /// Within its time.
    pub(super) fn good(&self, now: Timestamp) -> bool {
        self.this_update <= now && now < self.next_update
    }

    /// The store need not be asked yet.
    pub(super) fn recent(&self) -> bool {
        self.read.elapsed() < UNASKED
    }
}

/// Which answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) issuer: Issuer,
    pub(super) digest: Digest,
    pub(super) serial: Vec<u8>,
}

/// Two generations: what is asked for moves to the younger one, and the older one is dropped when the younger is full.
#[derive(Debug, Default)]
pub(in crate::workflow) struct KeptAnswers(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, ReadyAnswer>,
    old: HashMap<Key, ReadyAnswer>,
}

impl KeptAnswers {
    pub(super) fn get(&self, key: &Key) -> Option<ReadyAnswer> {
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = both.young.get(key) {
            return Some(found.clone());
        }
        let (key, found) = both.old.remove_entry(key)?;
        both.add(key, found.clone());
        Some(found)
    }

    pub(super) fn put(&self, key: Key, answer: ReadyAnswer) {
        let mut both = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        both.add(key, answer);
    }
}

impl Generations {
    fn add(&mut self, key: Key, answer: ReadyAnswer) {
        if self.young.len() >= MOST / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> Key {
        Key {
            issuer: Issuer::Customer,
            digest: Digest::Sha1,
            serial: n.to_be_bytes().to_vec(),
        }
    }

    fn answer() -> ReadyAnswer {
        ReadyAnswer {
            der: Arc::from(&b"der"[..]),
            sha256: Arc::from(""),
            this_update: Timestamp::UNIX_EPOCH,
            next_update: Timestamp::MAX,
            ended: None,
            read: Instant::now(),
        }
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let kept = KeptAnswers::default();
        for n in 0..200_000 {
            kept.put(key(n), answer());
            assert!(kept.get(&key(0)).is_some(), "asked for after each of {n}");
        }
        assert!(kept.get(&key(199_999)).is_some());
        assert!(kept.get(&key(1)).is_none());
        let both = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(both.young.len() + both.old.len() <= MOST);
    }
}
