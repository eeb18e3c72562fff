//! The open connections of a listener: how many there may be in total, of one address and of one network, and which of
//! them is closed when another one arrives.
//!
//! Nobody can take all places. When all are taken, an idle connection is closed for a new one, then one whose peer owes
//! us something (a handshake, a header, a body), then one to which a response is being sent: of the network that holds
//! the most, and there the one that has been in this phase for the longest. A request in progress is left alone, and
//! nobody loses a place to a network that holds more.
//!
//! A connection that has lost its place may finish what it has just begun, a few at a time: those beyond are cut, so
//! that peers who never read their responses do not keep new ones out.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use crate::network::{Holdings, Network, networks};

/// The phase of a connection; in the order in which they are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Waits for another request.
    Idle,
    /// Waits for the peer to complete something: the handshake, the first header, a body.
    Owing,
    /// Sends a response.
    Sending,
    /// Processes a request.
    Working,
}

/// How a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// After the request that has just come, if one has.
    Gracefully,
    /// Now.
    AtOnce,
}

/// The open connections.
#[derive(Debug)]
pub(super) struct Table {
    inner: Mutex<Inner>,
    most: usize,
    each: usize,
    /// Connections without a place that may still be open.
    leaving: usize,
    since: Instant,
}

#[derive(Debug, Default)]
struct Inner {
    open: HashMap<u64, Entry>,
    /// Those that were ordered to end gracefully and are still open.
    leaving: HashSet<u64>,
    held: Holdings,
    next: u64,
}

#[derive(Debug)]
struct Entry {
    networks: Vec<Network>,
    activity: Arc<Activity>,
    end: oneshot::Sender<End>,
}

/// State of an open connection; written by the connection, read when one has to be closed.
#[derive(Debug)]
pub(super) struct Activity {
    phase: AtomicU8,
    /// Milliseconds from the table's beginning to that of the phase.
    at: AtomicU64,
    table: Instant,
    certificate: OnceLock<Arc<[u8]>>,
}

/// A connection's place; released on drop.
#[derive(Debug)]
pub(super) struct Place {
    table: Arc<Table>,
    id: u64,
    pub(super) activity: Arc<Activity>,
}

/// The result for a new connection.
pub(super) enum Admission {
    /// It has a place; the receiver signals when it has to end.
    Granted(Place, oneshot::Receiver<End>),
    /// Its address or network has reached its limit, or all places are taken by requests in progress.
    Refused,
}

impl Activity {
    fn new(table: Instant) -> Self {
        let activity = Self {
            phase: AtomicU8::new(0),
            at: AtomicU64::new(0),
            table,
            certificate: OnceLock::new(),
        };
        activity.enter(Phase::Owing);
        activity
    }

    /// Sets the current phase.
    pub(super) fn enter(&self, phase: Phase) {
        let elapsed = self.table.elapsed().as_millis();
        let at = u64::try_from(elapsed).unwrap_or(u64::MAX);
        self.at.store(at, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// The current phase.
    pub(super) fn phase(&self) -> Phase {
        let phase = self.phase.load(Ordering::Acquire);
        let known = [Phase::Idle, Phase::Owing, Phase::Sending];
        let found = known.into_iter().find(|one| *one as u8 == phase);
        found.unwrap_or(Phase::Working)
    }

    /// The certificate that the peer presented.
    pub(super) fn presented(&self, certificate: &Arc<[u8]>) {
        let _ = self.certificate.set(Arc::clone(certificate));
    }
}

impl Table {
    /// At most `most` connections, `each` of one address (of one /64 in IPv6), twice as many of the next wider network
    /// and so on; `leaving` more that have lost their place.
    pub(super) fn new(most: usize, each: usize, leaving: usize) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::new(Inner::default()),
            most: most.max(1),
            each: each.max(1),
            leaving,
            since: Instant::now(),
        })
    }

    /// A place for one more connection; another one may have to be closed for it.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Admission {
        let networks = networks(address);
        let mut inner = self.inner();
        while let Some(full) = inner.held.full(&networks, self.each) {
            let own =
                inner.victim(|entry, phase| phase == Phase::Idle && entry.networks.contains(&full));
            match own {
                Some(id) => inner.evict(id, self.leaving),
                None => return Admission::Refused,
            }
        }
        while inner.open.len() >= self.most {
            let weight = inner.held.weight(&networks);
            let held = &inner.held;
            let other = inner.victim(|entry, phase| {
                let theirs = held.weight(&entry.networks);
                phase == Phase::Idle || (phase < Phase::Working && theirs >= weight)
            });
            match other {
                Some(id) => inner.evict(id, self.leaving),
                None => return Admission::Refused,
            }
        }
        let (end, ends) = oneshot::channel();
        let activity = Arc::new(Activity::new(self.since));
        let id = inner.next;
        inner.next += 1;
        inner.held.add(&networks);
        let entry = Entry {
            networks,
            activity: Arc::clone(&activity),
            end,
        };
        inner.open.insert(id, entry);
        drop(inner);
        let table = Arc::clone(self);
        Admission::Granted(
            Place {
                table,
                id,
                activity,
            },
            ends,
        )
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Closes every other connection whose peer presented this certificate: idle ones at once, the others after their
    /// request.
    pub(super) fn close_others(&self, certificate: &[u8]) {
        let mut inner = self.table.inner();
        let same = |entry: &Entry| {
            let theirs = entry.activity.certificate.get();
            theirs.is_some_and(|theirs| theirs.as_ref() == certificate)
        };
        let others: Vec<u64> = inner
            .open
            .iter()
            .filter(|(id, entry)| **id != self.id && same(entry))
            .map(|(id, _)| *id)
            .collect();
        for id in others {
            inner.end(id, self.table.leaving);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.table.inner();
        inner.leaving.remove(&self.id);
        // Gone already where it has lost its place.
        if let Some(entry) = inner.open.remove(&self.id) {
            inner.held.remove(&entry.networks);
        }
    }
}

impl Inner {
    /// The connection to be closed first among those that may be.
    fn victim(&self, may: impl Fn(&Entry, Phase) -> bool) -> Option<u64> {
        let candidates = self.open.iter().filter_map(|(id, entry)| {
            let phase = entry.activity.phase();
            let at = entry.activity.at.load(Ordering::Relaxed);
            let rank = (std::cmp::Reverse(phase), std::cmp::Reverse(at));
            may(entry, phase).then_some((id, entry, rank))
        });
        candidates
            .max_by_key(|(_, entry, (phase, at))| (*phase, self.held.weight(&entry.networks), *at))
            .map(|(id, ..)| *id)
    }

    /// Takes a connection's place. An idle one may answer a request that has just arrived.
    fn evict(&mut self, id: u64, leaving: usize) {
        let idle = |entry: &Entry| entry.activity.phase() == Phase::Idle;
        if self.open.get(&id).is_some_and(idle) {
            self.end(id, leaving);
        } else {
            self.close(id, End::AtOnce);
        }
    }

    /// Ends a connection after its request; if `leaving` others have not ended yet, at once, unless a request is in
    /// progress.
    fn end(&mut self, id: u64, leaving: usize) {
        let works = |entry: &Entry| entry.activity.phase() == Phase::Working;
        let gracefully = self.leaving.len() < leaving || self.open.get(&id).is_some_and(works);
        let end = if gracefully {
            End::Gracefully
        } else {
            End::AtOnce
        };
        self.close(id, end);
    }

    fn close(&mut self, id: u64, end: End) {
        if let Some(entry) = self.open.remove(&id) {
            self.held.remove(&entry.networks);
            if end == End::Gracefully {
                self.leaving.insert(id);
            }
            // A connection that has just ended no longer receives.
            let _ = entry.end.send(end);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    struct Open(Place, oneshot::Receiver<End>);

    impl Open {
        fn is_told(&mut self) -> Option<End> {
            self.1.try_recv().ok()
        }
    }

    fn enter(table: &Arc<Table>, address: &str, phase: Phase) -> Option<Open> {
        match table.admit(address.parse().unwrap()) {
            Admission::Granted(place, ends) => {
                place.activity.enter(phase);
                Some(Open(place, ends))
            }
            Admission::Refused => None,
        }
    }

    fn many(table: &Arc<Table>, addresses: &[String], phase: Phase) -> Vec<Open> {
        let opened = addresses.iter().map(|one| enter(table, one, phase));
        opened.flatten().collect()
    }

    fn told(open: &mut [Open]) -> Vec<End> {
        open.iter_mut().filter_map(Open::is_told).collect()
    }

    #[test]
    fn http_connections_of_one_allocation_and_of_sixteen_addresses_leave_room() {
        for phase in [Phase::Idle, Phase::Owing, Phase::Sending] {
            let table = Table::new(1024, 128, 100);
            let v6: Vec<String> = (0..1000).map(|n| format!("2001:db8:1:{n:x}::1")).collect();
            let v4: Vec<String> = (0..1600).map(|n| format!("192.0.{}.1", n % 16)).collect();
            let mut held = many(&table, &v6, phase);
            held.extend(many(&table, &v4, phase));
            assert_eq!(table.inner().open.len(), 1024, "{phase:?}");
            let before = told(&mut held).len();
            for n in 0..100 {
                let customer = format!("198.51.{n}.1");
                let found = enter(&table, &customer, Phase::Working);
                assert!(found.is_some(), "{phase:?}: {customer}");
                held.extend(found);
            }
            assert_eq!(told(&mut held).len(), 100, "{phase:?}: of {before}");
            assert_eq!(table.inner().open.len(), 1024);
        }
    }

    #[test]
    fn http_connections_idle_ones_go_first_and_the_longest_idle_before_the_others() {
        let table = Table::new(3, 3, 100);
        let mut owing = enter(&table, "192.0.2.1", Phase::Owing).unwrap();
        let mut old = enter(&table, "192.0.3.1", Phase::Idle).unwrap();
        let mut young = enter(&table, "192.0.4.1", Phase::Idle).unwrap();
        old.0.activity.at.store(1, Ordering::Relaxed);
        young.0.activity.at.store(2, Ordering::Relaxed);
        let mut one = enter(&table, "192.0.5.1", Phase::Working).unwrap();
        assert_eq!(old.is_told(), Some(End::Gracefully));
        assert_eq!((owing.is_told(), young.is_told()), (None, None));
        let mut two = enter(&table, "192.0.6.1", Phase::Working).unwrap();
        assert_eq!(young.is_told(), Some(End::Gracefully));
        let mut three = enter(&table, "192.0.7.1", Phase::Working).unwrap();
        assert_eq!(owing.is_told(), Some(End::AtOnce));
        assert!(
            enter(&table, "192.0.8.1", Phase::Idle).is_none(),
            "all work"
        );
        for working in [&mut one, &mut two, &mut three] {
            assert_eq!(working.is_told(), None);
        }
        drop(one);
        assert!(enter(&table, "192.0.8.1", Phase::Idle).is_some());
    }

    #[test]
    fn http_connections_that_leave_are_few_and_those_beyond_are_cut() {
        let table = Table::new(1, 100, 2);
        let mut left = Vec::new();
        for expected in [End::Gracefully, End::Gracefully, End::AtOnce, End::AtOnce] {
            left.extend(enter(&table, "192.0.2.1", Phase::Idle));
            let next = enter(&table, "192.0.2.1", Phase::Idle).unwrap();
            let one = left.last_mut().unwrap();
            assert_eq!(one.is_told(), Some(expected));
            drop(next);
        }
        // One of them has ended.
        left.swap_remove(0);
        left.extend(enter(&table, "192.0.2.1", Phase::Idle));
        left.extend(enter(&table, "192.0.2.1", Phase::Idle));
        let [.., before, _] = &mut left[..] else {
            panic!("two were added");
        };
        assert_eq!(before.is_told(), Some(End::Gracefully));
        drop(left);
        assert!(table.inner().leaving.is_empty() && table.inner().open.is_empty());
    }

    #[test]
    fn http_connections_a_network_takes_no_place_from_one_that_holds_less() {
        let table = Table::new(4, 4, 100);
        let mut held: Vec<Open> = ["192.0.2.1", "192.0.3.1", "192.0.3.2", "192.0.3.3"]
            .map(|one| enter(&table, one, Phase::Owing).unwrap())
            .into();
        for _ in 0..3 {
            held.extend(enter(&table, "192.0.3.9", Phase::Owing));
        }
        assert_eq!(held[0].is_told(), None, "the only one of its network");
        assert_eq!(told(&mut held).len(), 3);
    }

    #[test]
    fn http_connections_beyond_the_share_of_an_address_cost_itself_an_idle_one() {
        let table = Table::new(100, 2, 100);
        let mut held = many(&table, &vec!["192.0.2.1".to_owned(); 2], Phase::Owing);
        assert!(enter(&table, "192.0.2.1", Phase::Owing).is_none());
        let other = enter(&table, "192.0.9.1", Phase::Idle).unwrap();
        held[0].0.activity.enter(Phase::Idle);
        assert!(enter(&table, "192.0.2.1", Phase::Owing).is_some());
        assert_eq!(told(&mut held), [End::Gracefully]);
        drop((held, other));
        assert!(table.inner().held.is_empty() && table.inner().open.is_empty());
    }

    #[test]
    fn http_connections_of_a_certificate_are_closed_but_the_one_that_asks() {
        let table = Table::new(100, 100, 100);
        let mut held = many(&table, &vec!["192.0.2.1".to_owned(); 3], Phase::Idle);
        let (mine, theirs): (Arc<[u8]>, Arc<[u8]>) = (Arc::from(*b"mine"), Arc::from(*b"theirs"));
        held[0].0.activity.presented(&mine);
        held[1].0.activity.presented(&mine);
        held[2].0.activity.presented(&theirs);
        held[0].0.close_others(&mine);
        let found: Vec<_> = held.iter_mut().map(Open::is_told).collect();
        assert_eq!(found, [None, Some(End::Gracefully), None]);
    }
}
