//! `inkan-hsm` and its library against SoftHSM2. Run with `cargo nextest`: one process per test.
//!
//! - `environment`: a separate SoftHSM2, directory, specification and PIN files for each test
//! - `ceremony`: apply from nothing, again, and after an interruption at every point
//! - `record`: a transcript written by the test, as documented, to simulate an interruption at any point
//! - `every_answer`: how many PINs are sent, for every return value
//! - `extension`: keys and certificates added to an environment that is complete
//! - `findings`: what verify finds
//! - `incomplete_pairs`: an incomplete key pair, left by an interruption while it was generated
//! - `conflicts`: what apply refuses
//! - `crls`: the root's CRL
//! - `specification`: what a specification must not contain
//! - `pins`: sources of PINs
//! - `shares`: sets of shares: made, replaced, interrupted; `officers`: who type
//! - `program`: the program as a process: exit codes, output, example, openssl
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each response are printed when those tests run alone.
#![allow(clippy::print_stdout)]

mod ceremony;
mod conflicts;
mod crls;
mod environment;
mod every_answer;
mod extension;
mod findings;
mod incomplete_pairs;
mod officers;
mod pins;
mod program;
mod record;
mod shares;
mod specification;
