//! Tab, arrows, Enter, Escape, and closing the window.

use inkan_tests::Outcome;
use inkan_tests::desktop::{Desktop, wait_for};

use super::Sample;

/// The orange ring around the focused element.
const RING: [u8; 3] = [0xc0, 0x5a, 0x00];

/// The consent buttons once they are enabled; before that they are paler.
const AGREE: [u8; 3] = [0x0f, 0x5c, 0x4d];
const DESTROY: [u8; 3] = [0xa3, 0x16, 0x1a];
/// More pixels than anything but a button's background has.
const GROUND: usize = 1500;

/// Waits until the guarded button of this colour is enabled.
fn wait_for_guard(desktop: &Desktop, sample: &Sample, awake: [u8; 3]) -> Outcome {
    desktop.park_pointer()?;
    wait_for("the button to wake up", || {
        let screenshot = desktop.screenshot(&sample.window).ok()?;
        (screenshot.count_of(awake) > GROUND).then_some(())
    })
}

#[test]
fn enter_consents_once_the_question_has_been_visible_for_a_moment() -> Outcome {
    let desktop = Desktop::open()?;
    let consent = Sample::show(&desktop, "consent", "en")?;
    wait_for_guard(&desktop, &consent, AGREE)?;
    desktop.key("Return")?;
    consent.expect(&["1 Yes"])
}

#[test]
fn escape_cancels_every_question_and_closing_the_window_does_so_too() -> Outcome {
    let desktop = Desktop::open()?;
    for name in [
        "consent",
        "choose",
        "pin",
        "change-pin",
        "delete",
        "progress-key",
        "home",
    ] {
        let sample = Sample::show(&desktop, name, "en")?;
        desktop.key("Escape")?;
        sample.expect(&["1 Cancel"])?;
        drop(sample);
        let sample = Sample::show(&desktop, name, "en")?;
        desktop.key("alt+F4")?;
        sample.expect(&["close"])?;
    }
    Ok(())
}

#[test]
fn during_an_operation_enter_presses_nothing() -> Outcome {
    let desktop = Desktop::open()?;
    let progress = Sample::show(&desktop, "progress-key", "en")?;
    for key in ["Return", "space", "Return"] {
        desktop.key(key)?;
    }
    desktop.key("Escape")?;
    progress.expect(&["1 Cancel"])
}

#[test]
fn enter_does_not_trigger_an_irreversible_action() -> Outcome {
    let desktop = Desktop::open()?;
    let delete = Sample::show(&desktop, "delete", "en")?;
    wait_for_guard(&desktop, &delete, DESTROY)?;
    desktop.key("Return")?;
    delete.expect(&["1 Cancel"])?;
    drop(delete);
    let delete = Sample::show(&desktop, "delete", "en")?;
    wait_for_guard(&desktop, &delete, DESTROY)?;
    desktop.key("Tab")?;
    desktop.key("space")?;
    delete.expect(&["1 Yes"])
}

#[test]
fn a_pin_is_typed_corrected_and_sent_with_enter() -> Outcome {
    let desktop = Desktop::open()?;
    let pin = Sample::show(&desktop, "pin", "en")?;
    desktop.key("Return")?;
    desktop.type_text("12345679")?;
    desktop.key("BackSpace")?;
    desktop.key("F5")?;
    desktop.key("ctrl+v")?;
    desktop.key("Return")?;
    pin.expect(&["1 secrets [7]"])
}

#[test]
fn tab_moves_from_field_to_field_and_all_must_be_filled_in() -> Outcome {
    let desktop = Desktop::open()?;
    let change = Sample::show(&desktop, "change-pin", "en")?;
    desktop.type_text("123456")?;
    desktop.key("Return")?;
    desktop.key("Tab")?;
    desktop.type_text("7654321")?;
    desktop.key("Return")?;
    desktop.key("Tab")?;
    desktop.type_text("76543210")?;
    desktop.key("shift+Tab")?;
    desktop.key("BackSpace")?;
    desktop.key("Return")?;
    change.expect(&["1 secrets [6, 6, 8]"])
}

#[test]
fn arrows_choose_a_token() -> Outcome {
    let desktop = Desktop::open()?;
    let choose = Sample::show(&desktop, "choose", "en")?;
    for key in ["Down", "Down", "Down", "Up", "Return"] {
        desktop.key(key)?;
    }
    choose.expect(&["1 Token(1)"])
}

#[test]
fn every_button_of_the_list_is_reached_by_tab_and_shows_the_focus() -> Outcome {
    let desktop = Desktop::open()?;
    let home = Sample::show(&desktop, "home", "en")?;
    // From "Refresh" round to the band: language, about, then the first token's buttons.
    let mut expected = Vec::new();
    let actions = [
        "1 ChangePin(0)",
        "1 Unblock(0)",
        "1 Delete(0, 0)",
        "1 Delete(0, 1)",
        "1 Delete(0, 2)",
        "1 Delete(0, 3)",
        "1 Delete(0, 4)",
        "1 ChangePin(1)",
        "1 Unblock(1)",
        "1 ChangePin(2)",
        "1 Unblock(2)",
    ];
    desktop.key("Tab")?;
    desktop.key("Tab")?;
    for action in actions {
        desktop.key("Tab")?;
        wait_for(&format!("the ring around {action}"), || {
            let screenshot = desktop.screenshot(&home.window).ok()?;
            screenshot.has(RING).then_some(())
        })?;
        desktop.key("space")?;
        expected.push(action);
        home.expect(&expected)?;
    }
    Ok(())
}

#[test]
fn the_language_changes_under_the_same_question() -> Outcome {
    let desktop = Desktop::open()?;
    let pin = Sample::show(&desktop, "pin", "en")?;
    desktop.type_text("1234")?;
    desktop.wait_for_window("Enter the PIN")?;
    // From the field to Cancel (the submit button is a stop even while it is disabled), then to the band.
    for _ in 0..3 {
        desktop.key("Tab")?;
    }
    desktop.key("space")?;
    desktop.wait_for_window("PIN ")?;
    // The field has the focus again, and what was typed.
    desktop.type_text("56")?;
    desktop.key("Return")?;
    pin.expect(&["1 secrets [6]"])
}
