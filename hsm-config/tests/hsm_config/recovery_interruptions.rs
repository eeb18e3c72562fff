//! A restore that ends at any point and is run again.

use std::fs;

use inkan_hostile_module::control::Control;
use inkan_hsm_config::transcript::Event;

use crate::archives::Bank;
use crate::record;

const STEP: &str = "token-restore:issuing:1";

/// A backup was made, and the token is lost.
fn lost() -> Bank {
    let bank = Bank::new();
    bank.back_up("issuing", "issuing.age", 0);
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    bank
}

fn finish(bank: &Bank) {
    bank.restore("issuing.age", 0);
    bank.environment.expect(&["verify"], 0);
    let transcript = bank.transcript();
    let lines = transcript.lines().iter();
    let of_step: Vec<_> = lines.filter(|line| line.step == STEP).collect();
    let events: Vec<_> = of_step.iter().map(|line| line.event).collect();
    assert_eq!(events, [Event::Started, Event::Done]);
    let tokens = bank.environment.hsm.token_directory();
    let names = fs::read_dir(tokens).unwrap();
    assert_eq!(names.count(), 2, "no staged copy is left");
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[restore-token-exists]"), "{text}");
}

#[test]
fn killed_while_it_logs_in_it_is_resumed_and_the_token_is_not_put_there_twice() {
    let bank = lost();
    let control = Control::new(bank.environment.hsm.path());
    control.use_in_this_process(&bank.environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    bank.environment.edit("profile = \"softhsm2\"", &line);
    control.set("crash:login");
    let from = bank.archive("issuing.age");
    let identity = bank.keys.identity.as_str();
    let arguments = ["restore", "--from", &from, "--identity", identity, "--yes"];
    let killed = bank.environment.run(&arguments);
    assert_eq!(killed.status.code(), None, "{killed:?}");
    assert!(bank.token("issuing").exists());
    assert_eq!(
        bank.transcript().lines().last().unwrap().event,
        Event::Started
    );
    control.set("");
    finish(&bank);
}

#[test]
fn ended_before_the_token_was_put_there_it_starts_again() {
    let bank = lost();
    let archive = fs::read(bank.archive("issuing.age")).unwrap();
    let digest = inkan_pki::x509::fingerprint::sha256_hex(&archive);
    let path = bank.environment.spec().transcript_path();
    record::announce(&path, STEP, &[("sha256", &digest)]);
    // The staged copy of the run that was killed.
    let staged = bank
        .environment
        .hsm
        .token_directory()
        .join(".inkan-stage-killed");
    fs::create_dir_all(staged.join("tokens/x")).unwrap();
    fs::write(staged.join("tokens/x/token.object"), "half").unwrap();
    finish(&bank);
}

#[test]
fn ended_before_it_was_recorded_it_is_recorded() {
    let bank = lost();
    bank.restore("issuing.age", 0);
    let forgotten = record::forget_last(&bank.environment.spec().transcript_path());
    assert_eq!(
        (forgotten.event, forgotten.step.as_str()),
        (Event::Done, STEP)
    );
    finish(&bank);
}

#[test]
fn ended_while_the_files_were_written_it_writes_the_rest() {
    let bank = lost();
    let certificates = bank.environment.path("certificates");
    let root = fs::read(certificates.join("root-ca.pem")).unwrap();
    fs::remove_dir_all(&certificates).unwrap();
    fs::create_dir(&certificates).unwrap();
    fs::write(certificates.join("root-ca.pem"), root).unwrap();
    finish(&bank);
}

#[test]
fn another_backup_does_not_continue_what_the_first_one_began() {
    let bank = Bank::new();
    bank.back_up("issuing", "first.age", 0);
    bank.back_up("issuing", "issuing.age", 0);
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    bank.restore("first.age", 0);
    record::forget_last(&bank.environment.spec().transcript_path());
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[restore-token-exists]"), "{text}");
    bank.restore("first.age", 0);
}
