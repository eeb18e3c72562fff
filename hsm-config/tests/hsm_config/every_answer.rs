//! Every return value of PKCS#11 as the response to a PIN: how many PINs `inkan-hsm` sends.

use inkan_hostile_module::codes;
use inkan_hostile_module::control::Control;
use inkan_hsm_config::Spec;
use inkan_hsm_config::apply::Ceremony;
use inkan_hsm_config::verify::verify;

use crate::environment::{Environment, now, perform};

/// The PIN was not checked; the login counts as successful.
const ALREADY_LOGGED_IN: u64 = 0x100;

/// The same environment behind a module with configurable responses.
fn hostile(environment: &Environment) -> (Control, Spec) {
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &line);
    (control, environment.spec())
}

#[test]
fn every_answer_to_a_pin_is_the_last_one_asked_for() {
    let environment = Environment::new();
    let (control, spec) = hostile(&environment);
    // The PINs have worked in this process.
    perform(&spec);
    for (name, code) in codes::ALL {
        control.forget_pins();
        control.set(&format!("login-answers:{code:#x}"));
        let found = verify(&spec, now(), false, &[]);
        let sent = control.pins();
        println!("{code:#x} {name}: verify: {}", sent.len());
        if code == ALREADY_LOGGED_IN {
            // Two tokens, one PIN each.
            assert_eq!(sent, ["user", "user"], "{name}");
            continue;
        }
        assert_eq!(sent, ["user"], "{name}");
        let error = found.unwrap_err();
        assert!(error.is_pin(), "{name}: {error}");
    }
}

#[test]
fn every_answer_to_the_officers_pin_ends_the_attempts() {
    let environment = Environment::new();
    let (control, _) = hostile(&environment);
    for (n, (name, code)) in codes::ALL.into_iter().enumerate() {
        control.set("");
        let spec = environment.another_with(&format!("-{n}"), &Control::module());
        let mut silent = |_: &_| {};
        let mut ceremony = Ceremony::open(&spec, now(), false, &mut silent).unwrap();
        // The token is made; its user's PIN is next.
        assert!(ceremony.step().unwrap());
        control.forget_pins();
        control.set(&format!("login-answers:{code:#x}"));
        let stopped = ceremony.step();
        let sent = control.pins();
        println!("{code:#x} {name}: officer: {}", sent.len());
        assert_eq!(sent, ["officer"], "{name}");
        assert!(stopped.is_err(), "{name}");
    }
}

#[test]
fn an_unclear_answer_is_reported_and_a_pin_on_its_last_try_is_not_sent() {
    let environment = Environment::new();
    let (control, spec) = hostile(&environment);
    perform(&spec);
    control.set("login-answers:0x5");
    let unclear = verify(&spec, now(), false, &[]).unwrap_err();
    let explained = inkan_hsm_config::catalogue::verify(&unclear);
    assert_eq!(explained.code, "hsm-pin-unclear");
    assert!(
        explained.next.contains("sends the PIN again"),
        "{}",
        explained.next
    );

    control.forget_pins();
    control.set("final-try");
    let withheld = verify(&spec, now(), false, &[]).unwrap_err();
    let explained = inkan_hsm_config::catalogue::verify(&withheld);
    assert_eq!(explained.code, "hsm-pin-withheld");
    assert!(control.pins().is_empty());
}
