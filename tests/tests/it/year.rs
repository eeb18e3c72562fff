//! One year of two customers, by moving the bank's clock: one renews in time, the other does not.

use inkan_pki::x509::summary::CertificateSummary;
use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::certificates;
use inkan_tests::customer::{Customer, Followed};
use inkan_tests::database::Database;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::page::Page;
use inkan_tests::programs;
use inkan_tests::requests;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::smtp::{Caught, MailServer};
use inkan_tests::trust::Identity;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::mail::{bank_with, job, until};
use crate::scene::{self, Scene};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const EXPIRING: &str = "電子証明書の有効期限が近づいています";

/// Moves the bank's clock; the hourly work for that time is done when this returns.
fn travel(bank: &mut Bank, to: Timestamp) -> Outcome {
    // If the bank dies between sending a message and recording it, it sends the message again.
    let outbox = Database::embedded(&bank.data())?;
    until("all letters are on record as sent", || {
        Ok(outbox.count("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'")? == 0)
    })?;
    bank.restart_at(to)?;
    until("the notices of that day are written", || {
        let notices = job(bank, "notices")?;
        let finished = notices["finished"]
            .as_str()
            .and_then(|at| at.parse::<Timestamp>().ok());
        Ok(
            finished.is_some_and(|at| at >= to - SignedDuration::from_secs(1))
                && notices["outcome"] == "done",
        )
    })
}

/// A certificate for a key in memory: TLS works as with a token.
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

/// BTOP001 after a login with this certificate, or the page shown instead.
fn log_in(bank: &Bank, identity: &Identity, person: &Person) -> Outcome<(Browser, Page)> {
    let browser = Browser::presenting(&bank.dev.server_ca, identity)?;
    let page = browser.open(&format!("{}/login", bank.dev.certificate))?;
    if !page.shows("BLGI002") {
        return Ok((browser, page));
    }
    let form = page
        .form("/login")?
        .fill("password", &person.login_password)?;
    let top = browser.send(&page, &form)?;
    Ok((browser, top))
}

/// The agent follows a link on the bank's date.
fn follow(agent_at: &Customer, link: &str, now: Timestamp) -> Outcome<Value> {
    let mut agent = agent_at.following(link);
    agent.args(["--delete-old", "--now", &now.to_string()]);
    Followed(programs::run(&mut agent)?).result()
}

fn to(mails: &[Caught], person: &Person, subject: &str) -> usize {
    let fits = |mail: &&Caught| mail.to == [person.email.clone()] && mail.subject.contains(subject);
    mails.iter().filter(fits).count()
}

#[test]
fn one_renews_in_time_and_one_comes_back_through_the_branch() -> Outcome {
    // Two customers with their certificates.
    let server = MailServer::open()?;
    let scene = Scene::at(bank_with(&server, &[])?)?;
    let oozora = scene.customer_with_certificate("OOZORA HANAKO")?;
    let old = Identity::Token(oozora.present_certificate()?);
    let old_der = oozora.certificate()?;
    let contract = counter::contract_with_application(&scene.bank.dev, "2345678")?;
    let (browser, koumi) = scene::register(&scene.bank, &contract, "koumi001")?;
    let (koumis, koumis_der) = soft(&scene.bank, &browser, &koumi)?;
    let Scene {
        mut bank,
        person: hanako,
        ..
    } = scene;
    server.wait_for(6)?;
    let end = CertificateSummary::parse(&old_der)?.not_after;
    assert_eq!(CertificateSummary::parse(&koumis_der)?.not_after, end);

    // 41 days before expiry: no notice, and no renewal.
    travel(&mut bank, end - DAY * 41)?;
    let (browser, top) = log_in(&bank, &old, &hanako)?;
    assert!(!top.must_show("BTOP001")?.shows("renewal-notice"));
    let early = browser.open(&format!("{}/renew", bank.dev.certificate))?;
    assert_eq!(early.status, 403);
    early.must_show("から更新できます")?;
    assert_eq!(server.caught()?.len(), 6);

    // 40 days before: a notice on the top page and by mail, once.
    let day_40 = end - DAY * 40 + SignedDuration::from_hours(1);
    travel(&mut bank, day_40)?;
    let mails = server.wait_for(8)?;
    for person in [&hanako, &koumi] {
        assert_eq!(to(&mails, person, EXPIRING), 1);
    }
    let mail = mails
        .iter()
        .find(|mail| mail.subject.contains(EXPIRING))
        .ok_or("no notice")?;
    assert!(mail.plain.contains("あと39日"), "{}", mail.plain);
    let (browser, top) = log_in(&bank, &old, &hanako)?;
    let top = top.must_show("BTOP001")?.must_show("あと39日")?;

    // 更新: the agent generates a new key beside the old one, and the page follows to the end.
    let confirm = browser.click(&top, "/renew")?.must_show("BSMS012")?;
    let progress = browser
        .send(&confirm, &confirm.form("/renew")?)?
        .must_show("BSMS013")?;
    let link = customer::agent_link(&progress)?;
    assert!(link.starts_with("inkan:renew?"), "{link}");
    oozora.install_bank(&bank.dev.bank_config)?;
    let renewed = follow(&oozora, &link, day_40)?;
    let old_serial = CertificateSummary::parse(&old_der)?.serial;
    assert_eq!(
        renewed["deleted"],
        old_serial.as_str(),
        "the old key is off the token, as agreed"
    );
    let mut result = browser.open(&format!("{}/renew/progress", bank.dev.certificate))?;
    until("the page knows", || {
        result = browser.open(&format!("{}/renew/progress", bank.dev.certificate))?;
        Ok(result.shows("BSMS014"))
    })?;
    let serial = renewed["serial"].as_str().ok_or("no serial")?.to_owned();
    assert!(
        result.shows(&serial) && serial != old_serial,
        "{}",
        result.text()
    );
    // The page can be left; the old certificate opens nothing else.
    browser
        .send(&result, &result.form("/logout")?)?
        .must_show("ログアウト")?;
    let top = browser.open(&format!("{}/top", bank.dev.certificate))?;
    assert_eq!(top.status, 403);
    top.must_show("certificate-superseded")?;
    let mails = server.wait_for(9)?;
    assert_eq!(to(&mails, &hanako, "電子証明書を更新しました"), 1);

    // The new one is active, the old one is not.
    let new = Identity::Token(oozora.present_certificate()?);
    assert_ne!(oozora.certificate()?, old_der);
    let (_, top) = log_in(&bank, &new, &hanako)?;
    assert!(!top.must_show("BTOP001")?.shows("renewal-notice"));
    let states = Database::embedded(&bank.data())?.customer_certificates()?;
    let superseded: Vec<_> = states.iter().filter(|c| c.state == "superseded").collect();
    assert_eq!(superseded.len(), 1, "{states:?}");

    // The bank is down for a month. Ten days before expiry the customer who has not renewed gets a second message, once.
    travel(&mut bank, end - DAY * 9 - SignedDuration::from_hours(1))?;
    let mails = server.wait_for(10)?;
    assert_eq!(
        (to(&mails, &koumi, EXPIRING), to(&mails, &hanako, EXPIRING)),
        (2, 1)
    );
    let last = mails.last().ok_or("no mail")?;
    assert!(last.plain.contains("あと9日"), "{}", last.plain);
    // The clock is set back by three weeks and forward again: no message is repeated.
    travel(&mut bank, end - DAY * 30)?;
    travel(&mut bank, end - DAY * 8)?;
    assert_eq!(server.caught()?.len(), 10);

    // The day after: a page with the next step; ID and password open nothing; nothing is issued without an application.
    travel(&mut bank, end + DAY)?;
    let (_, page) = log_in(&bank, &koumis, &koumi)?;
    assert_eq!(page.status, 403);
    page.must_show("certificate-expired")?.must_show("窓口")?;
    let browser = Browser::new(&bank.dev.server_ca)?;
    let login = |id: &str, password: &str| {
        customer::log_in_with_password(&browser, &bank.dev, id, password)
    };
    login(&koumi.login_id, &koumi.login_password)?.must_show("certificate-required")?;
    let page = customer::identify(&browser, &bank.dev, &koumi.login_id, &koumi.login_password)?;
    customer::press_issue(&browser, &page.must_show("BSMS002")?)?.must_show("grant-missing")?;

    // A new application, approved by a second person: issued again, valid for a year.
    let (teller, approver) = (
        counter::at_work(&bank.dev, "teller")?,
        counter::at_work(&bank.dev, "approver")?,
    );
    let path = counter::enter_application(&teller, &bank.dev, "2345678")?;
    counter::decide(&approver, &bank.dev, &path)?;
    let (again, again_der) = soft(&bank, &browser, &koumi)?;
    assert!(CertificateSummary::parse(&again_der)?.not_after > end + DAY * 360);
    let (_, top) = log_in(&bank, &again, &koumi)?;
    top.must_show("BTOP001")?;
    let (_, top) = log_in(&bank, &new, &hanako)?;
    top.must_show("BTOP001")?;
    let mails = server.wait_for(12)?;
    assert_eq!(to(&mails, &koumi, "電子証明書を発行しました"), 2);
    Ok(())
}
