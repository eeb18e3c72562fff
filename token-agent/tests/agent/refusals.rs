//! The bank refuses, is busy, or is not the bank.

use super::harness::bank::Fault;
use super::harness::{Bank, Customer};

#[test]
fn a_request_that_is_gone() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    for (status, code) in [
        (404, "request-unknown"),
        (409, "request-used"),
        (410, "request-expired"),
    ] {
        bank.state().pickup.push_back(Fault::Refuse(status, code));
        assert_eq!(customer.open(&bank).failure(), (6, code.to_owned()));
    }
    assert!(customer.contents().keys.is_empty());
}

#[test]
fn a_clear_refusal_deletes_the_new_key_and_nothing_else() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    bank.state()
        .enroll
        .push_back(Fault::Refuse(403, "grant-missing"));
    let run = customer.open(&bank);
    assert_eq!(run.failure(), (13, "grant-missing".to_owned()));
    assert!(run.steps().contains(&"key-removed".to_owned()));
    let keys = customer.contents().keys;
    assert_eq!(
        keys.iter().map(|k| k.label.as_str()).collect::<Vec<_>>(),
        ["somebody else's"]
    );
}

fn kept_after(first: Fault) {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state()
        .enroll
        .extend([first, Fault::Refuse(410, "request-expired")]);
    let run = customer.open_with(&bank, &["--retry-for", "20"]);
    assert_eq!(run.failure(), (6, "request-expired".to_owned()));
    assert_eq!(
        customer.contents().keys.len(),
        1,
        "there may be a certificate for it"
    );
}

#[test]
fn a_refusal_after_a_lost_response_keeps_the_key() {
    kept_after(Fault::DropAfter);
}

#[test]
fn a_refusal_after_a_busy_bank_keeps_the_key() {
    kept_after(Fault::Busy(1));
}

#[test]
fn a_leftover_key_that_the_bank_refuses_is_replaced() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::Drop);
    assert_eq!(customer.open(&bank).code, 14);
    let left = customer.contents().keys.remove(0);
    bank.state()
        .enroll
        .push_back(Fault::Refuse(409, "key-already-certified"));
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    let keys = customer.contents().keys;
    assert_eq!(keys.len(), 1);
    assert_ne!(keys[0].spki_der, left.spki_der);
}

#[test]
fn a_fault_of_the_bank_keeps_the_key() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state()
        .enroll
        .push_back(Fault::Refuse(500, "internal"));
    assert_eq!(customer.open(&bank).failure(), (13, "internal".to_owned()));
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn busy_until_the_retries_end() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.extend([Fault::Busy(1); 10]);
    assert_eq!(
        customer.open_with(&bank, &["--retry-for", "2"]).failure(),
        (14, "bank-busy".to_owned())
    );
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn a_server_that_is_not_the_bank_learns_nothing() {
    let stranger = super::harness::authority::Ca::new("Not the bank's", None);
    let bank = Bank::start_with(|server_ca, _| *server_ca = stranger.pem.clone());
    let customer = Customer::of(&bank);
    assert_eq!(
        customer.open(&bank).failure(),
        (15, "server-not-trusted".to_owned())
    );
    assert!(bank.state().progress.is_empty());
}

#[test]
fn this_computers_clock_is_wrong() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = customer.open_with(&bank, &["--now", "1971-01-01T00:00:00Z"]);
    assert_eq!(run.failure(), (15, "server-certificate-time".to_owned()));
}

#[test]
fn nobody_at_the_banks_address() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let file = bank
        .file
        .replace(&format!(":{}", bank.portal_port), &format!(":{free}"));
    std::fs::write(customer.config.path().join("banks/kenmin.toml"), file).unwrap();
    assert_eq!(
        customer.open(&bank).failure(),
        (14, "bank-unreachable".to_owned())
    );
}

#[test]
fn an_answer_to_another_link() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link().replace("inkan:enroll", "inkan:renew");
    let run = customer.run(&["open", &link, "--yes", "--pin-env", "PIN"]);
    assert_eq!(run.failure(), (16, "request-mismatch".to_owned()));
    assert!(customer.contents().keys.is_empty());
}

/// A customer of a bank whose file has this line, too.
fn customer_of_bank_with(line: &str) -> (Bank, Customer) {
    let mut bank = Bank::start();
    bank.file = format!("{line}\n{}", bank.file);
    let customer = Customer::of(&bank);
    (bank, customer)
}

#[test]
fn a_token_that_is_not_in_a_tpm_gets_no_key_if_the_bank_demands_it() {
    let (bank, customer) = customer_of_bank_with("key_store = \"tpm\"");
    let run = customer.open(&bank);
    assert_eq!(run.failure(), (12, "key-store-tpm".to_owned()));
    assert!(customer.contents().keys.is_empty(), "nothing was generated");
}

#[test]
fn a_token_with_a_pin_is_a_card_and_windows_has_nothing_to_ask() {
    let demands = "key_store = \"card\"\nwindows_prompt = true";
    let (bank, customer) = customer_of_bank_with(demands);
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
}
