//! A renewal begun by the agent alone.

use inkan_pki::pkcs11::generate::destroy_key_pair;
use inkan_pki::x509::summary::CertificateSummary;

use super::harness::Customer;
use super::harness::bank::{Bank, Fault};

const RENEW: [&str; 6] = ["renew", "--yes", "--pin-env", "PIN", "--retry-for", "0"];

/// A customer with a certificate in use.
fn with_certificate(bank: &Bank) -> Customer {
    let customer = Customer::of(bank);
    assert_eq!(customer.open(bank).code, 0);
    customer
}

fn holds(customer: &Customer, der: &[u8]) -> bool {
    customer
        .contents()
        .certificates
        .iter()
        .any(|c| c.der == der)
}

#[test]
fn no_page_is_needed_and_the_old_pair_is_kept_until_the_new_one_is_in_use() {
    let bank = Bank::start();
    let customer = with_certificate(&bank);
    let first = bank.state().issued.clone().unwrap().1;
    let run = customer.run(&RENEW);
    assert_eq!(run.code, 0, "{run:?}");
    let second = bank.state().issued.clone().unwrap().1;
    assert_eq!(bank.state().renewed_with, std::slice::from_ref(&first));
    assert_eq!(
        run.result()["serial"],
        CertificateSummary::parse(&second).unwrap().serial.as_str()
    );
    let request = run.lines().into_iter().find(|l| l["event"] == "request");
    assert!(
        request.unwrap().get("comparison_code").is_none(),
        "there is no page to compare a code with"
    );
    assert!(holds(&customer, &first) && holds(&customer, &second));
    assert_eq!(customer.contents().keys.len(), 2);

    // The next renewal deletes the previous certificate, after the new one is in use.
    let run = customer.run(&[&RENEW[..], &["--delete-old"]].concat());
    let second_serial = CertificateSummary::parse(&second).unwrap().serial;
    assert_eq!(run.result()["deleted"], second_serial.as_str(), "{run:?}");
    let steps = run.steps();
    assert!(steps.contains(&"activated".to_owned()));
    assert!(!holds(&customer, &second) && holds(&customer, &first));
}

#[test]
fn an_interrupted_renewal_continues_with_its_key_and_the_old_one_stays_valid() {
    let bank = Bank::start();
    let customer = with_certificate(&bank);
    let old = bank.state().issued.clone().unwrap().1;
    // Only the agent knows that the new certificate is on the token.
    bank.state().activate.push_back(Fault::Drop);
    assert_eq!(customer.run(&RENEW).code, 14);
    assert_eq!(customer.contents().keys.len(), 2);
    let pending = bank.state().issued.clone().unwrap();
    assert!(!bank.state().active && holds(&customer, &old));

    let run = customer.run(&RENEW);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    assert_eq!(bank.state().issued.clone().unwrap(), pending);
    assert!(bank.state().active && holds(&customer, &old));
    assert_eq!(customer.contents().keys.len(), 2);
}

#[test]
fn a_renewal_whose_new_key_is_lost_is_refused_and_leaves_no_third_key() {
    let bank = Bank::start();
    let customer = with_certificate(&bank);
    bank.state().activate.push_back(Fault::Drop);
    assert_eq!(customer.run(&RENEW).code, 14);
    let pending = bank.state().issued.clone().unwrap().1;
    let spki = CertificateSummary::parse(&pending).unwrap().spki_der;
    let contents = customer.contents();
    let key = contents.keys.iter().find(|k| k.spki_der == spki).unwrap();
    customer.with_session(|session| destroy_key_pair(session, &key.id).unwrap());
    // The real bank responds with "renewal-pending" for a quarter of an hour, and accepts another key after that.
    let run = customer.run(&RENEW);
    assert_eq!(run.failure(), (13, "key-mismatch".to_owned()), "{run:?}");
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn the_banks_refusal_is_shown_and_no_key_is_generated() {
    let bank = Bank::start();
    let customer = with_certificate(&bank);
    for code in [
        "renewal-too-early",
        "certificate-suspended",
        "certificate-revoked",
    ] {
        bank.state().renewals.push_back(Fault::Refuse(403, code));
        let run = customer.run(&RENEW);
        assert_eq!(run.failure(), (13, code.to_owned()));
        let text = run.result()["sentence"].as_str().unwrap().to_owned();
        assert!(
            text.contains(&format!("The bank refused the request: refused: {code}")),
            "{text}"
        );
    }
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn without_a_certificate_or_with_those_of_two_banks_nothing_is_sent() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(
        customer.run(&RENEW).failure(),
        (7, "certificate-none".to_owned())
    );
    assert_eq!(customer.open(&bank).code, 0);
    let banks = customer.config.path().join("banks");
    let twin = bank.file.replace("\"kenmin\"", "\"twin\"");
    std::fs::write(banks.join("twin.toml"), twin).unwrap();
    let (_, code) = customer.run(&RENEW).failure();
    assert_eq!(code, "bank-not-named");
    let run = customer.run(&[&RENEW[..], &["kenmin"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
}
