//! The agent looks for space for the certificate before it generates the key. An issuance that cannot be finished with
//! its key continues with another one, without a visit to the branch.

use std::path::Path;
use std::process::Command;

use softhsm_test_helpers::TestToken;

use super::drivers::{behind_hostile, open};
use super::harness::bank::Fault;
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

/// Follows the link with another token of the customer.
fn with(bank: &Bank, customer: &Customer, token: &TestToken, more: &[&str]) -> Command {
    let link = bank.link();
    let args = [
        "open",
        &link,
        "--token",
        &token.label,
        "--pin-env",
        "PIN",
        "--retry-for",
        "0",
    ];
    let mut command = customer.command(&[&args[..], more].concat());
    command.env("PIN", &token.pin);
    command
}

/// Issued for a key on the first token, whose response never arrived.
fn broken_off(bank: &Bank, customer: &Customer) {
    bank.state().enroll.push_back(Fault::DropAfter);
    assert_eq!(customer.open(bank).code, 14, "the connection was lost");
    assert!(bank.state().issued.is_some());
}

fn expect_completed(run: &Run, bank: &Bank) {
    assert_eq!(run.code, 0, "{run:?}");
    let state = bank.state();
    assert!(state.active);
    assert_eq!(state.given_up.len(), 1);
}

/// Objects in the token's files, except the one of the token itself.
fn objects(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => objects(&path),
            path => {
                let object = path.extension().is_some_and(|e| e == "object");
                usize::from(object && !path.ends_with("token.object"))
            }
        })
        .sum()
}

#[test]
fn another_token_replaces_the_first_after_explicit_consent() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let second = customer.hsm.init_token("Second");
    customer.own_driver();
    bank.state().enroll.push_back(Fault::DropAfter);
    let first = customer.open_with(&bank, &["--token", "Hanako", "--retry-for", "0"]);
    assert_eq!(first.code, 14);

    // Consent to something else does not count, nor does anything but a yes.
    for (more, answers) in [(&["--yes"][..], ""), (&[], "y\n\n"), (&[], "y\nn\n")] {
        let run = finish(with(&bank, &customer, &second, more), answers);
        assert_eq!(run.failure(), (7, "key-elsewhere".to_owned()), "{run:?}");
        assert!(bank.state().given_up.is_empty() && bank.state().issued.is_some());
    }
    let run = finish(with(&bank, &customer, &second, &[]), "y\ny\n");
    expect_completed(&run, &bank);
    assert!(run.stderr.contains("can then never be used"), "{run:?}");
    assert!(run.steps().contains(&"issue-given-up".to_owned()));

    // The first key is no longer needed: the token's next issuance deletes it.
    let dead = bank.state().given_up.clone();
    bank.state().issued = None;
    bank.state().active = false;
    let run = customer.open_with(&bank, &["--token", "Hanako"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-removed".to_owned()), "{run:?}");
    let keys = customer.contents().keys;
    assert_eq!(keys.len(), 1);
    assert!(!dead.contains(&inkan_pki::x509::fingerprint::sha256_hex(&keys[0].spki_der)));
}

#[test]
fn an_interruption_while_giving_up_leaves_one_usable_certificate() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let second = customer.hsm.init_token("Second");
    bank.state().enroll.push_back(Fault::DropAfter);
    customer.open_with(&bank, &["--token", "Hanako", "--retry-for", "0"]);

    // The bank was not reached; the response is lost; the agent is killed while it waits for it, and while it generates
    // the new key.
    let agreed = ["--yes", "--new-key"];
    bank.state().give_up.push_back(Fault::Drop);
    let run = finish(with(&bank, &customer, &second, &agreed), "");
    assert_eq!(run.code, 14, "{run:?}");
    assert!(bank.state().given_up.is_empty(), "nothing was changed");
    bank.state().give_up.push_back(Fault::Hold);
    let mut agent = with(&bank, &customer, &second, &agreed).spawn().unwrap();
    while bank.state().given_up.is_empty() {
        std::thread::yield_now();
    }
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(bank.state().csrs.len(), 1, "no other key was sent");

    let run = finish(with(&bank, &customer, &second, &["--yes"]), "");
    expect_completed(&run, &bank);
    assert_eq!(bank.state().csrs.len(), 2);
}

#[test]
fn without_space_for_the_certificate_no_key_is_generated_and_the_bank_is_not_contacted() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    // There is a replaceable key, and nobody consents to its replacement.
    let run = open(&bank, &customer, "room:100", &[]);
    assert_eq!(run.failure(), (10, "cancelled".to_owned()), "{run:?}");
    assert_eq!(customer.contents().keys.len(), 1);
    assert!(bank.state().csrs.is_empty());
    let run = open(&bank, &customer, "room:5000", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    // Nothing remains of what used the space: two pairs, and the certificates.
    let contents = customer.contents();
    let expected = 2 * contents.keys.len() + contents.certificates.len();
    assert_eq!(objects(&customer.hsm.token_directory()), expected);
}

#[test]
fn space_reserved_by_a_killed_agent_is_released_by_the_next() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link();
    let mut command = customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
    behind_hostile(&mut command, &customer, "hang:generate");
    let mut agent = command.spawn().unwrap();
    let directory = customer.hsm.token_directory();
    while objects(&directory) == 0 {
        std::thread::yield_now();
    }
    agent.kill().unwrap();
    agent.wait().unwrap();
    customer.own_driver();
    assert_eq!(customer.open(&bank).code, 0);
    let contents = customer.contents();
    assert_eq!(contents.keys.len(), 1);
    assert_eq!(objects(&directory), 2 + contents.certificates.len());
}

#[test]
fn an_issued_certificate_without_space_on_the_token_is_written_once_there_is_space() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    broken_off(&bank, &customer);
    let run = open(&bank, &customer, "room:100", &[]);
    assert_eq!(run.failure(), (11, "token-full-issued".to_owned()));
    assert_eq!(customer.contents().keys.len(), 1, "its key stays");
    customer.own_driver();
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    assert!(bank.state().given_up.is_empty());
}

#[test]
fn a_key_that_can_no_longer_sign_is_replaced_too() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    broken_off(&bank, &customer);
    let behaviour = "lacks:ecdsa";
    let run = open(&bank, &customer, behaviour, &[]);
    assert_eq!(run.failure(), (12, "token-cannot-sign".to_owned()));
    let run = open(&bank, &customer, behaviour, &["--new-key"]);
    expect_completed(&run, &bank);
}
