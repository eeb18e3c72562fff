//! The pool against a real token (SoftHSM2), with real faults: files that are gone, calls that do not come back, somebody
//! else who logs out or re-initialises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod every_answer;
mod faults;
mod hangs;
mod keys;
mod pins;
mod reboot;
mod signing;
mod wrong_signatures;
