//! Certificates that differ from the request: never written, never activated.

use super::harness::authority::Profile;
use super::harness::{Bank, Customer, Deviation};

fn refused(deviation: Deviation, code: &str) {
    let bank = Bank::start();
    bank.state().deviation = deviation;
    let customer = Customer::of(&bank);
    let run = customer.open(&bank);
    assert_eq!(run.failure(), (16, code.to_owned()), "{deviation:?}");
    let contents = customer.contents();
    assert!(
        contents.certificates.is_empty(),
        "{deviation:?}: nothing is written"
    );
    assert_eq!(
        contents.keys.len(),
        1,
        "the bank has this key on record: it is kept"
    );
    assert!(!bank.state().active);
    assert_eq!(
        bank.state().progress.last(),
        Some(&format!("failed:{code}"))
    );
}

#[test]
fn another_key() {
    refused(Deviation::OtherKey, "response-wrong-key");
}

#[test]
fn another_ca() {
    refused(Deviation::OtherCa, "response-not-chained");
}

#[test]
fn another_user() {
    refused(Deviation::Profile(Profile::OtherUser), "response-subject");
}

#[test]
fn no_organization() {
    refused(
        Deviation::Profile(Profile::NoOrganization),
        "response-subject",
    );
}

#[test]
fn no_client_auth() {
    refused(Deviation::Profile(Profile::NoClientAuth), "response-usage");
}

#[test]
fn for_servers() {
    refused(
        Deviation::Profile(Profile::ServerAuthOnly),
        "response-usage",
    );
}

#[test]
fn no_digital_signature() {
    refused(
        Deviation::Profile(Profile::NoDigitalSignature),
        "response-usage",
    );
}

#[test]
fn a_ca_certificate() {
    refused(Deviation::Profile(Profile::IsCa), "response-is-ca");
}

#[test]
fn expired() {
    refused(Deviation::Profile(Profile::Expired), "response-validity");
}

#[test]
fn not_yet_valid() {
    refused(
        Deviation::Profile(Profile::NotYetValid),
        "response-validity",
    );
}

#[test]
fn cut_off() {
    refused(Deviation::Truncated, "response-not-pkcs7");
}

#[test]
fn no_base64() {
    refused(Deviation::NotBase64, "response-not-pkcs7");
}

#[test]
fn ten_megabytes() {
    refused(Deviation::Oversized, "bank-response-too-large");
}

#[test]
fn ten_certificates() {
    refused(Deviation::TooManyCertificates, "response-too-large");
}
