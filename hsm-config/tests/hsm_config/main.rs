//! `inkan-hsm` and its library against SoftHSM2. Run with `cargo nextest`: one process per test.
//!
//! - `environment`: a SoftHSM2, a directory, a specification and PIN files, all of the test's own
//! - `ceremony`: apply from nothing, again, and after a break-off at every point
//! - `record`: a transcript made by hand, as documented, to place a break-off anywhere
//! - `every_answer`: how many PINs are sent, for every return value
//! - `extension`: keys and certificates added to an environment that is complete
//! - `findings`: what verify finds
//! - `half_made`: half a key pair, left by an end in the middle of making it
//! - `in_the_way`: what apply refuses
//! - `lists`: the root's revocation list
//! - `specification`: what a specification may not say
//! - `pins`: sources of PINs
//! - `program`: the program as a process: exit codes, output, example, openssl
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each answer are printed for whoever runs those tests alone.
#![allow(clippy::print_stdout)]

mod ceremony;
mod environment;
mod every_answer;
mod extension;
mod findings;
mod half_made;
mod in_the_way;
mod lists;
mod pins;
mod program;
mod record;
mod specification;
