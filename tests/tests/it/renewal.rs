//! Renewal from the agent, with a crash at every step, and after a login with the agent.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::customer::{Customer, Followed};
use inkan_tests::database::{Certificate, Database};
use inkan_tests::programs;
use inkan_tests::screens::customer;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::mail::until;
use crate::scene::{Scene, failure};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A customer's PC with the bank's date.
struct Pc<'a> {
    customer: &'a Customer,
    now: String,
}

impl Pc<'_> {
    fn agent(&self, command: &[&str]) -> std::process::Command {
        let mut agent = self.customer.agent();
        agent.args(["--json", "--now", &self.now]).args(command);
        agent
            .args(["--token", &self.customer.token.label, "--pin-file"])
            .arg(self.customer.pin_file());
        agent
    }

    fn renew(&self) -> Outcome<Followed> {
        Ok(Followed(programs::run(
            &mut self.agent(&["renew", "--yes"]),
        )?))
    }

    /// Runs `renew`, and `kill -9` as soon as it prints `word` for the `nth` time. False if it never did.
    fn renew_until(&self, word: &str, nth: usize) -> Outcome<bool> {
        let mut agent = self.agent(&["renew", "--yes"]);
        let mut process = agent
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = process.stdout.take().ok_or("no output")?;
        let mut said = 0;
        for line in BufReader::new(out).lines() {
            let line: Value = serde_json::from_str(&line?)?;
            if [&line["event"], &line["work"], &line["step"]].contains(&&Value::from(word)) {
                said += 1;
                if said == nth {
                    process.kill()?;
                    process.wait()?;
                    return Ok(true);
                }
            }
        }
        process.wait()?;
        Ok(false)
    }

    /// The bank accepts the certificate with this serial number.
    fn is_good(&self, serial: &str) -> Outcome<bool> {
        let said = programs::run(&mut self.agent(&["verify", "dev", "--serial", serial]))?;
        Ok(said.well())
    }

    /// Number of keys on the token.
    fn keys(&self) -> Outcome<usize> {
        let said = Followed(programs::run(&mut self.agent(&["list", "--login"]))?).result()?;
        let entries = said["tokens"][0]["entries"].as_array().cloned();
        let entries = entries.ok_or("no list")?;
        Ok(entries
            .iter()
            .filter(|entry| entry["has_key"] == true)
            .count())
    }
}

/// The only active certificate: there is always exactly one.
fn in_use(bank: &Bank) -> Outcome<Certificate> {
    let mut all = Database::embedded(&bank.data())?.customer_certificates()?;
    let seen = format!("{all:?}");
    all.retain(|one| one.state == "active");
    match all.len() {
        1 => Ok(all.remove(0)),
        n => Err(format!("{n} certificates are in use: {seen}").into()),
    }
}

#[test]
fn the_agent_dies_at_every_step_of_a_renewal_and_the_customer_is_never_without() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let old = CertificateSummary::parse(&hanako.certificate()?)?;
    let Scene { mut bank, .. } = scene;

    // Too early: refused with a sentence, and no key is generated.
    let today = Timestamp::now().to_string();
    let early = Pc {
        customer: &hanako,
        now: today,
    };
    let refused = early.renew()?;
    assert_eq!(failure(&refused)?, "renewal-too-early", "{}", refused.0);
    assert_eq!(early.keys()?, 1);

    let day = old.not_after - DAY * 30;
    bank.restart_at(day)?;
    let pc = Pc {
        customer: &hanako,
        now: day.to_string(),
    };
    let steps = [
        ("token", 1),
        ("signing", 1),
        ("request", 1),
        ("generating-key", 1),
        ("requesting-certificate", 1),
        ("certificate-received", 1),
        ("writing", 1),
        ("certificate-written", 1),
        ("key-proved", 1),
    ];
    for (word, nth) in steps {
        assert!(pc.renew_until(word, nth)?, "it never came to {word}");
        assert_eq!(in_use(&bank)?.serial, old.serial, "after {word}");
        assert!(pc.is_good(&old.serial)?, "after {word}");
        let keys = pc.keys()?;
        assert!((1..=2).contains(&keys), "{keys} keys after {word}");
    }

    // The last step: whichever is faster, one certificate is active, and both keys still exist.
    let last = pc.renew_until("activated", 1)?;
    let new = in_use(&bank)?.serial;
    assert!(last && new != old.serial, "{new}");
    assert!(pc.is_good(&new)? && !pc.is_good(&old.serial)?);
    assert_eq!(pc.keys()?, 2, "a key goes only when its owner says so");
    let again = pc.renew()?;
    assert_eq!(failure(&again)?, "renewal-too-early", "{}", again.0);
    let states = Database::embedded(&bank.data())?.customer_certificates()?;
    assert_eq!(
        states.len(),
        2,
        "one key was enough for all of it: {states:?}"
    );

    // The old pair is deleted by a separate operation; the new one stays in use.
    let gone = programs::run(&mut pc.agent(&["delete", &old.serial, "--yes"]))?;
    assert!(gone.well(), "{gone}");
    assert_eq!(pc.keys()?, 1);
    assert!(pc.is_good(&new)?);
    Ok(())
}

#[test]
fn a_renewal_after_a_login_with_the_agent() -> Outcome {
    let scene = Scene::open()?;
    let hanako = scene.customer_with_certificate("OOZORA")?;
    let old = CertificateSummary::parse(&hanako.certificate()?)?;
    let Scene {
        mut bank, person, ..
    } = scene;
    let day = old.not_after - DAY * 30;
    bank.restart_at(day)?;
    let follow = |link: &str| -> Outcome<Value> {
        let mut agent = hanako.following(link);
        agent.args(["--now", &day.to_string()]);
        Followed(programs::run(&mut agent)?).result()
    };
    let dev = &bank.dev;
    let browser = Browser::new(&dev.server_ca)?;
    let page = customer::ask_for_agent_login(&browser, dev)?;
    follow(&customer::agent_link(&page)?)?;
    let page = browser.open(&hanako.opened()?)?.must_show("BLGI002")?;
    let top = customer::give_password_after_agent(&browser, &page, &person.login_password)?;
    let top = top.must_show("BTOP001")?.must_show("更新")?;

    let confirm = browser.click(&top, "/renew")?.must_show("BSMS012")?;
    let page = browser.send(&confirm, &confirm.form("/renew")?)?;
    let renewed = follow(&customer::agent_link(&page.must_show("BSMS013")?)?)?;
    assert!(
        renewed.get("deleted").is_none(),
        "nobody said so: {renewed}"
    );
    let serial = renewed["serial"].as_str().ok_or("no serial")?.to_owned();
    let at = |path: &str| format!("{}{path}", dev.portal);
    let mut result = browser.open(&at("/renew/progress"))?;
    until("the page knows", || {
        result = browser.open(&at("/renew/progress"))?;
        Ok(result.shows("BSMS014"))
    })?;
    assert!(result.shows(&serial), "{}", result.text());
    // The login depended on the old certificate, so it has ended.
    let top = browser.open(&at("/top"))?;
    assert!(!top.shows("BTOP001"), "{}", top.text());
    assert_eq!(in_use(&bank)?.serial, serial);
    let page = customer::ask_for_agent_login(&browser, dev)?;
    follow(&customer::agent_link(&page)?)?;
    let page = browser.open(&hanako.opened()?)?.must_show("BLGI002")?;
    let top = customer::give_password_after_agent(&browser, &page, &person.login_password)?;
    assert!(!top.must_show("BTOP001")?.shows("renewal-notice"));
    Ok(())
}
