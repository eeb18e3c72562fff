//! One suite for every kind of token that the agent supports: what each can do, what it cannot, and why not.
//!
//! Each test takes one new token through all checks, using it as the agent does, and compares the result with
//! [`known`]. Nothing is skipped: what a token cannot do is tried nevertheless and must be refused in the known way.
//! `make conformance` prints the whole table; `make test` leaves out two checks of the virtual card, which the table
//! shows. `docs/tokens.md` explains the table.
//!
//! - [`check`]: the checks
//! - [`steps`]: how each is made
//! - [`suite`]: all of them on one token
//! - [`known`]: what each kind of token cannot do, and why
//! - [`verdict`]: the result compared with what is known
//! - [`target`]: one kind of token under test
//! - [`card`]: the kinds that are a PIV card in a reader
//! - [`windows`]: the keys that Windows keeps, under Wine
//! - [`authority`]: certificates for keys on tokens
//! - [`verify`]: an independent check of signatures
//! - [`overhead`]: the cost of a separate process for each module
//! - [`report`]: the table
//! - [`hsm`]: the same modules as HSMs: probe, ceremony, verification

mod authority;
mod card;
mod check;
mod hsm;
mod known;
mod overhead;
mod report;
mod steps;
mod suite;
mod target;
mod verdict;
mod verify;
mod windows;

use inkan_tests::{Outcome, modules};
use inkan_virtual_card::Model;
use target::TokenUnderTest;

/// A certificate for this public key by a temporary CA.
pub(crate) fn certificate_for(spki: &[u8]) -> Outcome<Vec<u8>> {
    Ok(authority::certificate(spki, 0)?.0)
}

#[test]
fn softhsm2() -> Outcome {
    suite::run(TokenUnderTest::module(
        modules::softhsm::fresh()?,
        known::SOFTHSM,
    )?)
}

#[test]
fn kryoptic() -> Outcome {
    suite::run(TokenUnderTest::module(
        modules::kryoptic::fresh()?,
        known::KRYOPTIC,
    )?)
}

#[test]
fn nss_softokn() -> Outcome {
    suite::run(TokenUnderTest::module(modules::nss::fresh()?, known::NSS)?)
}

#[test]
fn opencryptoki() -> Outcome {
    suite::run(TokenUnderTest::module(
        modules::opencryptoki::fresh()?,
        known::OPENCRYPTOKI,
    )?)
}

#[test]
fn tpm2_pkcs11() -> Outcome {
    suite::run(TokenUnderTest::module(modules::tpm::fresh()?, known::TPM)?)
}

#[test]
fn softhsm2_as_hsm() -> Outcome {
    hsm::run(&modules::softhsm::fresh()?, "softhsm2", "ec-p256")
}

#[test]
fn kryoptic_as_hsm() -> Outcome {
    hsm::run(&modules::kryoptic::fresh()?, "kryoptic", "ec-p384")
}

#[test]
fn nss_softokn_as_hsm() -> Outcome {
    hsm::run(&modules::nss::fresh()?, "nss", "ec-p256")
}

#[test]
fn opencryptoki_as_hsm() -> Outcome {
    hsm::run(&modules::opencryptoki::fresh()?, "opencryptoki", "rsa-2048")
}

#[test]
fn tpm2_pkcs11_as_hsm() -> Outcome {
    hsm::run(&modules::tpm::fresh()?, "tpm2-pkcs11", "ec-p256")
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
