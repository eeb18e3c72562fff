//! The screens in Chromium, with the customer's key on a token.

use std::fs;
use std::time::Duration;

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::chromium::Stage;
use inkan_tests::desks::Desk;
use inkan_tests::screens::{counter, customer};
use jiff::Timestamp;

/// A test environment in which データ花子 has already registered with another browser.
fn registered() -> Outcome<Stage> {
    let stage = Stage::open()?;
    let dev = &stage.bank.dev;
    let browser = Browser::new(&dev.server_ca)?;
    customer::register(&browser, dev, &dev.demo, &stage.person)?;
    counter::approve_waiting(dev, &dev.demo.account)?;
    Ok(stage)
}

/// Every screen in one language; those of the certificate's last 40 days, and of its renewal, after the clock has been
/// moved.
fn every_screen(language: &str) -> Outcome {
    let mut stage = Stage::open()?;
    stage.play("screens.js", &[language])?;
    let later = Timestamp::now() + Duration::from_secs(335 * 24 * 3600);
    stage.bank.restart_at(later)?;
    stage.play("notice.js", &[language, &later.to_string()])
}

/// Every screen of the console in one language, on the way from an application to a re-issue.
fn every_screen_of_the_console(language: &str) -> Outcome {
    let mut stage = Stage::open()?;
    let staff = ["teller", "teller-2", "approver", "security-officer"];
    let desks: Vec<Desk> = staff
        .iter()
        .map(|name| Desk::of(&stage.bank.dev, name))
        .collect::<Outcome<_>>()?;
    stage.play_with(&desks, "staff.js", &[language])?;
    // The same bank, where a re-issue waits.
    let config = fs::read_to_string(&stage.bank.dev.config)?;
    let waiting = config.replace("reissue_wait_hours = 0", "reissue_wait_hours = 24");
    assert_ne!(config, waiting);
    fs::write(&stage.bank.dev.config, waiting)?;
    stage.bank.restart()?;
    stage.play_with(&desks, "staff-everyday.js", &[language])
}

/// The contract's own administrator and a colleague, each with a token, and every screen of theirs in one language.
fn every_screen_of_a_company(language: &str) -> Outcome {
    let stage = Stage::open()?;
    let dev = &stage.bank.dev;
    let desks = [
        Desk::of(dev, "teller")?,
        Desk::of(dev, "approver")?,
        Desk::of_customer(dev, "jiro")?,
    ];
    stage.play_with(&desks, "company.js", &[language])
}

#[test]
fn every_screen_of_a_company_whose_administrator_unlocks_and_revokes_a_colleague() -> Outcome {
    every_screen_of_a_company("ja")
}

#[test]
fn every_screen_of_a_company_is_accessible_in_english() -> Outcome {
    every_screen_of_a_company("en")
}

#[test]
fn every_screen_of_the_console_with_two_tokens_from_application_to_reissue() -> Outcome {
    every_screen_of_the_console("ja")
}

#[test]
fn every_screen_of_the_console_is_accessible_in_english() -> Outcome {
    every_screen_of_the_console("en")
}

/// Two officers authorise a new member of staff, who gets the certificate onto their own token with the agent, opens
/// the console with it, and renews it in its last 40 days. Then one officer revokes it.
#[test]
fn a_new_member_of_staff_gets_a_certificate_with_the_agent_and_renews_it() -> Outcome {
    // Chromium presents no certificate that begins after the computer's own time, so the certificate to be renewed is
    // issued in the past.
    let then = Timestamp::now() - Duration::from_secs(335 * 24 * 3600);
    let mut stage = Stage::at(Bank::open_at(then)?)?;
    let mut desks = vec![
        Desk::of(&stage.bank.dev, "security-officer")?,
        Desk::of(&stage.bank.dev, "security-officer-2")?,
    ];
    desks.push(Desk::of_newcomer(&stage.bank.dev, "newcomer")?);
    stage.play_with(&desks, "newcomer.js", &["ja", &then.to_string()])?;
    stage.bank.restart()?;
    stage.play_with(&desks, "staff-renewal.js", &["ja"])
}

#[test]
fn a_new_customer_goes_from_the_first_screen_to_the_top_page() -> Outcome {
    Stage::open()?.play("journey.js", &[])
}

#[test]
fn a_user_with_a_login_id_starts_at_the_request_for_a_certificate() -> Outcome {
    registered()?.play("returning.js", &[])
}

#[test]
fn in_a_window_the_page_calls_the_agent_and_the_browser_asks_for_the_pin() -> Outcome {
    registered()?.play_in_window("window.js")
}

#[test]
fn the_whole_way_by_keyboard_alone() -> Outcome {
    Stage::open()?.play("keyboard.js", &[])
}

#[test]
fn passwords_are_entered_with_the_keyboard_on_the_screen() -> Outcome {
    registered()?.play("screen-keyboard.js", &[])
}

#[test]
fn every_screen_is_accessible_in_japanese() -> Outcome {
    every_screen("ja")
}

#[test]
fn every_screen_is_accessible_in_english() -> Outcome {
    every_screen("en")
}

#[test]
fn a_login_with_the_agent_ends_in_the_browser_that_asked_and_in_no_other() -> Outcome {
    registered()?.play("agent-login.js", &[])
}

#[test]
fn back_reload_double_clicks_and_two_tabs_do_no_harm() -> Outcome {
    Stage::open()?.play("disorder.js", &[])
}
