//! How many connections one peer holds: nobody takes the places of everybody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::http::rate::network;

/// Open connections by address; only addresses that have some are kept.
#[derive(Debug)]
pub(super) struct Shares {
    open: Mutex<HashMap<IpAddr, usize>>,
    each: usize,
}

/// One connection's part; given back on drop.
#[derive(Debug)]
pub(super) struct Share {
    shares: Arc<Shares>,
    address: IpAddr,
}

impl Shares {
    /// At most `each` connections of one address (of one /64 in IPv6).
    pub(super) fn new(each: usize) -> Arc<Self> {
        Arc::new(Self {
            open: Mutex::new(HashMap::new()),
            each,
        })
    }

    /// A part for one more connection; none when the address has as many as it may.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Share> {
        let address = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_insert(0);
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Share {
            shares: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut open = self
            .shares
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_share_is_per_address_and_comes_back() {
        let shares = Shares::new(2);
        let [one, two, six, neighbour]: [IpAddr; 4] =
            ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"].map(|a| a.parse().unwrap());
        let first = shares.take(one).unwrap();
        let _second = shares.take(one).unwrap();
        assert!(shares.take(one).is_none());
        assert!(shares.take(two).is_some());
        drop(first);
        let _third = shares.take(one).unwrap();
        let held = [shares.take(six).unwrap(), shares.take(neighbour).unwrap()];
        assert!(shares.take(six).is_none(), "one /64");
        drop(held);
        assert_eq!(shares.open.lock().unwrap().len(), 1, "nothing stays behind");
    }
}
