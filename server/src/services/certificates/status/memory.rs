//! Serial numbers of inactive certificates, in this process: one look-up in a hash table, whether there are none or a
//! million.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::store::certificates::{Issuer, State};
use crate::store::status_changes::StatusChange;

/// Octets of our serial numbers.
const OCTETS: usize = 20;

/// State of an inactive certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its successor is in use, or it lapsed.
    Superseded,
    /// Suspended; the only one that can become active again.
    Suspended,
    /// Revoked.
    Revoked,
}

impl Ended {
    /// From a state in the store; `None` for an active one.
    #[must_use]
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Superseded => Some(Self::Superseded),
            State::Suspended => Some(Self::Suspended),
            State::Revoked => Some(Self::Revoked),
            State::Intent | State::Issued | State::Active | State::Abandoned => None,
        }
    }
}

type Serial = [u8; OCTETS];

/// A serial number as a key; `None` for one that cannot be ours.
fn key(serial: &[u8]) -> Option<Serial> {
    let start = serial.iter().position(|b| *b != 0).unwrap_or(serial.len());
    let digits = serial.get(start..)?;
    let mut key = [0u8; OCTETS];
    let place = OCTETS.checked_sub(digits.len())?;
    key.get_mut(place..)?.copy_from_slice(digits);
    Some(key)
}

fn key_of_hex(serial: &str) -> Option<Serial> {
    // The store keeps no leading zeros; a digit may be missing for the last octet.
    let even = if serial.len().is_multiple_of(2) {
        hex::decode(serial)
    } else {
        hex::decode(format!("0{serial}"))
    };
    key(&even.ok()?)
}

#[derive(Debug, Default)]
struct Known {
    loaded: bool,
    seq: i64,
    customer: HashMap<Serial, Ended>,
    staff: HashMap<Serial, Ended>,
}

impl Known {
    fn of(&mut self, issuer: Issuer) -> &mut HashMap<Serial, Ended> {
        match issuer {
            Issuer::Customer => &mut self.customer,
            Issuer::Staff => &mut self.staff,
        }
    }
}

/// The memory of one process.
#[derive(Debug)]
pub struct StatusMemory {
    known: RwLock<Known>,
    refreshed: RwLock<Option<Instant>>,
    ended: watch::Sender<i64>,
    /// The [`status_version`](crate::store::Store::status_version) up to which this process's own changes are known.
    version: AtomicU64,
    /// A change made by this instance.
    pub(super) own_change: Notify,
    /// A change read from the store, of any instance.
    pub(super) seen_change: Notify,
    /// Only one task at a time reads the store.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Default for StatusMemory {
    fn default() -> Self {
        Self {
            known: RwLock::default(),
            refreshed: RwLock::default(),
            ended: watch::Sender::new(0),
            version: AtomicU64::new(0),
            own_change: Notify::new(),
            seen_change: Notify::new(),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl StatusMemory {
    /// State of a serial number, if it is known to be inactive. `None` means unknown: read the store.
    #[must_use]
    pub fn look(&self, issuer: Issuer, serial: &[u8]) -> Option<Ended> {
        let key = key(serial)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let map = match issuer {
            Issuer::Customer => &known.customer,
            Issuer::Staff => &known.staff,
        };
        map.get(&key).copied()
    }

    /// How many serial numbers are known to be inactive.
    #[must_use]
    pub fn len(&self) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.customer.len() + known.staff.len()
    }

    /// Whether none is known to be inactive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time since the store was last read; `None` before the first time.
    #[must_use]
    pub fn age(&self, now: Instant) -> Option<Duration> {
        let refreshed = *self
            .refreshed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        refreshed.map(|then| now.saturating_duration_since(then))
    }

    /// Records up to which position in the sequence a certificate was revoked or suspended; wakes those who wait for it.
    #[must_use]
    pub fn ended(&self) -> watch::Receiver<i64> {
        self.ended.subscribe()
    }

    /// Where to continue reading; `None` before everything was loaded once.
    pub(super) fn place(&self) -> Option<i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.loaded.then_some(known.seq)
    }

    /// One page of inactive certificates, while loading.
    pub(super) fn load<'a>(&self, issuer: Issuer, rows: impl Iterator<Item = (&'a str, State)>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let map = known.of(issuer);
        for (serial, state) in rows {
            if let (Some(key), Some(ended)) = (key_of_hex(serial), Ended::of(state)) {
                map.insert(key, ended);
            }
        }
    }

    /// Everything up to `seq` is loaded.
    pub(super) fn loaded(&self, seq: i64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        (known.loaded, known.seq) = (true, seq);
    }

    /// Applies changes, in their order. Applying one twice does no harm.
    pub(super) fn apply(&self, changes: &[StatusChange]) {
        let Some(last) = changes.last() else { return };
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            for change in changes {
                let Some(key) = key_of_hex(&change.serial) else {
                    continue;
                };
                match Ended::of(change.to) {
                    Some(ended) => known.of(change.issuer).insert(key, ended),
                    None => known.of(change.issuer).remove(&key),
                };
            }
            known.seq = last.seq;
        }
        let ends = |to| matches!(Ended::of(to), Some(Ended::Suspended | Ended::Revoked));
        if changes.iter().any(|change| ends(change.to)) {
            let _ = self.ended.send_replace(last.seq);
        }
    }

    /// Whether all changes of this process up to this version of the store are known.
    pub(super) fn knows(&self, version: u64) -> bool {
        self.version.load(Ordering::Acquire) >= version
    }

    pub(super) fn refreshed(&self, version: u64, now: Instant) {
        self.version.fetch_max(version, Ordering::Release);
        *self
            .refreshed
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn change(seq: i64, serial: &str, to: State) -> StatusChange {
        StatusChange {
            seq,
            certificate_id: "c".into(),
            serial: serial.into(),
            issuer: Issuer::Customer,
            generation: 1,
            shard: String::new(),
            from: State::Active,
            to,
            reason: None,
            actor_kind: "system".into(),
            actor_id: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn changes_are_taken_in_and_a_release_takes_out() {
        let memory = StatusMemory::default();
        memory.loaded(0);
        let serial = "4142434445464748494a4b4c4d4e4f5051525354";
        let octets = hex::decode(serial).unwrap();
        memory.apply(&[change(1, serial, State::Suspended)]);
        assert_eq!(
            memory.look(Issuer::Customer, &octets),
            Some(Ended::Suspended)
        );
        assert_eq!(memory.look(Issuer::Staff, &octets), None, "another CA");
        memory.apply(&[change(2, serial, State::Active)]);
        assert_eq!(memory.look(Issuer::Customer, &octets), None);
        assert_eq!(*memory.ended().borrow(), 1, "a release wakes nobody");
        memory.apply(&[change(3, serial, State::Revoked)]);
        assert_eq!(memory.look(Issuer::Customer, &octets), Some(Ended::Revoked));
        assert_eq!((memory.len(), memory.place()), (1, Some(3)));
        assert_eq!(*memory.ended().borrow(), 3);
    }

    #[test]
    fn serial_numbers_meet_whatever_their_leading_zeros_and_foreign_ones_do_no_harm() {
        let memory = StatusMemory::default();
        memory.load(Issuer::Staff, [("a1b", State::Revoked)].into_iter());
        assert!(memory.look(Issuer::Staff, &[0, 0x0a, 0x1b]).is_some());
        assert!(memory.look(Issuer::Staff, &[0x0a, 0x1b]).is_some());
        assert!(memory.look(Issuer::Staff, &[1; 40]).is_none());
        assert!(memory.look(Issuer::Staff, &[]).is_none());
        memory.load(Issuer::Staff, [("not hex", State::Revoked)].into_iter());
        assert_eq!(memory.len(), 1);
    }
}
