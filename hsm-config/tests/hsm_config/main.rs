//! `inkan-hsm` and its library against SoftHSM2. Run with `cargo nextest`: one process per test.
//!
//! - `environment`: a separate SoftHSM2, directory, specification and PIN files for each test
//! - `ceremony`: apply from nothing, again, and after an interruption at every point
//! - `record`: a transcript written by the test, as documented, to simulate an interruption at any point
//! - `every_answer`: how many PINs are sent, for every return value
//! - `terminal`: a program at a terminal of its own
//! - `officers`: officers whose lines are scripted
//! - `guided`: the guided ceremony: breaks, persons, interruptions
//! - `guided_at_a_terminal`: the same as a process at a terminal
//! - `on_paper`: the record
//! - `extension`: keys and certificates added to an environment that is complete
//! - `findings`: what verify finds
//! - `offline`: tokens that are meant to be offline
//! - `clock`: a clock that is behind the transcript
//! - `old_transcript`: a transcript in the format of the first version
//! - `guide`: docs/hsm.md states what the program states
//! - `incomplete_pairs`: an incomplete key pair, left by an interruption while it was generated
//! - `conflicts`: what apply refuses
//! - `crls`: the root's CRL
//! - `pin_change`: another PIN for a token
//! - `specification`: what a specification must not contain
//! - `pins`: sources of PINs
//! - `probe`: what a device can do; modules that hang, crash and chatter
//! - `shares`: sets of shares: made, replaced; `share_interruptions`: interrupted; `shares_at_a_terminal`, `share_pages`: pages
//! - `share_officers`: officers who type; `share_sets`: sets for tests
//! - `archives`: backups for tests
//! - `recovery`: backup and restore of a token; `recovery_interruptions`, `recovery_refusals`; `adoption`: a copy in its place
//! - `program`: the program as a process: exit codes, output, example, openssl
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The tables of PINs sent for each response are printed when those tests run alone.
#![allow(clippy::print_stdout)]

mod adoption;
mod archives;
mod ceremony;
mod clock;
mod conflicts;
mod crls;
mod environment;
mod every_answer;
mod extension;
mod findings;
mod guide;
mod guided;
mod guided_at_a_terminal;
mod incomplete_pairs;
mod officers;
mod offline;
mod old_transcript;
mod on_paper;
mod pin_change;
mod pins;
mod probe;
mod program;
mod record;
mod recovery;
mod recovery_interruptions;
mod recovery_refusals;
mod share_interruptions;
mod share_officers;
mod share_pages;
mod share_sets;
mod shares;
mod shares_at_a_terminal;
mod specification;
mod terminal;
