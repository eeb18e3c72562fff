//! Interrupted at every point; the customer clicks again; one key remains, and it is active.

use super::harness::bank::{Bank, Fault};
use super::harness::{Customer, Run, wait_until};

/// The state in which every resumed enrolment must end.
fn one_key_and_active(bank: &Bank, customer: &Customer, run: &Run) {
    assert_eq!(run.code, 0, "{run:?}");
    let contents = customer.contents();
    assert_eq!(contents.keys.len(), 1, "one key");
    let (spki, der) = bank.state().issued.clone().unwrap();
    assert_eq!(
        inkan_pki::x509::fingerprint::sha256_hex(&contents.keys[0].spki_der),
        spki
    );
    let ours: Vec<_> = contents
        .certificates
        .iter()
        .filter(|c| c.id == contents.keys[0].id)
        .collect();
    assert_eq!(ours.len(), 1, "one certificate");
    assert_eq!(ours[0].der, der);
    assert!(bank.state().active);
    let csrs = bank.state().csrs.clone();
    assert!(csrs.iter().all(|c| *c == spki), "the same key every time");
}

#[test]
fn after_the_key_was_made() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::Drop);
    assert_eq!(
        customer.open(&bank).failure(),
        (14, "bank-unreachable".to_owned())
    );
    assert_eq!(customer.contents().keys.len(), 1, "the key waits");
    let run = customer.open(&bank);
    assert!(run.steps().contains(&"key-reused".to_owned()));
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn after_the_certificate_was_signed() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::DropAfter);
    assert_eq!(customer.open(&bank).code, 14);
    assert!(bank.state().issued.is_some() && customer.contents().certificates.is_empty());
    let run = customer.open(&bank);
    assert!(run.steps().contains(&"key-reused".to_owned()));
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn after_the_certificate_was_written() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().activate.push_back(Fault::Drop);
    assert_eq!(customer.open(&bank).code, 14);
    assert_eq!(
        customer.contents().certificates.len(),
        3,
        "written before activation"
    );
    let run = customer.open(&bank);
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn killed_while_it_waits_for_the_certificate() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::Hold);
    let mut agent = customer.begin(&bank);
    wait_until("the bank issues", || bank.state().issued.is_some());
    agent.kill().unwrap();
    agent.wait().unwrap();
    let run = customer.open(&bank);
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn pulled_while_the_bank_signs() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::Busy(2));
    let agent = customer.begin(&bank);
    // The bank has responded that it is busy: the key exists and the agent waits.
    wait_until("the bank is busy", || bank.state().enroll.is_empty());
    let tokens = customer.hsm.token_directory();
    let pulled = tokens.with_extension("pulled");
    std::fs::rename(&tokens, &pulled).unwrap();
    let output = agent.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_ne!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\"code\":\"token-"), "{text}");

    std::fs::rename(&pulled, &tokens).unwrap();
    let run = customer.open(&bank);
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn busy_and_dropped_within_one_run() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state()
        .enroll
        .extend([Fault::Busy(1), Fault::Drop, Fault::DropAfter]);
    bank.state()
        .activate
        .extend([Fault::Busy(1), Fault::DropAfter]);
    let run = customer.open_with(&bank, &["--retry-for", "60"]);
    let waits = run
        .lines()
        .iter()
        .filter(|l| l["event"] == "waiting")
        .count();
    assert_eq!(waits, 5, "{run:?}");
    one_key_and_active(&bank, &customer, &run);
}

#[test]
fn with_the_other_token() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let other = customer.hsm.init_token("Other");
    bank.state().enroll.push_back(Fault::DropAfter);
    let on = |label: &str, pin: &str| {
        let mut command = customer.command(&[
            "open",
            &bank.link(),
            "--yes",
            "--pin-env",
            "PIN",
            "--retry-for",
            "0",
        ]);
        command.args(["--token", label]).env("PIN", pin);
        super::harness::customer::finish(command, "")
    };
    assert_eq!(on("Hanako", &customer.token.pin).code, 14);
    assert_eq!(
        on("Other", &other.pin).failure(),
        (7, "key-elsewhere".to_owned())
    );
    let run = on("Hanako", &customer.token.pin);
    one_key_and_active(&bank, &customer, &run);
}
