//! An officer adds a customer CA and lets it take over. Certificates of the old one remain valid until they expire.

use std::fs;
use std::path::Path;
use std::process::Command;

use inkan_pki::x509::certs_only;
use inkan_pki::x509::summary::CertificateSummary;
use inkan_pki::x509::transfer;
use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::customer::{Customer, Followed};
use inkan_tests::machine::{self, Expect as _, Machine};
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::trust::Identity;
use inkan_tests::{Outcome, certificates, programs, requests};
use jiff::{SignedDuration, Timestamp};

use super::judge::Judge;
use crate::mail::until;
use crate::scene::{self, Scene};
use crate::status::Desks;

const DAY: SignedDuration = SignedDuration::from_hours(24);

const SECOND: &str = r#"
[[key]]
id = "customer-ca-2"
token = "issuing"
algorithm = "ec-p256"
use = "customer-ca"

[[certificate]]
key = "customer-ca-2"
issuer = "root-ca"
subject = { country = "JP", organization = "YAMANASHIKENMIN SHINKUMI", common_name = "Inkan Dev Customer CA 2" }
years = 10
path_len = 0
"#;

fn add(path: &Path, text: &str) -> Outcome {
    Ok(fs::write(path, fs::read_to_string(path)? + text)?)
}

fn hsm(dev: &Dev, command: &str) -> Outcome<String> {
    let mut program = Command::new(programs::built("inkan-hsm")?);
    program.arg(command).arg("--spec").arg(&dev.hsm_spec);
    programs::run(program.env("SOFTHSM2_CONF", &dev.softhsm_conf))?.expect_well()
}

/// An active certificate for a key in memory.
fn soft(bank: &Bank, browser: &Browser, person: &Person) -> Outcome<(Identity, Vec<u8>)> {
    let page = customer::identify(browser, &bank.dev, &person.login_id, &person.login_password)?;
    let page = customer::press_issue(browser, &page.must_show("BSMS002")?)?;
    let machine = Machine::new(&bank.dev)?;
    let ticket = machine.pick_up(&customer::agent_link(&page)?)?.granted()?;
    let (key, csr) = requests::honest()?;
    let chain = machine.enrol(&ticket, &csr)?.granted()?;
    let der = chain.first().ok_or("no certificate")?.to_vec();
    let identity = certificates::soft(chain, &key);
    Machine::presenting(&bank.dev, &identity)?
        .activate()?
        .granted()?;
    Ok((identity, der))
}

fn logs_in(bank: &Bank, identity: &Identity, person: &Person) -> Outcome<Browser> {
    let browser = Browser::presenting(&bank.dev.server_ca, identity)?;
    customer::log_in_with_certificate(&browser, &bank.dev, &person.login_password)?
        .must_show("BTOP001")?;
    Ok(browser)
}

/// Certificates of EST's cacerts.
fn cacerts(dev: &Dev) -> Outcome<Vec<Vec<u8>>> {
    let browser = Browser::new(&dev.server_ca)?;
    let answer = browser.listen(&format!("{}/.well-known/est/cacerts", dev.portal))?;
    Ok(certs_only::decode(&transfer::decode(&answer.bytes()?)?)?)
}

fn renew(agent_at: &Customer, link: &str, now: Timestamp) -> Outcome<Followed> {
    let mut agent = agent_at.following(link);
    agent.args(["--now", &now.to_string()]);
    Ok(Followed(programs::run(&mut agent)?))
}

#[test]
fn a_second_customer_ca_takes_over_and_the_first_one_continues_to_its_end() -> Outcome {
    let scene = Scene::open()?;
    let oozora = scene.customer_with_certificate("OOZORA HANAKO")?;
    let old = oozora.certificate()?;
    let old_summary = CertificateSummary::parse(&old)?;
    assert_eq!(old_summary.issuer_common_name, "Inkan Dev Customer CA");
    let Scene {
        mut bank,
        person: hanako,
        ..
    } = scene;

    // The ceremony: one more key and certificate, while the bank is running; everything else is unchanged.
    add(&bank.dev.hsm_spec, SECOND)?;
    let plan = hsm(&bank.dev, "plan")?;
    assert!(plan.contains("generate key customer-ca-2"), "{plan}");
    hsm(&bank.dev, "apply")?;
    assert!(hsm(&bank.dev, "verify")?.contains("checks passed"));

    // The configuration: trusted from now on; it signs from a day within the customer's renewal window.
    let now = old_summary.not_after - DAY * 30;
    let from = now - DAY;
    let generations = format!(
        "\n[[customer_ca]]\ngeneration = 1\nkey = \"customer-ca\"\n\n\
         [[customer_ca]]\ngeneration = 2\nkey = \"customer-ca-2\"\nissues_from = \"{from}\"\n"
    );
    add(&bank.dev.config, &generations)?;
    let mut check = Command::new(programs::built("inkan-server")?);
    check
        .args(["config", "check", "--config"])
        .arg(&bank.dev.config);
    programs::run(&mut check)?.expect_well()?;
    bank.restart()?;
    let three = cacerts(&bank.dev)?;
    assert_eq!(three.len(), 3, "both CAs and the root");

    // Before that day the first CA signs, and the CRLs of the second one are published already.
    until("the second CA has a list", || {
        Ok(machine::fetch(&format!("{}/crl/customer-ca-2.crl", bank.dev.public)).is_ok())
    })?;

    // On that day the next customer gets a certificate of the second CA, and both customers log in.
    bank.restart_at(now)?;
    let contract = counter::contract_with_application(&bank.dev, "2345678")?;
    let (browser, koumi) = scene::register(&bank, &contract, "koumi001")?;
    let (koumis, new) = soft(&bank, &browser, &koumi)?;
    let new_summary = CertificateSummary::parse(&new)?;
    assert_eq!(new_summary.issuer_common_name, "Inkan Dev Customer CA 2");
    let browser = logs_in(
        &bank,
        &Identity::Token(oozora.present_certificate()?),
        &hanako,
    )?;
    logs_in(&bank, &koumis, &koumi)?;
    let judge = Judge::new(&bank.dev, &["customer-ca", "customer-ca-2"])?;
    // The bank's clock continues: everything signed meanwhile is valid by then.
    let at = now + SignedDuration::from_mins(30);
    for (der, ca) in [(&old, "customer-ca"), (&new, "customer-ca-2")] {
        let text = judge.text(der)?;
        assert!(
            text.contains(&format!("CA Issuers - URI:{}/ca/{ca}.crt", bank.dev.public)),
            "{text}"
        );
        let said = judge.chain(der, ca, at)?;
        assert!(said.well(), "{ca}: {said}");
    }

    // A serial number belongs to one CA only.
    let (a, b) = (&old_summary.serial, &new_summary.serial);
    for (serial, ca, expected) in [
        (a, "customer-ca", "good"),
        (b, "customer-ca-2", "good"),
        (a, "customer-ca-2", "unauthorized"),
        (b, "customer-ca", "unauthorized"),
        (a, "staff-ca", "unauthorized"),
    ] {
        assert_eq!(judge.ocsp(serial, ca, at)?, expected, "{ca}");
        // An unsigned response cannot be linted.
        if expected == "good" {
            judge.lint_answer()?;
        }
    }

    // 更新: the second CA signs the successor. An agent that trusts only the first one refuses it. The bank's new file
    // replaces the old one, because the same root has signed the new CA.
    let page = browser.open(&format!("{}/top", bank.dev.certificate))?;
    let confirm = browser.click(&page, "/renew")?.must_show("BSMS012")?;
    let progress = browser.send(&confirm, &confirm.form("/renew")?)?;
    let link = customer::agent_link(&progress)?;
    let mut update = oozora.agent();
    update
        .args(["bank", "add", "--yes"])
        .arg(&bank.dev.bank_config);
    programs::run(&mut update)?.expect_well()?;
    let renewed = renew(&oozora, &link, now)?.result()?;
    let successor = renewed["serial"].as_str().ok_or("no serial")?.to_owned();
    let database = inkan_tests::database::Database::embedded(&bank.data())?;
    let mixed = "SELECT COUNT(*) FROM certificates WHERE issuer = 'customer' AND generation = 2 AND state = 'active'";
    assert_eq!(database.count(mixed)?, 2, "hanako's successor and koumi's");
    until("the old one is on the first CA's list", || {
        judge.on_list("customer-ca", a)
    })?;
    assert!(!judge.on_list("customer-ca-2", a)?);
    assert_eq!(judge.ocsp(&successor, "customer-ca-2", at)?, "good");
    assert_eq!(judge.ocsp(a, "customer-ca", at)?, "revoked");

    // A certificate of the second CA is revoked: it is on that CA's CRL only.
    let desks = Desks::at(&bank.dev)?;
    desks.approve(&desks.entered("2345678", "revoke")?)?;
    until("it is on the second CA's list", || {
        judge.on_list("customer-ca-2", b)
    })?;
    assert!(!judge.on_list("customer-ca", b)?);
    assert_eq!(judge.ocsp(b, "customer-ca-2", at)?, "revoked");
    until("openssl refuses it by the list it points to", || {
        let said = judge.chain(&new, "customer-ca-2", at)?;
        Ok(!said.well() && said.to_string().contains("certificate revoked"))
    })?;
    let part = new_part(&judge.text(&new)?)?;
    judge.lint(&part)?;

    // The expiry of each is reported.
    let (_, metrics) = machine::fetch(&format!("{}/metrics", bank.dev.operations))?;
    let metrics = String::from_utf8(metrics)?;
    for told in [
        "inkan_expiry_days{item=\"customer-ca\",name=\"customer-ca\"}",
        "inkan_expiry_days{item=\"customer-ca\",name=\"customer-ca-2\"}",
        "inkan_expiry_days{item=\"root-crl\",name=\"root-ca\"}",
        "inkan_expiry_days{item=\"listener\",name=\"certificate\"}",
    ] {
        assert!(metrics.contains(told), "{told} in\n{metrics}");
    }
    Ok(())
}

/// The CRL shard that a certificate points to.
fn new_part(text: &str) -> Outcome<String> {
    let rest = text.split("/crl/customer-ca-2/").nth(1);
    let part = rest.and_then(|rest| rest.get(..6));
    Ok(part.ok_or("no part")?.to_owned())
}
