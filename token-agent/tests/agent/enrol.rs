//! From the link to an active certificate.

use inkan_pki::x509::chain::verify_issued_by;
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;

use super::harness::authority::{LOGIN_ID, ORGANIZATION, UNIT};
use super::harness::bank::CREDENTIAL;
use super::harness::customer::finish;
use super::harness::{Bank, Customer};

#[test]
fn one_key_one_certificate_its_chain_and_it_is_active() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    let expected = [
        "request",
        "token",
        "generating-key",
        "key-made",
        "requesting-certificate",
        "certificate-received",
        "writing",
        "certificate-written",
        "key-proved",
        "signing",
        "activated",
        "result",
    ];
    assert_eq!(run.steps(), expected);
    let result = run.result();
    assert_eq!(result["organization"], ORGANIZATION);
    assert_eq!(result["organizational_unit"], UNIT);
    assert_eq!(
        result["common_name"],
        format!("{ORGANIZATION} ANSER SERVICE {LOGIN_ID}")
    );
    assert_eq!(result["token"]["label"], "Hanako");

    let state = bank.state();
    assert!(state.active);
    assert_eq!(state.csrs.len(), 1);
    assert_eq!(
        state.progress,
        ["token-chosen", "key-made", "certificate-written"]
    );
    let (spki, der) = state.issued.clone().unwrap();
    assert_eq!(result["spki_sha256"], spki);

    let contents = customer.contents();
    assert_eq!(contents.keys.len(), 2, "the foreign key is untouched");
    let key = contents
        .keys
        .iter()
        .find(|k| sha256_hex(&k.spki_der) == spki)
        .unwrap();
    assert!(
        key.label.starts_with("inkan/kenmin/hanakodt/"),
        "{}",
        key.label
    );
    let ours = contents.certificates.iter().find(|c| c.der == der).unwrap();
    assert_eq!((&ours.id, &ours.label), (&key.id, &key.label));
    let ca = contents
        .certificates
        .iter()
        .find(|c| c.der == *bank.customer_ca.der)
        .unwrap();
    let root = contents
        .certificates
        .iter()
        .find(|c| verify_issued_by(&ca.der, &c.der).is_ok())
        .unwrap();
    assert_eq!(
        CertificateSummary::parse(&root.der).unwrap().common_name,
        "Test Root CA"
    );
    assert_eq!(contents.certificates.len(), 3);
}

#[test]
fn neither_pin_nor_credential_is_shown() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = customer.open(&bank);
    assert_eq!(run.code, 0);
    for secret in [customer.token.pin.as_str(), CREDENTIAL] {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret));
    }
}

#[test]
fn users_see_what_they_consent_to_and_are_asked() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let command = customer.plain_command(&["open", &bank.link()]);
    let run = finish(command, &format!("y\n{}\n", customer.token.pin));
    assert_eq!(run.code, 0, "{run:?}");
    for shown in [
        "Kenmin Shinkumi",
        "OOZORA SHOJI",
        "branch 100, ordinary, 1234567",
        "HANAKO DATA",
        "hanakodt",
        "K7-42",
        "JST",
    ] {
        assert!(run.stdout.contains(shown), "{shown} in {}", run.stdout);
    }
    assert!(run.stdout.contains("Your certificate was issued"));
    assert!(run.stderr.contains("Compare the code") && run.stderr.contains("PIN of the token"));
}

#[test]
fn rsa_when_the_bank_prefers_it() {
    let bank = Bank::start();
    bank.state().algorithms = vec!["rsa-2048", "ec-p256"];
    let customer = Customer::of(&bank);
    let run = customer.open(&bank);
    assert_eq!(
        (run.code, &run.result()["algorithm"]),
        (0, &"rsa-2048".into()),
        "{run:?}"
    );
    assert!(bank.state().active);
}

#[test]
fn a_renewal_generates_a_second_key_and_deletes_the_old_one_only_on_request() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    let old = bank.state().issued.clone().unwrap();
    bank.state().action = "renew";
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    let state = bank.state();
    let new = state.issued.clone().unwrap();
    assert_ne!(new.0, old.0);
    assert_eq!(state.renewed_with, std::slice::from_ref(&old.1));
    drop(state);
    // `--yes` consents to the renewal, and to nothing that destroys a key.
    let holds = |der: &Vec<u8>| {
        customer
            .contents()
            .certificates
            .iter()
            .any(|c| c.der == *der)
    };
    assert_eq!(customer.contents().keys.len(), 2);
    assert!(holds(&new.1) && holds(&old.1));
    let run = customer.open_with(&bank, &["--retry-for", "0", "--delete-old"]);
    assert_eq!(run.code, 0, "{run:?}");
    let newest = bank.state().issued.clone().unwrap();
    let gone = run.result()["deleted"].as_str().unwrap().to_owned();
    let serial = |der: &[u8]| CertificateSummary::parse(der).unwrap().serial;
    assert!([&old.1, &new.1].iter().any(|der| serial(der) == gone));
    assert_eq!(customer.contents().keys.len(), 2);
    assert!(holds(&newest.1) && !(holds(&old.1) && holds(&new.1)));
}

#[test]
fn a_renewal_without_the_old_certificate_leaves_no_key() {
    let bank = Bank::start();
    bank.state().action = "renew";
    let customer = Customer::of(&bank);
    assert_eq!(
        customer.open(&bank).failure(),
        (7, "certificate-none".to_owned())
    );
    assert!(customer.contents().keys.is_empty());
}
