//! The pool against a real token (SoftHSM2), with real faults: files that are gone, calls that do not come back, somebody
//! else who logs out or re-initialises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each answer are printed for whoever runs those tests alone.
#![allow(clippy::print_stdout)]

mod bench;
mod every_return_value;
mod faults;
mod hangs;
mod keys;
mod pins;
mod reboot;
mod signing;
mod wrong_signatures;
