//! The pool against a real token (SoftHSM2), with real faults: missing files, calls that do not return, another
//! component that logs out or re-initialises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each response are printed when those tests run alone.
#![allow(clippy::print_stdout)]

mod bench;
mod every_return_value;
mod faults;
mod group;
mod hangs;
mod keys;
mod pins;
mod priorities;
mod processes;
mod reboot;
mod signing;
mod wrong_signatures;

use std::time::{Duration, Instant};

use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::pkcs11::pin_attempts::PinProvided;
use inkan_pki::secret::Pin;

use super::*;
