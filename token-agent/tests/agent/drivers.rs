//! Token drivers that misbehave: the agent reports what happened, and keeps running.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::driver::HostProgram;
use inkan_agent::error::TokenError;
use inkan_agent::keystore::discovery::TokenProvider;
use inkan_agent::token::local::LocalTokens;

use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer, wait_until};

/// The module that was built beside this test.
fn hostile() -> PathBuf {
    let beside = std::env::current_exe().unwrap();
    let module = beside.with_file_name("libinkan_hostile_module.so");
    assert!(module.is_file(), "{}", module.display());
    module
}

/// What the hostile module reads.
const ITS_OWN: [&str; 4] = [
    "INKAN_HOSTILE_MODULE",
    "INKAN_HOSTILE",
    "INKAN_HOSTILE_PIN",
    "INKAN_HOSTILE_SO",
];

/// The hostile module for `modules.toml`, with these environment variables in addition to its own.
fn entry(more: &[&str]) -> String {
    let environment = [&ITS_OWN[..], more].concat();
    format!(
        "[[module]]\nname = \"bad\"\npath = {:?}\nenvironment = {environment:?}\n",
        hostile()
    )
}

/// Puts the hostile module in front of the customer's own.
pub(super) fn behind_hostile(command: &mut Command, customer: &Customer, behaviour: &str) {
    customer.drivers(&entry(&[]));
    command
        .env("INKAN_HOSTILE_MODULE", customer.module())
        .env("INKAN_HOSTILE", behaviour)
        .env("INKAN_HOSTILE_PIN", &customer.token.pin)
        .env("INKAN_HOSTILE_SO", "70707070");
}

pub(super) fn open(bank: &Bank, customer: &Customer, behaviour: &str, more: &[&str]) -> Run {
    let link = bank.link();
    let args = [
        "open",
        &link,
        "--yes",
        "--pin-env",
        "PIN",
        "--retry-for",
        "0",
    ];
    let mut command = customer.command(&[&args[..], more].concat());
    behind_hostile(&mut command, customer, behaviour);
    finish(command, "")
}

/// Driver processes of this customer that still run.
fn left(customer: &Customer) -> Vec<u32> {
    let mark = customer.hsm.token_directory();
    let mark = mark.parent().unwrap().to_str().unwrap().to_owned();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let command = String::from_utf8_lossy(&read("cmdline")).into_owned();
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        if command.contains("driver-host") && environment.contains(&mark) {
            found.push(pid);
        }
    }
    found
}

#[test]
fn a_driver_that_crashes_anywhere_causes_only_an_error() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    for function in ["tokens", "login", "generate", "sign"] {
        let run = open(&bank, &customer, &format!("crash:{function}"), &[]);
        assert_eq!(
            run.failure(),
            (12, "driver-crashed".to_owned()),
            "{function}"
        );
        assert_eq!(
            bank.state().progress.last().unwrap(),
            "failed:driver-crashed"
        );
    }
    assert!(left(&customer).is_empty());
    // A key that was generated before the crash is reused; there is no second one.
    customer.own_driver();
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-reused".to_owned()), "{run:?}");
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn a_hanging_driver_is_ended_at_its_deadline() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    for function in ["tokens", "login", "generate", "sign"] {
        let behaviour = format!("hang:{function}");
        let run = open(&bank, &customer, &behaviour, &["--driver-timeout", "3"]);
        assert_eq!(
            run.failure(),
            (12, "token-timeout".to_owned()),
            "{function}"
        );
    }
    wait_until("the processes end", || left(&customer).is_empty());
}

#[test]
fn its_process_ends_with_the_agent_even_while_it_hangs() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link();
    let mut command = customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
    behind_hostile(&mut command, &customer, "hang:generate");
    let mut agent = command.spawn().unwrap();
    wait_until("the token is open", || {
        !bank.state().progress.is_empty() && !left(&customer).is_empty()
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
    wait_until("its process ends", || left(&customer).is_empty());
}

#[test]
fn the_output_of_a_driver_is_discarded() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "chatter", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("debug:") && !run.stderr.contains("debug:"));
}

#[test]
fn a_malformed_driver_response_has_its_own_error() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "meddle", &[]);
    assert_eq!(run.failure(), (12, "driver-invalid-response".to_owned()));

    // Programs that are not our driver host.
    let directory = tempfile::tempdir().unwrap();
    let host = |text: &str| {
        let path = directory.path().join("host");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let module = ModuleEntry::at(&customer.module());
        let local = LocalTokens::new(Some(HostProgram(path)), vec![module], false);
        local.find_tokens().usable().unwrap_err()
    };
    let invalid = |e: &TokenError| matches!(e, TokenError::InvalidDriverResponse { .. });
    assert!(invalid(&host("printf 'nonsense'; exec sleep 60")));
    assert!(invalid(&host(
        r"printf '\000\000\000\002{}'; exec sleep 60"
    )));
    assert!(invalid(&host(
        r#"printf '\000\000\000\013{"Ok":"Done"}'; exec sleep 60"#
    )));
    let ended = host("exit 3");
    assert!(
        matches!(&ended, TokenError::DriverCrashed { how, .. } if how.contains('3')),
        "{ended:?}"
    );
    let host = HostProgram(directory.path().join("missing"));
    let modules = vec![ModuleEntry::at(&customer.module())];
    let missing = LocalTokens::new(Some(host), modules, false);
    let missing = missing.find_tokens().usable().unwrap_err();
    assert!(matches!(missing, TokenError::Failed { .. }), "{missing:?}");
}

#[test]
fn a_bad_driver_does_not_hide_the_tokens_of_a_good_one() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.drivers(&format!(
        "{}[[module]]\nname = \"good\"\npath = {:?}\n",
        entry(&[]),
        customer.module()
    ));
    for behaviour in ["crash:tokens", "hang:tokens", "meddle"] {
        let mut command = customer.command(&["list", "--driver-timeout", "3"]);
        command
            .env("INKAN_HOSTILE_MODULE", customer.module())
            .env("INKAN_HOSTILE", behaviour);
        let run = finish(command, "");
        assert_eq!(run.code, 0, "{run:?}");
        let tokens = run.result()["tokens"].clone();
        assert_eq!(tokens.as_array().unwrap().len(), 1, "{behaviour}");
        assert_eq!(tokens[0]["token"]["driver"], "good");
    }
}

#[test]
fn an_extractable_key_is_refused_and_deleted() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "extractable", &[]);
    assert_eq!(run.failure(), (12, "key-extractable".to_owned()));
    assert!(customer.contents().keys.is_empty());
    assert!(bank.state().csrs.is_empty(), "the bank never received it");
}

#[test]
fn an_invalid_signature_is_not_sent() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "short", &[]);
    assert_eq!(run.failure(), (12, "token-failed".to_owned()));
    assert!(bank.state().csrs.is_empty());
    assert!(customer.contents().keys.is_empty(), "its key is of no use");
}

#[test]
fn keys_that_only_the_security_officer_can_generate() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let with = |officer: &str| {
        let link = bank.link();
        let args = [
            "open",
            &link,
            "--yes",
            "--pin-env",
            "PIN",
            "--retry-for",
            "0",
        ];
        let mut command = customer.command(&args);
        behind_hostile(&mut command, &customer, "officer");
        finish(command, officer)
    };
    let run = with("\n");
    assert_eq!(run.failure(), (10, "cancelled".to_owned()));
    assert!(run.stderr.contains("Security officer's PIN"), "{run:?}");
    assert_eq!(with("11111111\n").failure(), (17, "admin-wrong".to_owned()));
    assert!(customer.contents().keys.is_empty());
    let run = with("70707070\n");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        run.stderr.matches("Security officer's PIN").count(),
        1,
        "one prompt"
    );
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn on_a_full_token_the_old_key_is_deleted_last_and_after_explicit_consent() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    let with = |behaviour: &str, answer: &str| {
        let link = bank.link();
        let args = ["open", &link, "--yes", "--pin-env", "PIN"];
        let mut command = customer.command(&args);
        behind_hostile(&mut command, &customer, behaviour);
        finish(command, answer)
    };
    let labels = || -> Vec<String> {
        let keys = customer.contents().keys;
        keys.into_iter().map(|key| key.label).collect()
    };
    let run = with("full:1", "\n");
    assert_eq!(run.failure(), (10, "cancelled".to_owned()));
    assert!(
        run.stderr.contains("another program may be using it"),
        "{run:?}"
    );
    assert_eq!(labels(), ["somebody else's"]);
    let run = with("full:1", "y\n");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(matches!(labels().as_slice(), [one] if one.starts_with("inkan/")));
    // A pair that is in use is never offered for replacement.
    bank.state().issued = None;
    bank.state().active = false;
    assert_eq!(
        with("full:1", "y\n").failure(),
        (11, "token-full".to_owned())
    );
    assert_eq!(customer.contents().keys.len(), 1);
}

#[test]
fn the_pin_at_the_readers_keypad() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link();
    let mut command = customer.command(&["open", &link, "--yes"]);
    behind_hostile(&mut command, &customer, "keypad");
    let run = finish(command, "");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"pin-pad".to_owned()));
    assert!(!run.stderr.contains("PIN of the token"), "{run:?}");
}

#[test]
fn drivers_receive_no_pins_or_proxies_from_variables() {
    const PROXY: &str = "http://user:geheim@127.0.0.1:9";
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = open(&bank, &customer, "spy", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let spied = |listed: &[&str], more: &[&str]| {
        let mut command = customer.command(&[&["list"], more].concat());
        behind_hostile(&mut command, &customer, "spy");
        customer.drivers(&entry(listed));
        for name in [
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "http_proxy",
        ] {
            command.env(name, PROXY);
        }
        let run = finish(command, "");
        run.code != 0 && run.failure() == (12, "driver-crashed".to_owned())
    };
    assert!(!spied(&[], &[]));
    // The spy does see the variables listed for it, except the one from which the agent reads the PIN.
    assert!(spied(&["https_proxy"], &[]));
    assert!(spied(&["PIN"], &[]));
    assert!(!spied(&["PIN"], &["--login", "--pin-env", "PIN"]));
}
