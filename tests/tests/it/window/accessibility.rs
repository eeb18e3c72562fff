//! What a screen reader receives, and what it never does.

use inkan_tests::Outcome;
use inkan_tests::desktop::Desktop;

use super::Sample;

const PROGRAM: &str = "inkan-window-states";
/// Digits that occur nowhere else in the window.
const PIN: &str = "90817263";

#[test]
fn a_pin_is_told_to_nobody() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let pin = Sample::show(&desktop, "pin", "en")?;
    desktop.type_text(PIN)?;
    let tree = desktop.accessibility_tree(PROGRAM, |tree| tree.find("entry", "PIN").is_some())?;
    let field = tree.find("entry", "PIN").ok_or("no field")?;
    assert!(field.focused, "{field:?}");
    assert!(field.description.contains("3 tries left"), "{field:?}");
    for text in tree.texts() {
        for end in 3..=PIN.len() {
            assert!(!text.contains(&PIN[end - 3..end]), "{text:?}");
        }
    }
    drop(tree);
    desktop.key("Return")?;
    pin.expect(&["1 secrets [8]"])
}

#[test]
fn the_comparison_code_is_spelt_out_and_the_buttons_are_named() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let _consent = Sample::show(&desktop, "consent", "en")?;
    let tree = desktop.accessibility_tree(PROGRAM, |tree| {
        tree.find("push button", "They match").is_some()
    })?;
    let texts = tree.texts();
    assert!(
        texts.contains(&"Comparison code: K 7 Q M - 2 X P D"),
        "{texts:?}"
    );
    assert!(texts.contains(&"Login ID: hanakodt"), "{texts:?}");
    assert!(tree.find("push button", "Cancel").is_some(), "{texts:?}");
    Ok(())
}

#[test]
fn the_chosen_token_is_named() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let _choose = Sample::show(&desktop, "choose", "en")?;
    desktop.key("Down")?;
    desktop.accessibility_tree(PROGRAM, |tree| {
        let texts = tree.texts();
        texts
            .iter()
            .any(|t| t.starts_with("Chosen token: OOZORA, No. a1b2"))
    })?;
    Ok(())
}

#[test]
fn the_buttons_of_a_list_name_their_entry() -> Outcome {
    let desktop = Desktop::open()?;
    desktop.enable_accessibility()?;
    let _home = Sample::show(&desktop, "home", "ja")?;
    let tree = desktop.accessibility_tree(PROGRAM, |tree| {
        tree.find("push button", "PIN を変更（トークン YubiKey 5）")
            .is_some()
    })?;
    let delete = "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt を削除する";
    assert!(tree.find("push button", delete).is_some());
    Ok(())
}
