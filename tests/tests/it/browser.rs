//! The screens in Chromium, with the customer's key on a token.

use std::time::Duration;

use inkan_tests::Outcome;
use inkan_tests::browser::Browser;
use inkan_tests::chromium::Stage;
use inkan_tests::desks::Desk;
use inkan_tests::screens::customer;
use jiff::Timestamp;

/// A stage on which データ花子 has registered already, with another browser.
fn registered() -> Outcome<Stage> {
    let stage = Stage::open()?;
    let dev = &stage.bank.dev;
    let browser = Browser::new(&dev.server_ca)?;
    customer::register(&browser, dev, &dev.demo, &stage.person)?;
    Ok(stage)
}

/// Every screen in one language; those of the certificate's last 40 days after a jump in time.
fn every_screen(language: &str) -> Outcome {
    let mut stage = Stage::open()?;
    stage.play("screens.js", &[language])?;
    let later = Timestamp::now() + Duration::from_secs(335 * 24 * 3600);
    stage.bank.restart_at(later)?;
    stage.play("notice.js", &[language])
}

/// Every screen of the console in one language, on the way from an application to a re-issue.
fn every_screen_of_the_console(language: &str) -> Outcome {
    let stage = Stage::open()?;
    let staff = ["teller", "approver", "security-officer"];
    let desks: Vec<Desk> = staff
        .iter()
        .map(|name| Desk::of(&stage.bank.dev, name))
        .collect::<Outcome<_>>()?;
    stage.play_with(&desks, "staff.js", &[language])
}

#[test]
fn every_screen_of_the_console_with_two_tokens_from_application_to_reissue() -> Outcome {
    every_screen_of_the_console("ja")
}

#[test]
fn every_screen_of_the_console_is_accessible_in_english() -> Outcome {
    every_screen_of_the_console("en")
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
