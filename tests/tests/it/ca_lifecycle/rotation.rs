//! The keys that sign OCSP responses and the audit log are replaced. What the old ones signed still verifies.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::bank::Dev;
use inkan_tests::database::Database;
use inkan_tests::{Outcome, programs};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::judge::Judge;
use crate::mail::until;
use crate::scene::Scene;

const KEYS: &str = r#"
[[key]]
id = "ocsp-2"
token = "issuing"
algorithm = "ec-p256"
use = "ocsp"

[[key]]
id = "audit-2"
token = "issuing"
algorithm = "ec-p256"
use = "audit"
"#;

/// Certificates of OCSP signers for each key.
const FIRST: &str = "SELECT COUNT(*) FROM signer_certificates WHERE key_id = 'ocsp'";
const SECOND: &str = "SELECT COUNT(*) FROM signer_certificates WHERE key_id = 'ocsp-2'";

fn hsm(dev: &Dev, command: &str) -> Outcome<String> {
    let mut program = Command::new(programs::built("inkan-hsm")?);
    program.arg(command).arg("--spec").arg(&dev.hsm_spec);
    programs::run(program.env("SOFTHSM2_CONF", &dev.softhsm_conf))?.expect_well()
}

fn audit(dev: &Dev, command: &[&str]) -> Outcome<String> {
    let mut program = Command::new(programs::built("inkan-server")?);
    program
        .arg("audit")
        .args(command)
        .arg("--config")
        .arg(&dev.config);
    programs::run(&mut program)?.expect_well()
}

/// The public keys of all signed heads.
fn audit_keys(dev: &Dev) -> Outcome<HashSet<String>> {
    let heads = audit(dev, &["checkpoints"])?;
    heads
        .lines()
        .map(|line| {
            let head: Value = serde_json::from_str(line)?;
            Ok(head["key"]
                .as_str()
                .ok_or("a head without its key")?
                .to_owned())
        })
        .collect()
}

#[test]
fn the_keys_for_ocsp_and_the_audit_log_are_replaced_and_old_signatures_verify() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer_with_certificate("OOZORA HANAKO")?;
    let serial = CertificateSummary::parse(&customer.certificate()?)?.serial;
    let Scene { mut bank, .. } = scene;
    let judge = Judge::new(&bank.dev, &["customer-ca"])?;
    let at = Timestamp::now() + SignedDuration::from_mins(5);
    assert_eq!(judge.ocsp(&serial, "customer-ca", at)?, "good");
    until("a head is signed with the first key", || {
        Ok(audit_keys(&bank.dev)?.len() == 1)
    })?;
    let database = Database::embedded(&bank.data())?;
    assert!(database.count(FIRST)? > 0);

    // The ceremony, while the bank is running. Until the configuration names them, the new keys sign nothing.
    let spec = fs::read_to_string(&bank.dev.hsm_spec)? + KEYS;
    fs::write(&bank.dev.hsm_spec, spec)?;
    hsm(&bank.dev, "apply")?;
    assert!(hsm(&bank.dev, "verify")?.contains("checks passed"));
    bank.restart()?;
    assert_eq!(judge.ocsp(&serial, "customer-ca", at)?, "good");
    assert_eq!(database.count(SECOND)?, 0);

    // A key of another use, or none, is refused before the server starts.
    let before = fs::read_to_string(&bank.dev.config)?;
    let named = |ocsp: &str| {
        let line = format!("[hsm]\nocsp_key = \"{ocsp}\"\naudit_key = \"audit-2\"\n");
        fs::write(&bank.dev.config, before.replacen("[hsm]\n", &line, 1))
    };
    for wrong in ["audit-2", "none"] {
        named(wrong)?;
        let mut check = Command::new(programs::built("inkan-server")?);
        check
            .args(["config", "check", "--config"])
            .arg(&bank.dev.config);
        let said = programs::run(&mut check)?;
        assert!(
            !said.well() && said.err.contains("has no key"),
            "{wrong}: {said}"
        );
    }
    named("ocsp-2")?;
    bank.restart()?;
    until("responses are signed with the second key", || {
        Ok(database.count(SECOND)? > 0)
    })?;
    assert_eq!(judge.ocsp(&serial, "customer-ca", at)?, "good");
    judge.lint_answer()?;

    until("a head is signed with the second key", || {
        Ok(audit_keys(&bank.dev)?.len() == 2)
    })?;

    // Both keys are recorded in the transcript, so the whole log verifies.
    let verified = audit(&bank.dev, &["verify"])?;
    assert!(verified.contains("whole:"), "{verified}");
    Ok(())
}
