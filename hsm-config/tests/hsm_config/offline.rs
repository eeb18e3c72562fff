//! Tokens that are meant to be offline, and a module of another version.

use std::fs;

use inkan_hsm_config::catalogue;
use inkan_hsm_config::verify;
use inkan_hsm_config::verify::{Notice, VerifyError};
use serde_json::Value;

use crate::environment::{Environment, now, perform};
use crate::record;

/// As if the root's token were in the safe: no token has its label any more.
fn take_away(environment: &Environment) {
    let tokens = environment.hsm.token_directory();
    let safe = environment.path("safe");
    for entry in fs::read_dir(&tokens).unwrap() {
        let entry = entry.unwrap();
        let object = fs::read(entry.path().join("token.object")).unwrap();
        if object.windows(4).any(|window| window == b"root") {
            fs::rename(entry.path(), &safe).unwrap();
        }
    }
    assert!(safe.exists(), "the root's token was not found");
}

#[test]
fn a_token_in_the_safe_is_no_finding_and_is_named() {
    let environment = Environment::new();
    perform(&environment.spec());
    take_away(&environment);

    let text = environment.expect(&["verify"], 8);
    assert!(text.contains("[token-missing]"), "{text}");
    let text = environment.expect(&["verify", "--offline", "root"], 0);
    assert!(
        text.contains("--   token        root")
            && text.contains("keys_not_checked=root-ca")
            && text.contains("offline, not checked. [token-offline]")
            && text.contains("Notices: 1."),
        "{text}"
    );
    // Its files are checked nevertheless.
    assert!(text.contains("ok   certificate  root-ca"), "{text}");
    let json = environment.run(&["verify", "--json", "--offline", "root"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let checks = json["checks"].as_array().unwrap();
    let notices: Vec<_> = checks.iter().filter(|c| !c["notice"].is_null()).collect();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0]["notice"]["code"], "token-offline");
    assert_eq!(notices[0]["finding"], Value::Null);
    // It excuses nothing else.
    fs::remove_file(environment.path("certificates/root-ca.pem")).unwrap();
    let text = environment.expect(&["verify", "--offline", "root"], 8);
    assert!(text.contains("[certificate-missing]"), "{text}");
}

#[test]
fn a_connected_token_that_is_meant_to_be_offline_is_checked_and_a_finding() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let report = verify(&spec, now(), false, &["root".to_owned()]).unwrap();
    let codes: Vec<_> = report
        .findings()
        .map(|f| catalogue::finding(f).code)
        .collect();
    assert_eq!(codes, ["token-not-offline"]);
    let checked = report.checks.iter().filter(|c| c.subject == "root-ca");
    // Certificate, chain, validity, key, attributes, signature.
    assert_eq!(checked.count(), 6);
    let text = environment.expect(&["verify", "--offline", "root,issuing"], 8);
    assert_eq!(text.matches("[token-not-offline]").count(), 2, "{text}");
}

#[test]
fn an_unknown_token_is_an_error_before_any_pin_is_read() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    fs::remove_file(environment.path("root.pin")).unwrap();
    let refused = verify(&spec, now(), false, &["safe".to_owned()]).unwrap_err();
    assert!(
        matches!(&refused, VerifyError::UnknownToken(id, known)
            if id == "safe" && known == &["root", "issuing"]),
        "{refused:?}"
    );
    let text = environment.expect(&["verify", "--offline", "safe"], 2);
    assert!(text.contains("[verify-unknown-token]"), "{text}");
}

#[test]
fn another_version_of_the_module_is_a_notice() {
    let environment = Environment::new();
    let spec = environment.spec();
    let (transcript, _) = perform(&spec);
    let recorded = &transcript.lines()[0].details["library"];
    assert!(recorded.contains("SoftHSM") && recorded.contains("version 2."));
    let newer = "SoftHSM, Implementation of PKCS11, version 9.1";
    record::rewrite(&spec.transcript_path(), |line| {
        if let Some(library) = line.details.get_mut("library") {
            newer.clone_into(library);
        }
    });
    let report = verify(&spec, now(), false, &[]).unwrap();
    assert!(report.is_ok());
    let notices: Vec<_> = report.notices().cloned().collect();
    assert_eq!(
        notices,
        [Notice::ModuleChanged {
            recorded: newer.to_owned(),
            found: recorded.clone(),
        }]
    );
    let text = environment.expect(&["verify"], 0);
    assert!(text.contains("[module-changed]"), "{text}");
}
