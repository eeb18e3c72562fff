//! Another PIN for a token: recorded, sent once, and refused before it is sent where that is possible.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use inkan_hostile_module::control::Control;
use inkan_hsm_config::catalogue;
use inkan_hsm_config::pin_change::{PinChangeError, change_pin};
use inkan_hsm_config::pin_source::PinSource;
use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::verify;

use crate::environment::{Environment, now, perform};
use crate::terminal::Terminal;

const NEW: &str = "user-31415926";

fn write(environment: &Environment, name: &str, pin: &str) -> PinSource {
    let path = environment.path(name);
    fs::write(&path, pin).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    PinSource::File(path)
}

fn lines(environment: &Environment) -> Vec<(Event, String)> {
    let path = environment.spec().transcript_path();
    let transcript = Transcript::load(&path).unwrap().unwrap();
    assert!(transcript.is_complete());
    let mut lines: Vec<_> = transcript
        .lines()
        .iter()
        .map(|line| (line.event, line.step.clone()))
        .collect();
    lines.retain(|(_, step)| step.starts_with("pin-change:"));
    lines
}

#[test]
fn a_changed_pin_works_is_recorded_and_the_old_one_does_not() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let new = write(&environment, "new.pin", NEW);
    let changed = change_pin(&spec, "root", &new, now(), false).unwrap();
    assert_eq!(changed.step, "pin-change:root:1");
    let old = verify(&spec, now(), false, &[]).unwrap_err();
    assert_eq!(catalogue::verify(&old).code, "hsm-pin-incorrect");

    write(&environment, "root.pin", NEW);
    assert!(verify(&spec, now(), false, &[]).unwrap().is_ok());
    // It is no step of the plan, and the next one has the next number.
    environment.expect(&["apply"], 6);
    let again = write(&environment, "again.pin", "user-27182818");
    change_pin(&spec, "root", &again, now(), false).unwrap();
    let step = |n: u32| format!("pin-change:root:{n}");
    assert_eq!(
        lines(&environment),
        [
            (Event::Started, step(1)),
            (Event::Done, step(1)),
            (Event::Started, step(2)),
            (Event::Done, step(2)),
        ]
    );
    let text = environment.expect(&["record"], 0);
    assert_eq!(text.matches("User PIN changed: root:").count(), 2, "{text}");
    for pin in [NEW, "user-27182818", "user-90417352"] {
        let written = fs::read_to_string(spec.transcript_path()).unwrap();
        assert!(!text.contains(pin) && !written.contains(pin));
    }
}

#[test]
fn what_can_be_refused_is_refused_before_a_pin_is_sent() {
    let environment = Environment::new();
    perform(&environment.spec());
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &line);
    let spec = environment.spec();
    let before = fs::read(spec.transcript_path()).unwrap();
    let refused = |token: &str, new: &PinSource| {
        let error = change_pin(&spec, token, new, now(), false).unwrap_err();
        catalogue::pin_change(&error).code
    };
    let good = write(&environment, "new.pin", NEW);
    assert_eq!(refused("safe", &good), "pin-change-unknown-token");
    assert_eq!(refused("root", &PinSource::Prompt), "pin-no-terminal");
    let same = write(&environment, "same.pin", "user-90417352");
    assert_eq!(refused("root", &same), "pin-change-same");
    let short = write(&environment, "short.pin", "123");
    assert_eq!(refused("root", &short), "pin-change-length");
    control.set("keypad");
    assert_eq!(refused("root", &good), "pin-change-pin-pad");
    control.set("final-try");
    assert_eq!(refused("root", &good), "hsm-pin-withheld");
    assert_eq!(control.pins(), [""; 0], "no PIN was sent");
    assert_eq!(fs::read(spec.transcript_path()).unwrap(), before);
}

#[test]
fn a_refused_old_pin_is_sent_once_and_an_unclear_answer_is_said_to_be_one() {
    let environment = Environment::new();
    perform(&environment.spec());
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &line);
    let spec = environment.spec();
    let new = write(&environment, "new.pin", NEW);
    for (answer, code, reason) in [
        ("login-answers:0xa0", "hsm-pin-incorrect", "refused"),
        ("login-answers:0x5", "pin-change-unclear", "unclear"),
    ] {
        control.forget_pins();
        control.set(answer);
        let error = change_pin(&spec, "root", &new, now(), false).unwrap_err();
        assert_eq!(catalogue::pin_change(&error).code, code, "{error:?}");
        assert!(error.is_pin());
        assert_eq!(control.pins(), ["change"], "sent once");
        let transcript = Transcript::load(&spec.transcript_path()).unwrap().unwrap();
        let last = transcript.lines().last().unwrap();
        assert_eq!(last.event, Event::Failed);
        assert_eq!(last.details["reason"], reason);
    }
    control.set("");
    assert!(
        verify(&spec, now(), false, &[]).unwrap().is_ok(),
        "the old PIN is valid"
    );
}

#[test]
fn nothing_is_changed_before_the_ceremony_is_complete() {
    let environment = Environment::new();
    let new = write(&environment, "new.pin", NEW);
    let early = change_pin(&environment.spec(), "root", &new, now(), false);
    assert!(matches!(early, Err(PinChangeError::Apply(_))), "{early:?}");
    let text = environment.expect(&["pin", "change", "--token", "root", "--new", NEW], 2);
    assert!(!text.contains(NEW), "{text}");
}

#[test]
fn the_new_pin_is_entered_twice_at_a_terminal() {
    let environment = Environment::new();
    perform(&environment.spec());
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_inkan-hsm")), |command| {
        command
            .args(["pin", "change", "--token", "issuing", "--spec"])
            .arg(environment.path("hsm.toml"))
            .envs(environment.hsm.env());
    });
    terminal.expect("New PIN of token \"issuing\": ");
    terminal.enter_unseen(NEW);
    terminal.expect("New PIN of token \"issuing\", again: ");
    terminal.enter_unseen(NEW);
    let (screen, status) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(
        screen.contains("then send SIGHUP to each server") && !screen.contains(NEW),
        "{screen}"
    );
    write(&environment, "issuing.pin", NEW);
    environment.expect(&["verify"], 0);
}
