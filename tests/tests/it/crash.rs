//! `kill -9` at every step of an issue, then a restart: exactly one certificate is left, and the agent continues.

use inkan_server::services::step::Step;
use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::screens::customer;

use crate::scene::Scene;

/// A test for each step, so that they run in parallel.
macro_rules! kills {
    ($($name:ident: $step:ident),+ $(,)?) => {
        $(
            #[test]
            fn $name() -> Outcome {
                die_at(Step::$step).map_err(|e| format!("dying at {}: {e}", Step::$step).into())
            }
        )+

        const KILLED: &[Step] = &[$(Step::$step),+];
    };
}

kills! {
    one_certificate_is_left_of_a_request_picked_up: PickedUp,
    one_certificate_is_left_of_a_csr_received: CsrReceived,
    one_certificate_is_left_of_an_intent_recorded: IntentRecorded,
    one_certificate_is_left_of_a_signature: Signed,
    one_certificate_is_left_of_a_certificate_stored: Stored,
    one_certificate_is_left_of_an_activation_asked_for: ActivationAsked,
    one_certificate_is_left_of_an_activation: Activated,
}

#[test]
fn the_bank_dies_at_every_step() {
    for step in Step::ALL {
        // Giving an issue up is no part of one: `server/src/services/enrolment/tests/giving_up.rs` dies there.
        assert!(
            KILLED.contains(&step) || step == Step::GivenUp,
            "not at {step}"
        );
    }
}

fn die_at(step: Step) -> Outcome {
    let scene = Scene::open()?;
    let agent_at = scene.customer("OOZORA")?;
    let Scene {
        mut bank, person, ..
    } = scene;
    bank.restart_with(&["--crash-at", step.as_str()])?;
    let browser = Browser::new(&bank.dev.server_ca)?;
    let confirm = customer::identify(
        &browser,
        &bank.dev,
        &person.login_id,
        &person.login_password,
    )?;
    let link = customer::agent_link(&customer::press_issue(&browser, &confirm)?)?;

    // The bank dies while the agent is at work.
    let mut agent = agent_at.following(&link);
    agent.args(["--retry-for", "2"]);
    let first = inkan_tests::customer::Followed(inkan_tests::programs::run(&mut agent)?);
    let status = bank.wait_for_end()?;
    assert!(
        !status.success(),
        "{step}: the bank ended by a signal or an error, not by itself: {status}"
    );

    bank.restart()?;
    let records = Database::embedded(&bank.data())?.customer_certificates()?;
    assert!(records.len() <= 1, "{step}: {records:?}");
    assert!(
        records.iter().all(|r| r.state != "intent"),
        "{step}: no intent is left open after a start: {records:?}"
    );

    // The customer starts again at the page; an issue that was begun continues with the same key.
    agent_at.install_bank(&bank.dev.bank_config)?;
    if !first.0.well() {
        let browser = Browser::new(&bank.dev.server_ca)?;
        let page = customer::identify(
            &browser,
            &bank.dev,
            &person.login_id,
            &person.login_password,
        )?;
        if step == Step::Activated {
            // It was active before the response was lost: nothing is issued again.
            assert!(
                agent_at.verify("dev")?.well(),
                "{step}: the bank takes the certificate on the token"
            );
        } else {
            let page = customer::press_issue(&browser, &page.must_show("BSMS002")?)?;
            agent_at
                .follow(&customer::agent_link(&page)?)?
                .result()
                .map_err(|e| format!("{e}\nfirst: {}", first.0))?;
        }
    }
    let records = Database::embedded(&bank.data())?.customer_certificates()?;
    assert_eq!(records.len(), 1, "{step}: {records:?}");
    assert_eq!(records[0].state, "active", "{step}");

    // And it is the one on the token.
    let listed = agent_at.list()?.to_string();
    assert_eq!(
        listed.matches("ANSER SERVICE hanakodt").count(),
        1,
        "{step}: {listed}"
    );
    assert!(listed.contains(&records[0].serial), "{step}: {listed}");
    assert!(agent_at.verify("dev")?.well(), "{step}");
    Ok(())
}
