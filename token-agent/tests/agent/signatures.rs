//! Tokens that lack a signature, or break at one: found out before the bank is asked, and answered with another signature,
//! another type of key, or a sentence.

use inkan_pki::algorithm::KeyAlgorithm;
use rustls::ProtocolVersion;

use super::drivers::{behind_hostile, open};
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

const NO_PSS: &str = "lacks:pss lacks:hashed-pss lacks:block";

/// Issued, and taken by the bank in this version of TLS.
fn issued_over(bank: &Bank, run: &Run, version: ProtocolVersion, why: &str) {
    assert_eq!(run.code, 0, "{why}: {run:?}");
    let state = bank.state();
    assert!(state.active, "{why}");
    assert_eq!(state.version, Some(version), "{why}");
    assert_eq!(state.csrs.len(), 1, "{why}");
}

#[test]
fn an_rsa_key_without_pss_signs_in_another_way_or_in_tls_1_2() {
    use ProtocolVersion::{TLSv1_2, TLSv1_3};
    let customer = Customer::of(&Bank::start());
    for (deeds, version) in [
        ("", TLSv1_3),
        ("lacks:pss", TLSv1_3),
        ("lacks:pss lacks:hashed-pss", TLSv1_3),
        (NO_PSS, TLSv1_2),
        ("breaks:pss", TLSv1_2),
        ("lacks:pss breaks:hashed-pss breaks:block", TLSv1_2),
    ] {
        let bank = Bank::start();
        bank.state().algorithms = vec!["rsa-2048"];
        customer.install(&bank);
        let run = open(&bank, &customer, deeds, &[]);
        issued_over(&bank, &run, version, deeds);
        let mut verify = customer.command(&["verify", "kenmin", "--pin-env", "PIN"]);
        behind_hostile(&mut verify, &customer, deeds);
        let run = finish(verify, "");
        assert_eq!(run.code, 0, "{deeds}: {run:?}");
    }
}

#[test]
fn the_bank_file_says_which_signatures_its_servers_take() {
    let customer = Customer::of(&Bank::start());
    for (takes, deeds, expected) in [
        ("rsa-pkcs1-sha256", "", Ok(ProtocolVersion::TLSv1_2)),
        ("rsa-pss-sha384", "", Ok(ProtocolVersion::TLSv1_3)),
        ("rsa-pss-sha384", NO_PSS, Err("token-cannot-sign")),
        ("ecdsa-p256-sha256", "", Err("token-cannot-sign")),
    ] {
        let mut bank = Bank::start();
        bank.state().algorithms = vec!["rsa-2048"];
        bank.file += &format!("signature_schemes = [\"{takes}\"]\n");
        customer.install(&bank);
        let before = customer.look().keys.len();
        let run = open(&bank, &customer, deeds, &[]);
        match expected {
            Ok(version) => issued_over(&bank, &run, version, takes),
            Err(code) => {
                assert_eq!(run.failure(), (12, code.to_owned()), "{takes}");
                assert!(bank.state().csrs.is_empty(), "{takes}");
                assert_eq!(customer.look().keys.len(), before, "{takes}");
            }
        }
    }
}

#[test]
fn a_token_that_cannot_sign_with_one_type_of_key_goes_on_to_the_next() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "lacks:ecdsa", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let keys = customer.look().keys;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].algorithm, KeyAlgorithm::Rsa2048);
}

#[test]
fn one_that_can_sign_with_none_is_refused_before_the_bank_is_asked() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "lacks:ecdsa lacks:pkcs1 lacks:block", &[]);
    assert_eq!(run.failure(), (12, "token-cannot-sign".to_owned()));
    assert!(!run.steps().contains(&"making-key".to_owned()), "{run:?}");
    // Listed, and broken: not known before there is a key.
    let run = open(&bank, &customer, "breaks:ecdsa", &[]);
    assert_eq!(run.failure(), (12, "token-failed".to_owned()));
    assert!(customer.look().keys.is_empty());
    assert!(bank.state().csrs.is_empty());
}

#[test]
fn a_failure_after_a_key_was_made_makes_no_second_one() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "fails:generate", &[]);
    assert_eq!(run.failure(), (12, "token-failed".to_owned()));
    assert_eq!(customer.look().keys.len(), 1, "and no other type was tried");
    let run = open(&bank, &customer, "", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    assert_eq!(customer.look().keys.len(), 1);
}

#[test]
fn a_login_that_was_lost_asks_nobody_for_the_officers_pin() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "logout:generate", &[]);
    assert_eq!(run.failure(), (12, "login-lost".to_owned()));
    assert!(!run.stderr.contains("Security officer"), "{run:?}");
    assert!(customer.look().keys.is_empty());
}
