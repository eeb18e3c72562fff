//! The root's CRL: signed, continued, accepted by openssl, verified.

use std::fs;
use std::process::Command;

use inkan_hsm_config::Spec;
use inkan_hsm_config::crl::{self, CrlDefect, CrlError, NewCrl, RevocationReason};
use inkan_hsm_config::transcript::Transcript;
use inkan_hsm_config::verify;
use jiff::SignedDuration;

use crate::environment::{Environment, PINS, now, perform};

const AT: &str = "1795341600"; // an hour after the ceremony

/// openssl's verdict on the customer CA under root and CRL.
fn openssl(spec: &Spec) -> (bool, String) {
    let pem = spec.certificate_dir().join("crl.pem");
    let made = Command::new("openssl")
        .args(["crl", "-inform", "DER", "-in"])
        .arg(spec.crl_path("root-ca"))
        .arg("-out")
        .arg(&pem)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let output = Command::new("openssl")
        .args([
            "verify",
            "-x509_strict",
            "-crl_check",
            "-attime",
            AT,
            "-CAfile",
        ])
        .arg(spec.certificate_path("root-ca"))
        .arg("-CRLfile")
        .arg(&pem)
        .arg(spec.certificate_path("customer-ca"))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn new_crl(revoke: &[(String, RevocationReason)]) -> NewCrl<'_> {
    NewCrl {
        ca: "root-ca",
        days: 365,
        revoke,
    }
}

#[test]
fn crls_are_numbered_and_keep_their_entries() {
    let environment = Environment::new();
    let spec = environment.spec();
    let early = crl::sign(&spec, &new_crl(&[]), now(), false);
    assert!(
        matches!(early, Err(CrlError::Apply(_))),
        "nothing was set up: {early:?}"
    );
    perform(&spec);
    assert!(
        verify(&spec, now(), false, &[]).unwrap().is_ok(),
        "none is none"
    );
    let later = now() + SignedDuration::from_mins(30);
    let first = crl::sign(&spec, &new_crl(&[]), later, false).unwrap();
    assert_eq!((first.number, first.revoked.len()), (1, 0));
    assert_eq!(first.next_update.to_string(), "2027-11-22T09:30:00Z");
    let (well, text) = openssl(&spec);
    assert!(well, "{text}");
    let report = verify(&spec, later, false, &[]).unwrap();
    assert!(
        report.is_ok(),
        "{:?}",
        report.findings().collect::<Vec<_>>()
    );

    // It is no step of the plan: apply still finds everything done, and verify the plan.
    let transcript = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
    assert!(transcript.is_complete());
    environment.expect(&["apply"], 6);

    let ended = [("customer-ca".to_owned(), RevocationReason::CaCompromise)];
    let second = crl::sign(&spec, &new_crl(&ended), later, false).unwrap();
    assert_eq!((second.number, second.revoked.len()), (2, 1));
    let (well, text) = openssl(&spec);
    assert!(!well && text.contains("certificate revoked"), "{text}");
    let old = fs::read(spec.crl_path("root-ca")).unwrap();
    let third = crl::sign(&spec, &new_crl(&ended), later, false).unwrap();
    assert_eq!((third.number, third.revoked), (3, second.revoked));
    let other = [("customer-ca".to_owned(), RevocationReason::Superseded)];
    let refused = crl::sign(&spec, &new_crl(&other), later, false);
    assert!(matches!(refused, Err(CrlError::AlreadyRevoked { .. })));

    // An older CRL in place of the last one, an expired one, a malformed one, none.
    let found = |at| {
        let report = verify(&spec, at, false, &[]).unwrap();
        let codes = report.findings().map(inkan_hsm_config::catalogue::finding);
        codes.map(|one| one.code).collect::<Vec<_>>()
    };
    let last = fs::read(spec.crl_path("root-ca")).unwrap();
    fs::write(spec.crl_path("root-ca"), &old).unwrap();
    assert_eq!(found(later), ["crl-replaced"]);
    fs::write(spec.crl_path("root-ca"), &last).unwrap();
    assert_eq!(
        found(later + SignedDuration::from_hours(366 * 24)),
        ["crl-expired"]
    );
    let mut changed = last.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(spec.crl_path("root-ca"), &changed).unwrap();
    assert_eq!(found(later), ["crl-unusable"]);
    fs::remove_file(spec.crl_path("root-ca")).unwrap();
    assert_eq!(found(later), ["crl-missing"]);
    let root = inkan_hsm_config::chain::certificate_der(&spec, "customer-ca").unwrap();
    assert_eq!(crl::read_der(&last, &root), Err(CrlDefect::Signature));
    for bad in [&last[..20], b"", b"-----BEGIN X509 CRL-----\n"] {
        assert_eq!(crl::read_der(bad, &root), Err(CrlDefect::Malformed));
    }
}

#[test]
fn the_program_signs_crls_and_refuses_wrong_arguments() {
    let environment = Environment::new();
    environment.expect(&["crl"], 10);
    environment.expect(&["apply"], 0);
    let output = environment.expect(&["crl", "--days", "30"], 0)
        + &environment.expect(&["crl", "--revoke", "customer-ca=superseded"], 0);
    assert!(output.contains("superseded"), "{output}");
    for (_, pin) in PINS {
        assert!(!output.contains(pin));
    }
    for (arguments, exit) in [
        (["crl", "--days", "0"], 2),
        (["crl", "--days", "9999"], 2),
        (["crl", "--ca", "customer-ca"], 2),
        (["crl", "--ca", "nobody"], 2),
        (["crl", "--revoke", "root-ca=superseded"], 2),
        (["crl", "--revoke", "customer-ca=whim"], 2),
        (["crl", "--revoke", "customer-ca"], 2),
    ] {
        environment.expect(&arguments, exit);
    }
    environment.expect(&["verify"], 0);
}
