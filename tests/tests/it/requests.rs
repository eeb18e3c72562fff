//! A request for a certificate is valid once, for one minute, for one user, and only at a bank that the agent has
//! installed.

use std::fs;

use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::machine::{self, Expect as _, Machine};
use inkan_tests::requests;
use inkan_tests::screens::{counter, customer};

use crate::scene::{self, Scene};

#[test]
fn an_unknown_request_is_refused() -> Outcome {
    let scene = Scene::open()?;
    let machine = Machine::new(&scene.bank.dev)?;
    let refused = machine
        .pick_up("inkan:enroll?bank=dev&request=0123456789abcdef0123456789abcdef")?
        .refused()?;
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (404, "request-unknown")
    );
    Ok(())
}

#[test]
fn a_request_is_picked_up_once() -> Outcome {
    let scene = Scene::open()?;
    let (machine, link) = (Machine::new(&scene.bank.dev)?, scene.link()?);
    machine.pick_up(&link)?.granted()?;
    let refused = machine.pick_up(&link)?.refused()?;
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (409, "request-used")
    );
    Ok(())
}

#[test]
fn a_request_is_good_for_a_minute() -> Outcome {
    let scene = Scene::open()?;
    let link = scene.link()?;
    // The bank's clock, a little more than a minute later.
    let mut bank = scene.bank;
    bank.restart_at(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(61))?;
    let refused = Machine::new(&bank.dev)?.pick_up(&link)?.refused()?;
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (410, "request-expired")
    );
    Ok(())
}

#[test]
fn a_credential_is_good_for_fifteen_minutes_after_the_pick_up() -> Outcome {
    let scene = Scene::open()?;
    let ticket = scene.ticket()?;
    let mut bank = scene.bank;
    bank.restart_at(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(16 * 60 + 1))?;
    let refused = Machine::new(&bank.dev)?
        .enrol(&ticket, &requests::honest()?.1)?
        .refused()?;
    assert_eq!(refused.code, "request-expired");
    assert_eq!(
        Database::embedded(&bank.data())?.customer_certificates()?,
        []
    );
    Ok(())
}

#[test]
fn a_credential_opens_only_its_own_request() -> Outcome {
    let scene = Scene::open()?;
    let dev = &scene.bank.dev;
    let contract = counter::contract_with_application(dev, "2345678")?;
    let (browser, person) = scene::register(&scene.bank, &contract, "koumi001")?;
    let confirm = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let theirs = customer::agent_link(&customer::press_issue(&browser, &confirm)?)?;

    // A customer's credential with another user's request, and the reverse.
    let mut mixed = scene.ticket()?;
    mixed.request = machine::request_of(&theirs)?;
    let refused = Machine::new(dev)?
        .enrol(&mixed, &requests::honest()?.1)?
        .refused()?;
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (401, "credential-invalid")
    );
    assert_eq!(
        Database::embedded(&scene.bank.data())?.customer_certificates()?,
        []
    );
    Ok(())
}

#[test]
fn another_browser_cannot_follow_a_request() -> Outcome {
    let scene = Scene::open()?;
    let progress = scene.ask()?;
    let stranger = Browser::new(&scene.bank.dev.server_ca)?;
    let page = stranger.open(progress.url.as_str())?;
    assert!(
        page.link("inkan:").is_err() && !page.shows(&customer::comparison_code(&progress)?),
        "{}",
        page.text()
    );
    Ok(())
}

#[test]
fn a_link_to_an_unknown_bank_sends_nothing() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    let link = scene.link()?.replace("bank=", "bank=x");
    let followed = customer.follow(&link)?;
    assert_eq!(scene::failure(&followed)?, "bank-unknown");
    let picked_up = "SELECT COUNT(*) FROM enrolment_requests WHERE picked_up_at IS NOT NULL";
    assert_eq!(Database::embedded(&scene.bank.data())?.count(picked_up)?, 0);
    Ok(())
}

#[test]
fn an_agent_refuses_a_bank_it_cannot_verify() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    // The bank file with another CA than the one that signed the server's certificate.
    let banks = customer.config().join("banks");
    for entry in fs::read_dir(banks)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let server_ca = fs::read_to_string(&scene.bank.dev.server_ca)?;
        let customer_ca = fs::read_to_string(&scene.bank.dev.customer_ca)?;
        assert!(
            text.contains(server_ca.trim()),
            "the bank's file has the server CA inline"
        );
        fs::write(&path, text.replace(server_ca.trim(), customer_ca.trim()))?;
    }
    let followed = customer.follow(&scene.link()?)?;
    assert_eq!(followed.0.code, Some(15), "{}", followed.0);
    let picked_up = "SELECT COUNT(*) FROM enrolment_requests WHERE picked_up_at IS NOT NULL";
    assert_eq!(Database::embedded(&scene.bank.data())?.count(picked_up)?, 0);
    Ok(())
}
