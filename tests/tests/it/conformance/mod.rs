//! One suite for every kind of token the agent can meet: what each of them can do, what not, and why not.
//!
//! Each test takes one fresh token through all checks, as the agent would speak to it, and compares what was seen with what
//! is written down in [`known`]. Nothing is skipped: what a token cannot do is tried all the same and must be refused in the
//! known way. `make conformance` prints the whole table; in `make test` two checks of the virtual card are left out, which
//! then says so. `docs/tokens.md` says what the table means.
//!
//! - [`check`]: the questions
//! - [`steps`]: how each is asked
//! - [`suite`]: all of them on one token
//! - [`known`]: what each kind of token does not do, and why
//! - [`judge`]: what was seen beside what is known
//! - [`mount`]: one kind of token under test
//! - [`card`]: the kinds that are a PIV card in a reader
//! - [`authority`]: certificates for keys on tokens
//! - [`verify`]: a second opinion on signatures
//! - [`overhead`]: the cost of a process of its own for each module
//! - [`report`]: the table

mod authority;
mod card;
mod check;
mod judge;
mod known;
mod mount;
mod overhead;
mod report;
mod steps;
mod suite;
mod verify;

use inkan_tests::{Outcome, modules};
use inkan_virtual_card::Model;
use mount::Mount;

#[test]
fn softhsm2() -> Outcome {
    suite::run(Mount::module(modules::softhsm::fresh()?, known::SOFTHSM)?)
}

#[test]
fn kryoptic() -> Outcome {
    suite::run(Mount::module(modules::kryoptic::fresh()?, known::KRYOPTIC)?)
}

#[test]
fn nss_softokn() -> Outcome {
    suite::run(Mount::module(modules::nss::fresh()?, known::NSS)?)
}

#[test]
fn opencryptoki() -> Outcome {
    suite::run(Mount::module(
        modules::opencryptoki::fresh()?,
        known::OPENCRYPTOKI,
    )?)
}

#[test]
fn tpm2_pkcs11() -> Outcome {
    suite::run(Mount::module(modules::tpm::fresh()?, known::TPM)?)
}

#[test]
fn ykcs11() -> Outcome {
    suite::run(card::ykcs11(known::YKCS11)?)
}

#[test]
fn opensc() -> Outcome {
    suite::run(card::opensc(known::OPENSC)?)
}

#[test]
fn piv() -> Outcome {
    suite::run(card::piv("PIV", Model::Plain, known::PIV)?)
}

#[test]
fn piv_of_yubico() -> Outcome {
    suite::run(card::piv("PIV (Yubico)", Model::Yubico, known::PIV_YUBICO)?)
}
