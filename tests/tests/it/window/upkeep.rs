//! Tokens and certificates in the window: added and removed as readers report; a PIN is changed.

use std::process::{Child, Stdio};

use inkan_tests::Outcome;
use inkan_tests::customer::Customer;
use inkan_tests::desktop::accessibility::Node;
use inkan_tests::desktop::{Desktop, end};
use inkan_tests::programs;
use inkan_virtual_card::{Card, Model, PIN, Readers};

const PROGRAM: &str = "inkan-agent-window";

struct Window(Child);

impl Drop for Window {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn has_text(tree: &Node, text: &str) -> bool {
    tree.texts().iter().any(|t| t.contains(text))
}

/// From "Refresh" over the band to the first token's first button.
fn reach_first_button(desktop: &Desktop) -> Outcome {
    for _ in 0..3 {
        desktop.key("Tab")?;
    }
    desktop.key("space")
}

#[test]
fn a_pin_is_changed_in_one_form_and_a_wrong_one_is_retyped_in_it() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let customer = Customer::with_token("OOZORA")?;
    let mut command = desktop.command(programs::built(PROGRAM)?);
    command
        .envs(customer.hsm.env())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .args(["--lang", "en", "--config-dir"])
        .arg(customer.config());
    let _window = Window(command.spawn()?);

    let old = customer.token.pin.clone();
    let new = "87654321";
    desktop.wait_for_window("Tokens and certificates")?;
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "Change PIN (token OOZORA)"))?;
    reach_first_button(&desktop)?;
    desktop.wait_for_window("Change the PIN")?;
    for present in ["00000000", old.as_str()] {
        for typed in [present, new, new] {
            desktop.type_text(typed)?;
            desktop.key("Tab")?;
        }
        desktop.key("shift+Tab")?;
        desktop.key("Return")?;
        if present != old {
            desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "The PIN is incorrect."))?;
        }
    }
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "The PIN was changed."))?;
    customer.mistype_pin(new)?;
    customer.list()?;
    Ok(())
}

#[test]
fn a_card_appears_when_inserted_and_disappears_when_removed() -> Outcome {
    let readers = Readers::start();
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let config = desktop.home().join(".config/inkan");
    std::fs::create_dir_all(&config)?;
    std::fs::write(config.join("modules.toml"), "module = []\n")?;
    let mut command = desktop.command(programs::built(PROGRAM)?);
    command
        .args(["--lang", "en"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _window = Window(command.spawn()?);
    desktop.wait_for_window("Tokens and certificates")?;
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "No token"))?;

    let mut card = Card::inserted(Model::Yubico, &readers.first());
    desktop.accessibility_tree(PROGRAM, |tree| {
        has_text(tree, "This token has no certificates.")
    })?;
    card.pull();
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "No token"))?;

    // It is inserted again while no page requests its PIN, and is unblocked with the PUK.
    card.insert(&readers.second());
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "Unblock (token"))?;
    for _ in 0..4 {
        desktop.key("Tab")?;
    }
    desktop.key("space")?;
    desktop.wait_for_window("Unblock the PIN")?;
    for typed in [inkan_virtual_card::PUK, PIN, PIN] {
        desktop.type_text(typed)?;
        desktop.key("Tab")?;
    }
    desktop.key("shift+Tab")?;
    desktop.key("Return")?;
    desktop.accessibility_tree(PROGRAM, |tree| has_text(tree, "The token was unblocked"))?;
    Ok(())
}
