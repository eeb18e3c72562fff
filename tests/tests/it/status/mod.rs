//! An inactive certificate is refused on every server of the bank, on open connections and on new ones; CRLs and OCSP
//! inform others. The operations are done at the console, by two people.
//!
//! - [`second`]: one more server of the bank
//! - [`watcher`]: a customer with each kind of connection
//! - [`judge`]: the status according to openssl

#![allow(
    clippy::print_stdout,
    reason = "how soon is a figure, shown by the test that has it"
)]

pub(crate) mod judge;
mod second;
mod watcher;

use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::certificates;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::page::Page;
use inkan_tests::postgres::Cluster;
use inkan_tests::requests;
use inkan_tests::screens::customer::Person;
use inkan_tests::screens::{counter, customer};
use inkan_tests::trust::Identity;
use jiff::{SignedDuration, Timestamp};

use crate::scene::{self, Scene};
use judge::{Judge, Standing};
use second::Second;
use watcher::Watcher;

/// Time limit for a stream on a loaded machine; the actual time is printed.
const TIMEOUT: Duration = Duration::from_secs(30);

const HELD: Standing = Standing::Ended("certificateHold", "Certificate Hold");
const REVOKED: Standing = Standing::Ended("keyCompromise", "Key Compromise");
const CANCELLED: Standing = Standing::Ended("cessationOfOperation", "Cessation Of Operation");

/// An active certificate for a key in memory.
pub(crate) fn certificate(bank: &Bank, browser: &Browser, person: &Person) -> Outcome<Identity> {
    let page = customer::identify(browser, &bank.dev, &person.login_id, &person.login_password)?;
    let page = customer::press_issue(browser, &page.must_show("BSMS002")?)?;
    let machine = Machine::new(&bank.dev)?;
    let ticket = machine.pick_up(&customer::agent_link(&page)?)?.granted()?;
    let (key, csr) = requests::honest()?;
    let identity = certificates::soft(machine.enrol(&ticket, &csr)?.granted()?, &key);
    let agent = Machine::presenting(&bank.dev, &identity)?;
    agent.activate()?.granted()?;
    Ok(identity)
}

/// A teller and an approver at the console of one server.
pub(crate) struct Desks {
    dev: Dev,
    teller: Browser,
    approver: Browser,
}

impl Desks {
    pub(crate) fn at(dev: &Dev) -> Outcome<Self> {
        Ok(Self {
            dev: dev.clone(),
            teller: counter::at_work(dev, "teller")?,
            approver: counter::at_work(dev, "approver")?,
        })
    }

    /// The teller makes an entry about the certificate (or the contract) of this account. Returns the response.
    fn enter(&self, account: &str, command: &str) -> Outcome<Page> {
        let path = self.path(account, command)?;
        let page = self.teller.open(&format!("{}{path}", self.dev.staff))?;
        let form = page.form(&path)?.fill("note", "電話での届出")?;
        let form = match command {
            "revoke" => form.fill("revocation_reason", "keyCompromise")?,
            _ => form,
        };
        self.teller.send(&page, &form)
    }

    /// The same, without a refusal: returns the path of the entry for the approver.
    pub(crate) fn entered(&self, account: &str, command: &str) -> Outcome<String> {
        let page = self.enter(account, command)?;
        let path = page.url.path().to_owned();
        if path.starts_with("/proposals/") {
            return Ok(path);
        }
        Err(format!("{command} was not entered:\n{}", page.text()).into())
    }

    fn path(&self, account: &str, command: &str) -> Outcome<String> {
        let page = self
            .teller
            .open(&format!("{}/contracts?q={account}", self.dev.staff))?;
        let contract = page.row(account)?.link("/contracts/")?;
        let contract = contract.split('?').next().unwrap_or_default().to_owned();
        if command == "cancel" {
            return Ok(format!("{contract}/cancel"));
        }
        let page = self.teller.open(&format!("{}{contract}", self.dev.staff))?;
        let user = page.link("/users/")?;
        let page = self.teller.open(&format!("{}{user}", self.dev.staff))?;
        let any = page
            .links()
            .into_iter()
            .find(|link| link.starts_with("/certificates/"));
        match any {
            Some(link) => {
                let certificate = link.rsplit_once('/').ok_or("a short link")?.0;
                Ok(format!("{certificate}/{command}"))
            }
            None => {
                Err(format!("nothing can be done with its certificate:\n{}", page.text()).into())
            }
        }
    }

    pub(crate) fn approve(&self, path: &str) -> Outcome {
        let page = counter::decide(&self.approver, &self.dev, path)?;
        assert_eq!(page.status, 200, "{}", page.text());
        Ok(())
    }

    /// Rejects the review of a suspension: it was a mistake.
    fn reject(&self, path: &str) -> Outcome {
        let page = self.approver.open(&format!("{}{path}", self.dev.staff))?;
        let form = page
            .form(&format!("{path}/reject"))?
            .fill("reason", "見つかりました")?;
        let page = self.approver.send(&page, &form)?;
        assert_eq!(page.status, 200, "{}", page.text());
        Ok(())
    }
}

/// Both servers refuse, and the stream of a page that was open on one of them ends.
fn refused(
    watchers: &[Watcher],
    code: &str,
    since: Instant,
    stream: std::thread::JoinHandle<Outcome<Instant>>,
) -> Outcome {
    for watcher in watchers {
        watcher.must_be_refused(code, since)?;
    }
    let ended = stream
        .join()
        .map_err(|_| "the reader of the stream died")??;
    let took = ended.saturating_duration_since(since);
    println!("{code}, open event stream: {took:?} after the click");
    assert!(took < TIMEOUT, "{took:?}");
    Ok(())
}

#[test]
fn what_ends_at_the_console_of_one_server_is_refused_by_both_at_once() -> Outcome {
    // Certificates issued eleven months ago: they can be renewed now.
    let cluster = Cluster::start()?;
    let url = cluster.url();
    let then = (Timestamp::now() - SignedDuration::from_hours(340 * 24)).to_string();
    let scene = Scene::at(Bank::open_with(&["--store-url", &url, "--now", &then])?)?;
    let hanakos = certificate(&scene.bank, &scene.browser, &scene.person)?;
    let contract = counter::contract_with_application(&scene.bank.dev, "2345678")?;
    let (browser, koumi) = scene::register(&scene.bank, &contract, "koumi001")?;
    let koumis = certificate(&scene.bank, &browser, &koumi)?;
    let Scene {
        mut bank,
        person: hanako,
        ..
    } = scene;
    bank.restart_as_serve()?;
    let second = Second::beside(&bank)?;
    let (one, other) = (bank.dev.clone(), second.dev.clone());
    let judge = Judge::of(&one, &hanakos)?;
    let hanako_at_both = || -> Outcome<[Watcher; 2]> {
        let password = &hanako.login_password;
        Ok([
            Watcher::at("same", &one, &hanakos, password)?,
            Watcher::at("other", &other, &hanakos, password)?,
        ])
    };
    for dev in [&one, &other] {
        judge.must_agree(dev, Standing::Good)?;
    }

    // 事故登録 by one person; the open page is on the other server.
    let desks = Desks::at(&one)?;
    let watchers = hanako_at_both()?;
    let stream = watchers[1].follow_renewal()?;
    let clicked = Instant::now();
    let review = desks.entered("1234567", "incident")?;
    refused(&watchers, "certificate-suspended", clicked, stream)?;
    for dev in [&one, &other] {
        judge.must_agree(dev, HELD)?;
    }

    // The token was found: active again on both servers, and removed from the CRLs.
    desks.reject(&review)?;
    for watcher in &watchers {
        watcher.may_log_in(&hanako.login_password)?;
    }
    for dev in [&one, &other] {
        judge.must_agree(dev, Standing::Released)?;
    }

    // 失効, approved by a second person; the open page is on the same server.
    let watchers = hanako_at_both()?;
    let stream = watchers[0].follow_renewal()?;
    let (proposal, late) = (
        desks.entered("1234567", "revoke")?,
        desks.path("1234567", "revoke")?,
    );
    let clicked = Instant::now();
    desks.approve(&proposal)?;
    refused(&watchers, "certificate-revoked", clicked, stream)?;
    for dev in [&one, &other] {
        judge.must_agree(dev, REVOKED)?;
    }
    // Revoking, suspending or releasing it again is refused on both servers, and nothing changes.
    for dev in [&one, &other] {
        let desks = Desks::at(dev)?;
        for command in ["revoke", "incident", "release"] {
            let path = late.replace("/revoke", &format!("/{command}"));
            let page = desks.teller.open(&format!("{}{path}", dev.staff))?;
            let form = page.form(&path)?.fill("note", "もう一度")?;
            let page = desks.teller.send(&page, &form)?;
            page.must_show("lifecycle-already-revoked")?;
        }
        judge.must_agree(dev, REVOKED)?;
    }

    // 解約 at the console of the other server ends everything of the contract, on the first server too.
    let judge = Judge::of(&one, &koumis)?;
    let watchers = [
        Watcher::at("other", &one, &koumis, &koumi.login_password)?,
        Watcher::at("same", &other, &koumis, &koumi.login_password)?,
    ];
    let stream = watchers[0].follow_renewal()?;
    let desks = Desks::at(&other)?;
    let proposal = desks.entered("2345678", "cancel")?;
    let clicked = Instant::now();
    desks.approve(&proposal)?;
    // The most serious reason is shown: its certificates are revoked.
    refused(&watchers, "certificate-revoked", clicked, stream)?;
    for dev in [&one, &other] {
        judge.must_agree(dev, CANCELLED)?;
    }
    Ok(())
}
