//! Tokens that lack a signature scheme, or fail at one: detected before the bank is contacted, and handled by another
//! scheme, another type of key, or an error.

use inkan_pki::algorithm::KeyAlgorithm;
use rustls::ProtocolVersion;

use super::drivers::{behind_hostile, open};
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

const NO_PSS: &str = "lacks:pss lacks:hashed-pss lacks:block";

/// Issued, and accepted by the bank in this version of TLS.
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
    for (behaviour, version) in [
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
        let run = open(&bank, &customer, behaviour, &[]);
        issued_over(&bank, &run, version, behaviour);
        let mut verify = customer.command(&["verify", "kenmin", "--pin-env", "PIN"]);
        behind_hostile(&mut verify, &customer, behaviour);
        let run = finish(verify, "");
        assert_eq!(run.code, 0, "{behaviour}: {run:?}");
    }
}

#[test]
fn the_bank_file_lists_the_signatures_that_its_servers_accept() {
    let customer = Customer::of(&Bank::start());
    for (takes, behaviour, expected) in [
        ("rsa-pkcs1-sha256", "", Ok(ProtocolVersion::TLSv1_2)),
        ("rsa-pss-sha384", "", Ok(ProtocolVersion::TLSv1_3)),
        ("rsa-pss-sha384", NO_PSS, Err("token-cannot-sign")),
        ("ecdsa-p256-sha256", "", Err("token-cannot-sign")),
    ] {
        let mut bank = Bank::start();
        bank.state().algorithms = vec!["rsa-2048"];
        bank.file += &format!("signature_schemes = [\"{takes}\"]\n");
        customer.install(&bank);
        let before = customer.contents().keys.len();
        let run = open(&bank, &customer, behaviour, &[]);
        match expected {
            Ok(version) => issued_over(&bank, &run, version, takes),
            Err(code) => {
                assert_eq!(run.failure(), (12, code.to_owned()), "{takes}");
                assert!(bank.state().csrs.is_empty(), "{takes}");
                assert_eq!(customer.contents().keys.len(), before, "{takes}");
            }
        }
    }
}

#[test]
fn if_a_type_of_key_cannot_sign_the_next_one_is_used() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "lacks:ecdsa", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let keys = customer.contents().keys;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].algorithm, KeyAlgorithm::Rsa2048);
}

#[test]
fn a_token_whose_keys_cannot_sign_is_refused_before_the_bank_is_contacted() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "lacks:ecdsa lacks:pkcs1 lacks:block", &[]);
    assert_eq!(run.failure(), (12, "token-cannot-sign".to_owned()));
    assert!(
        !run.steps().contains(&"generating-key".to_owned()),
        "{run:?}"
    );
    // Listed, but failing: not known before there is a key.
    let run = open(&bank, &customer, "breaks:ecdsa", &[]);
    assert_eq!(run.failure(), (12, "token-failed".to_owned()));
    assert!(customer.contents().keys.is_empty());
    assert!(bank.state().csrs.is_empty());
}

#[test]
fn a_failure_after_key_generation_generates_no_second_one() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "fails:generate", &[]);
    assert_eq!(run.failure(), (12, "token-failed".to_owned()));
    assert_eq!(
        customer.contents().keys.len(),
        1,
        "and no other type was tried"
    );
    let run = open(&bank, &customer, "", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn a_lost_login_does_not_ask_for_the_officers_pin() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "logout:generate", &[]);
    assert_eq!(run.failure(), (12, "login-lost".to_owned()));
    assert!(!run.stderr.contains("Security officer"), "{run:?}");
    assert!(customer.contents().keys.is_empty());
}
