//! What verify finds.

use std::fs;
use std::process::Command;

use inkan_pki::pkcs11::generate::destroy_key_pair;
use serde_json::Value;

use crate::conflicts::session;
use crate::environment::{Environment, perform};

const PIN: &str = "user-62840915";

/// Codes of what `verify --json` finds, as `subject code`.
fn found(environment: &Environment) -> Vec<String> {
    let output = environment.run(&["verify", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<_> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| !check["finding"].is_null())
        .map(|check| {
            let subject = check["subject"].as_str().unwrap();
            format!("{subject} {}", check["finding"]["code"].as_str().unwrap())
        })
        .collect();
    let exit = if codes.is_empty() { 0 } else { 8 };
    assert_eq!(output.status.code(), Some(exit));
    codes
}

fn done() -> Environment {
    let environment = Environment::new();
    perform(&environment.spec());
    assert_eq!(found(&environment), [""; 0]);
    environment
}

fn destroy(environment: &Environment, key: &str) {
    let spec = environment.spec();
    let id = inkan_hsm_config::plan::cka_id(&spec, spec.key(key).unwrap());
    destroy_key_pair(&session(environment, "issuing", PIN), &id).unwrap();
}

#[test]
fn a_missing_key() {
    let environment = done();
    destroy(&environment, "customer-ca");
    assert_eq!(found(&environment), ["customer-ca key-missing"]);
    let text = environment.expect(&["verify"], 8);
    assert!(text.contains("FAIL key"), "{text}");
}

#[test]
fn a_key_of_another_algorithm() {
    let environment = done();
    environment.edit(
        "algorithm = \"ec-p256\"\nuse = \"audit\"",
        "algorithm = \"rsa-2048\"\nuse = \"audit\"",
    );
    assert_eq!(found(&environment), [" other-plan", "audit key-algorithm"]);
}

#[test]
fn an_imported_key_in_place_of_the_certified_one() {
    let environment = done();
    destroy(&environment, "customer-ca");
    import(&environment, "customer-ca");
    assert_eq!(
        found(&environment),
        [
            "customer-ca key-replaced",
            "customer-ca key-not-sensitive",
            "customer-ca key-extractable",
            "customer-ca key-not-local",
        ]
    );
}

#[test]
fn an_extractable_key_made_on_the_token() {
    let environment = done();
    destroy(&environment, "audit");
    let made = Command::new("pkcs11-tool")
        .args([
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--extractable",
            "--label",
            "audit",
            "--id",
            "0c0d",
        ])
        .args([
            "--token-label",
            "issuing",
            "--login",
            "--pin",
            PIN,
            "--module",
        ])
        .arg(environment.hsm.module_path())
        .envs(environment.hsm.env())
        .output()
        .expect("pkcs11-tool (Debian: apt-get install opensc)");
    assert!(made.status.success(), "{made:?}");
    assert_eq!(
        found(&environment),
        ["audit key-replaced", "audit key-extractable"]
    );
}

#[test]
fn two_keys_of_one_label() {
    let environment = done();
    fs::remove_file(environment.spec().transcript_path()).unwrap();
    import(&environment, "audit");
    assert_eq!(
        found(&environment),
        [" transcript-missing", "audit key-ambiguous"]
    );
}

#[test]
fn a_swapped_certificate_file() {
    let environment = done();
    let spec = environment.spec();
    fs::copy(
        spec.certificate_path("root-ca"),
        spec.certificate_path("customer-ca"),
    )
    .unwrap();
    assert_eq!(
        found(&environment),
        [
            "customer-ca certificate-replaced",
            "customer-ca key-replaced"
        ]
    );
    fs::write(spec.certificate_path("customer-ca"), "nothing").unwrap();
    assert_eq!(found(&environment), ["customer-ca certificate-malformed"]);
    fs::remove_file(spec.certificate_path("customer-ca")).unwrap();
    assert_eq!(found(&environment), ["customer-ca certificate-missing"]);
}

#[test]
fn a_certificate_of_another_ceremony_without_a_record_to_compare() {
    let environment = done();
    let other = environment.another("-other");
    perform(&other);
    let spec = environment.spec();
    fs::copy(
        other.certificate_path("customer-ca"),
        spec.certificate_path("customer-ca"),
    )
    .unwrap();
    fs::remove_file(spec.transcript_path()).unwrap();
    assert_eq!(
        found(&environment),
        [
            " transcript-missing",
            "customer-ca certificate-chain",
            "customer-ca key-replaced",
        ]
    );
}

#[test]
fn a_missing_and_a_replaced_token() {
    let environment = done();
    let tokens = environment.hsm.token_directory();
    fs::rename(&tokens, environment.path("tokens-moved")).unwrap();
    fs::create_dir(&tokens).unwrap();
    assert_eq!(
        found(&environment),
        ["root token-missing", "issuing token-missing"]
    );
    let other = environment.hsm.init_token("issuing");
    fs::write(environment.path("issuing.pin"), &other.pin).unwrap();
    assert_eq!(
        found(&environment),
        [
            "root token-missing",
            "issuing token-replaced",
            "customer-ca key-missing",
            "audit key-missing",
        ]
    );
}

#[test]
fn a_certificate_outside_its_validity() {
    let environment = done();
    let spec = environment.spec();
    for (at, expected) in [
        (
            "2026-11-22T08:54:59Z",
            [
                "clock-behind",
                "certificate-not-yet-valid",
                "certificate-not-yet-valid",
            ]
            .as_slice(),
        ),
        ("2046-11-22T08:55:00Z", &["certificate-expired"; 2]),
    ] {
        let report = inkan_hsm_config::verify(&spec, at.parse().unwrap(), false, &[]).unwrap();
        let codes: Vec<_> = report
            .findings()
            .map(|finding| inkan_hsm_config::catalogue::finding(finding).code)
            .collect();
        assert_eq!(codes, expected);
    }
}

/// A key that was generated elsewhere and imported onto the issuing token.
fn import(environment: &Environment, label: &str) {
    let key = environment.path("imported.pem");
    let made = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
        ])
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let imported = Command::new("softhsm2-util")
        .args([
            "--token", "issuing", "--pin", PIN, "--label", label, "--id", "0a0b", "--import",
        ])
        .arg(&key)
        .envs(environment.hsm.env())
        .output()
        .unwrap();
    assert!(imported.status.success(), "{imported:?}");
}
