//! Changes of shares that are interrupted: killed at any point, an unclear answer.

use crate::share_officers::{PageDirectory, command, make, start, until, with_lines};
use crate::share_sets::{CREATE, OLD_PIN, SHARED, behind_a_module, officers, ready, verify};

pub(crate) const RESUME: [&str; 4] = ["shares", "resume", "--token", "issuing"];

#[test]
fn killed_before_the_token_is_told_the_pin_from_before_is_in_force() {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    let directory = pages.path().to_str().unwrap();
    let mut arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    arguments.extend(["--pages", directory]);
    // kill -9 while the first officer is asked.
    let mut child = start(command(&environment, &arguments));
    until(&mut child, "of your page: ");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        environment
            .path("certificates/issuing.shares.json.pending")
            .exists()
    );
    environment.expect(&["verify"], 0);
    let text = make(&environment, &arguments[..10], "", &PageDirectory::new()).expect(7);
    assert!(text.contains("share-pending"), "{text}");

    // The new pages: one try, which the token refuses, and the pending set is gone.
    control.forget_pins();
    let text = with_lines(&environment, &RESUME, &(pages.line(1) + &pages.line(2))).expect(0);
    assert!(text.contains("had not been made"), "{text}");
    assert_eq!(control.pins(), ["user"]);
    let text = with_lines(&environment, &RESUME, "").expect(7);
    assert!(text.contains("share-nothing-pending"), "{text}");
    environment.expect(&["verify"], 0);
}

/// Killed where `word` says; then one login with the new shares or the PIN from before, and what is told.
fn killed(word: &str, with: &str, (code, told): (i32, &str)) {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    control.set(word);
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    let ended = make(&environment, &arguments, "", &pages);
    assert_eq!(ended.code, None, "it was killed: {}", ended.text);
    control.set("");
    control.forget_pins();
    let lines = pages.line(2) + &pages.line(1);
    let arguments = [&RESUME[..], &["--with", with]].concat();
    let entered = if with == "new" { lines.as_str() } else { "" };
    let text = with_lines(&environment, &arguments, entered).expect(code);
    assert!(text.contains(told), "{text}");
    assert_eq!(control.pins(), ["user"]);
    if code != 0 {
        with_lines(&environment, &RESUME, &lines).expect(0);
    }
    // The PIN that is in force opens the token, with the same keys.
    if word == "crash:changed" {
        environment.edit(OLD_PIN, SHARED);
    }
    verify(&environment, &lines).expect(0);
}

#[test]
fn killed_before_the_change_the_new_shares_show_it() {
    killed("crash:change", "new", (0, "had not been made"));
}

#[test]
fn killed_before_the_change_the_pin_from_before_shows_it() {
    killed("crash:change", "old", (0, "had not been made"));
}

#[test]
fn killed_after_the_change_the_new_shares_are_put_in_force() {
    killed("crash:changed", "new", (0, "had been made"));
}

#[test]
fn killed_after_the_change_the_pin_from_before_is_refused_and_both_sets_stay() {
    killed("crash:changed", "old", (5, "share-old-pin-refused"));
}

#[test]
fn an_unclear_answer_to_the_change_keeps_both_sets() {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    control.set("fails:change");
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    let text = make(&environment, &arguments, "", &pages).expect(5);
    assert!(text.contains("share-unclear"), "{text}");
    assert_eq!(
        control.pins().iter().filter(|pin| *pin == "change").count(),
        1
    );
    control.set("");
    let text = with_lines(&environment, &RESUME, &(pages.line(1) + &pages.line(2))).expect(0);
    assert!(text.contains("had been made"), "{text}");
}
