//! The tests' harness.
//!
//! - `authority`: CAs and certificates
//! - `wire`: a small TLS and HTTP server
//! - `bank`: the bank's side of the protocol, with faults on demand
//! - `customer`: a token, a configuration, and the agent's runs

pub(crate) mod authority;
pub(crate) mod bank;
pub(crate) mod customer;
mod wire;

use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) use bank::{Bank, Deviation};
pub(crate) use customer::{Customer, Run};

/// Waits until `holds`.
///
/// # Panics
/// After 30 seconds.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        sleep(Duration::from_millis(20));
    }
}
