//! A lost HSM: backup, restore on a new one, and the same CA signs.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use inkan_hsm_config::transcript::Event;
use inkan_pki::pkcs11::Module;
use inkan_pki::signer::Signer as _;
use inkan_pki::signer::pkcs11::Pkcs11Signer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::archives::{Bank, Keys};
use crate::conflicts::session;
use crate::environment::PINS;
use crate::share_officers::{PageDirectory, make, with_lines};
use crate::share_sets::{CREATE, OLD_PIN, RESHARE, SHARED, officers};

const ISSUING_PIN: &str = PINS[3].1;

#[test]
fn a_lost_hsm_is_restored_on_a_new_one_and_the_same_ca_signs() {
    let bank = Bank::new();
    let environment = &bank.environment;
    let other = Keys::new(environment, "other-identity");
    bank.back_up("root", "root.age", 0);
    // Two can open it.
    let out = bank.archive("issuing.age");
    let arguments = [
        "backup",
        "--token",
        "issuing",
        "--recipient",
        &bank.keys.recipient,
        "--recipient",
        &other.recipient,
        "--out",
        &out,
        "--yes",
    ];
    let text = environment.expect(&arguments, 0);
    assert!(text.contains("key           customer-ca "), "{text}");
    assert_eq!(fs::metadata(&out).unwrap().mode() & 0o777, 0o600);
    environment.expect(&["verify"], 0);
    let recorded = bank.transcript();
    let line = recorded.done("token-backup:issuing:1").unwrap();
    let digest = inkan_pki::x509::fingerprint::sha256_hex(&fs::read(&out).unwrap());
    assert_eq!(line.details["sha256"], digest);
    assert_eq!(line.details["recipient_02"], other.recipient);
    let ca = fs::read(environment.path("certificates/customer-ca.pem")).unwrap();

    // Machine and HSM are gone; what is left: specification, PINs, backups.
    bank.lose_all();
    fs::remove_dir_all(environment.path("certificates")).unwrap();
    let arguments = [
        "restore",
        "--from",
        &out,
        "--identity",
        &other.identity,
        "--yes",
    ];
    let text = environment.expect(&arguments, 0);
    assert!(
        text.contains("The hash on the signed record must be this one"),
        "{text}"
    );
    assert!(text.contains("ok   signature    customer-ca"), "{text}");
    bank.restore("root.age", 0);
    let text = environment.expect(&["verify"], 0);
    assert!(text.contains("checks passed"), "{text}");
    assert_eq!(
        fs::read(environment.path("certificates/customer-ca.pem")).unwrap(),
        ca
    );
    let transcript = bank.transcript();
    for step in ["token-restore:issuing:1", "token-restore:root:1"] {
        assert_eq!(transcript.done(step).unwrap().event, Event::Done);
    }
    assert!(transcript.is_complete());
    root_signs_a_crl(&bank);
    customer_ca_signs(&bank);
    let text = environment.expect(&["record", "--lang", "ja"], 0);
    assert!(
        text.contains("バックアップからトークンを復元: issuing:1"),
        "{text}"
    );
    // Nothing is left of the staged copies, and no PIN is in any file.
    let tokens = fs::read_dir(environment.hsm.token_directory()).unwrap();
    assert_eq!(tokens.count(), 2);
    // A restored token can be backed up again.
    bank.back_up("issuing", "again.age", 0);
}

fn root_signs_a_crl(bank: &Bank) {
    bank.environment.expect(&["crl"], 0);
    let verified = Command::new("openssl")
        .args(["crl", "-inform", "DER", "-noout", "-CAfile"])
        .arg(bank.environment.path("certificates/root-ca.pem"))
        .arg("-in")
        .arg(bank.environment.path("certificates/root-ca.crl"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&verified.stderr);
    assert!(text.contains("verify OK"), "{text}");
}

/// A signature of the restored key, verified with the certificate from before.
fn customer_ca_signs(bank: &Bank) {
    let environment = &bank.environment;
    // This process has seen the HSM that was lost.
    let module = Module::load(&environment.hsm.module_path()).unwrap();
    module.reinitialise().unwrap();
    let path = environment.path("certificates/customer-ca.pem");
    let pem = fs::read_to_string(path).unwrap();
    let certificate = inkan_pki::x509::pem::certificates(&pem).unwrap().remove(0);
    let (_, parsed) = X509Certificate::from_der(&certificate).unwrap();
    let public = parsed.public_key().raw;
    let signer = Pkcs11Signer::open(session(environment, "issuing", ISSUING_PIN), public).unwrap();
    let scheme = signer.algorithm().default_scheme();
    let signature = signer.sign(scheme, b"to be signed").unwrap();
    let verifies =
        |message: &[u8]| inkan_pki::verify::verifies(public, scheme, message, &signature);
    assert!(verifies(b"to be signed"));
    assert!(!verifies(b"something else"));
}

#[test]
fn a_key_that_was_made_after_the_backup_is_named_and_found_to_be_missing() {
    let bank = Bank::new();
    bank.back_up("issuing", "issuing.age", 0);
    let path = bank.environment.path("hsm.toml");
    let spec = fs::read_to_string(&path).unwrap();
    let later = "[[key]]\nid = \"ocsp\"\ntoken = \"issuing\"\nalgorithm = \"ec-p256\"\nuse = \"ocsp\"\n\n[[certificate]]\nkey = \"root-ca\"";
    fs::write(
        &path,
        spec.replacen("[[certificate]]\nkey = \"root-ca\"", later, 1),
    )
    .unwrap();
    bank.environment.expect(&["apply"], 0);
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    let text = bank.restore("issuing.age", 8);
    assert!(text.contains("LOST: the key ocsp"), "{text}");
    assert!(text.contains("[key-missing]"), "{text}");
    let transcript = bank.transcript();
    let last = transcript.lines().last().unwrap();
    assert_eq!(last.event, Event::Failed);
    assert_eq!(last.details["findings"], "key-missing");
    // What was restored signs nevertheless.
    let text = bank.environment.expect(&["verify"], 8);
    assert!(text.contains("ok   signature    customer-ca"), "{text}");
}

#[test]
fn a_shared_pin_is_restored_with_its_set_and_changes_of_shares_are_recorded() {
    let bank = Bank::new();
    let environment = &bank.environment;
    let old = PageDirectory::new();
    let new_set = officers(&CREATE, "2", &["Aoki", "Baba", "Chiba"]);
    make(environment, &new_set, "", &old).expect(0);
    environment.edit(OLD_PIN, SHARED);
    let transcript = bank.transcript();
    let line = transcript.done("pin-shares:issuing:1").unwrap();
    assert_eq!(line.details["needed"], "2 of 3");
    assert_eq!(line.details["name_03"], "Chiba");
    let words = old.words(1).join(" ");
    assert!(line.details.values().all(|value| !value.contains(&words)));
    bank.back_up("issuing", "issuing.age", 0);
    let enough = old.line(1) + &old.line(3);

    // Officers change after the backup.
    let set = environment.path("certificates/issuing.shares.json");
    let kept = fs::read(&set).unwrap();
    let new = PageDirectory::new();
    let reshare = officers(&RESHARE, "2", &["Baba", "Doi"]);
    make(environment, &reshare, &enough, &new).expect(0);
    let transcript = bank.transcript();
    let line = transcript.done("pin-shares:issuing:2").unwrap();
    assert_eq!(line.details["name_02"], "Doi");
    let text = environment.expect(&["record"], 0);
    assert!(
        text.contains("User PIN shared among officers: issuing:2 (Baba, Doi)"),
        "{text}"
    );

    // The token of the backup has the PIN of then.
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[restore-other-shares]"), "{text}");
    fs::remove_file(&set).unwrap();
    let from = bank.archive("issuing.age");
    let identity = bank.keys.identity.as_str();
    let arguments = ["restore", "--from", &from, "--identity", identity, "--yes"];
    let text = with_lines(environment, &arguments, &enough).expect(0);
    assert!(text.contains("ok   signature    customer-ca"), "{text}");
    assert_eq!(fs::read(&set).unwrap(), kept);
    with_lines(environment, &["verify"], &enough).expect(0);
}
