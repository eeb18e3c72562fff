//! The self-test: on a token with a PIN, on a card, with faults, and what its report must not contain.

use std::fs;
use std::process::Command;

use inkan_virtual_card::{Card, MANAGEMENT_KEY, Model, PIN, Readers};
use serde_json::Value;

use super::drivers::behind_hostile;
use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer};

const NAMED: [&str; 5] = ["self-test", "--token", "Hanako", "--pin-env", "PIN"];

/// The results of a check, in the order of its subjects.
fn results(run: &Run, check: &str) -> Vec<(String, String)> {
    let result = run.result();
    let checks = result["checks"].as_array().unwrap();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    checks
        .iter()
        .filter(|c| c["check"] == check)
        .map(|c| (text(c, "result"), text(c, "code")))
        .collect()
}

fn of(result: &str, code: &str) -> (String, String) {
    (result.to_owned(), code.to_owned())
}

#[test]
fn a_key_of_each_type_lives_on_the_named_token_and_nothing_is_left() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    // Left by a self-test that was interrupted.
    customer.foreign_key("inkan self-test/0123");
    let run = customer.run(&NAMED);
    let ok = of("ok", "");
    let both = vec![ok.clone(), ok.clone()];
    for check in ["key-store", "tls-1.2", "tls-1.3"] {
        assert_eq!(results(&run, check), both, "{check}: {run:?}");
    }
    for check in [
        "system",
        "directory",
        "bank-files",
        "clock",
        "proxy",
        "instance",
    ] {
        assert_eq!(
            results(&run, check),
            std::slice::from_ref(&ok),
            "{check}: {run:?}"
        );
    }
    let contents = customer.contents();
    let labels: Vec<&str> = contents.keys.iter().map(|k| k.label.as_str()).collect();
    assert_eq!(labels, ["somebody else's"]);
    assert!(contents.certificates.is_empty());
    assert!(bank.state().csrs.is_empty());

    let result = run.result();
    assert_eq!(result["schema"], 1);
    let failed = result["failed"].as_u64().unwrap();
    let (exit, code) = if failed > 0 {
        (18, "self-test-failed")
    } else {
        (0, "self-test-ok")
    };
    assert_eq!((run.code, &result["code"]), (exit, &code.into()));
    assert_eq!(result["exit"], exit);
    assert_eq!(result["ok"], failed == 0);
    let shown = run
        .lines()
        .iter()
        .filter(|l| l["event"] == "checked")
        .count();
    assert_eq!(shown, result["checks"].as_array().unwrap().len());
}

#[test]
fn without_a_name_a_token_with_a_pin_is_left_alone() {
    let customer = Customer::of(&Bank::start());
    let run = customer.run(&["self-test"]);
    assert_eq!(
        results(&run, "key-store"),
        [of("not-possible", "pin-needed")]
    );
    assert_eq!(
        results(&run, "store-links"),
        [of("not-possible", "store-none-open")]
    );
    assert!(results(&run, "tls-1.3").is_empty());
    let next = run.result()["next"].as_str().unwrap().to_owned();
    assert!(
        run.code == 18 || next.contains("no key was tested"),
        "{next}"
    );
    let wrong = customer.run(&["self-test", "--token", "Taro", "--pin-env", "PIN"]);
    assert_eq!(wrong.failure(), (7, "token-not-found".to_owned()));
}

#[test]
fn faults_of_the_configuration_are_found_and_the_other_checks_continue() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let banks = customer.config.path().join("banks");
    fs::write(banks.join("broken.toml"), "id = 7").unwrap();
    customer.drivers("[[module]]\nname = \"x\"\npath = \"/nowhere/libx.so\"\n");
    let now = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10)).to_string();
    let run = customer.run(&["self-test", "--now", &now]);
    assert_eq!(run.code, 18, "{run:?}");
    assert_eq!(
        results(&run, "bank-files"),
        [of("failed", "bank-files-invalid")]
    );
    assert_eq!(results(&run, "drivers"), [of("failed", "driver-failed")]);
    assert_eq!(results(&run, "clock"), [of("failed", "clock-wrong")]);
    assert_eq!(
        results(&run, "key-store"),
        [of("not-possible", "token-none")]
    );
    customer.drivers("[[module]]\nname = 7\n");
    let run = customer.run(&["self-test"]);
    assert_eq!(results(&run, "drivers"), [of("failed", "file-field")]);
    assert_eq!(results(&run, "instance"), [of("ok", "")]);
}

#[test]
fn an_rsa_key_without_pss_is_reported_as_such() {
    let customer = Customer::of(&Bank::start());
    let mut command = customer.command(&NAMED);
    behind_hostile(
        &mut command,
        &customer,
        "lacks:pss lacks:hashed-pss lacks:block",
    );
    let run = finish(command, "");
    let ok = of("ok", "");
    assert_eq!(
        results(&run, "key-store"),
        [ok.clone(), ok.clone()],
        "{run:?}"
    );
    assert_eq!(results(&run, "tls-1.2"), [ok.clone(), ok.clone()]);
    let no_pss = of("not-possible", "token-no-pss");
    assert_eq!(results(&run, "tls-1.3"), [ok, no_pss]);
    assert!(customer.contents().keys.is_empty());
}

#[test]
fn a_key_on_a_card_lives_in_a_free_slot_and_is_gone_afterwards() {
    on_a_card(Model::Yubico);
}

#[test]
fn a_key_on_a_card_without_a_command_for_deleting_is_gone_afterwards() {
    on_a_card(Model::Plain);
}

fn on_a_card(model: Model) {
    let readers = Readers::start();
    let _card = Card::inserted(model, &readers.first());
    let customer = Customer::of(&Bank::start());
    fs::write(customer.config.path().join("modules.toml"), "").unwrap();
    let listed = customer.run(&["list"]).result();
    let serial = listed["tokens"][0]["token"]["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut command = customer.command(&["self-test", "--token", &serial, "--pin-env", "PIN"]);
    command.env("PIN", PIN);
    let run = finish(command, &format!("{}\n", hex::encode(MANAGEMENT_KEY)));
    let ok = of("ok", "");
    for check in ["key-store", "tls-1.2", "tls-1.3"] {
        assert_eq!(
            results(&run, check),
            [ok.clone(), ok.clone()],
            "{check}: {run:?}"
        );
    }
    assert_eq!(results(&run, "readers"), [ok]);
    assert!(!run.stdout.contains(&serial), "{run:?}");
    let mut list = customer.command(&["list", "--login", "--pin-env", "PIN"]);
    list.env("PIN", PIN);
    let left = finish(list, "").result()["tokens"][0]["entries"].clone();
    let left = left.as_array().unwrap();
    assert!(
        left.iter().all(|entry| entry["serial"].is_null()),
        "{left:?}"
    );
}

/// Everything that names user, computer, bank or token.
fn with_private_names(command: &mut Command, home: &std::path::Path) {
    command
        .env("USER", "hanako.yamada")
        .env("USERNAME", "hanako.yamada")
        .env("COMPUTERNAME", "KEIRI-PC07")
        .env("HOSTNAME", "keiri-pc07.kaisha.example")
        .env("HOME", home)
        .env("APPDATA", home.join("AppData"));
}

#[test]
fn the_report_names_no_user_computer_bank_or_token() {
    let mut bank = Bank::start();
    bank.file = bank.file.replace("Kenmin Shinkumi", "さくら信用組合");
    let customer = Customer::of(&bank);
    let above = tempfile::tempdir().unwrap();
    let home = above.path().join("hanako.yamada 山田花子");
    let config = home.join(".config/inkan");
    fs::create_dir_all(config.join("banks")).unwrap();
    fs::write(config.join("banks/kenmin.toml"), &bank.file).unwrap();
    let driver = home.join("lib hanako.yamada.so");
    fs::write(
        config.join("modules.toml"),
        format!(
            "piv = false\n[[module]]\nname = \"Hanako's\"\npath = {:?}\n\
             [[module]]\nname = \"keiri-pc07\"\npath = {driver:?}\n",
            customer.module()
        ),
    )
    .unwrap();
    let file = above.path().join("report.json");
    for extra in [&[][..], &["--token", "Hanako", "--pin-env", "PIN"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inkan-agent"));
        command
            .args(["self-test", "--lang", "ja", "--report"])
            .arg(&file)
            .args(extra);
        command.arg("--config-dir").arg(&config);
        command
            .envs(customer.hsm.env())
            .env("PIN", &customer.token.pin);
        with_private_names(&mut command, &home);
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let run = finish(command, "");
        assert!([0, 18].contains(&run.code), "{run:?}");
        let report = fs::read_to_string(&file).unwrap();
        let parsed: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(parsed["schema"], 1);
        assert!(report.contains("driver-failed"), "{report}");
        let lower = report.to_lowercase();
        for private in [
            "hanako",
            "yamada",
            "山田",
            "keiri",
            "kaisha",
            "kenmin",
            "さくら",
            "127.0.0.1",
            ".so",
            above.path().to_str().unwrap(),
            &customer.token.label.to_lowercase(),
        ] {
            assert!(!lower.contains(private), "{private}: {report}");
        }
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_report_overwrites_nothing_and_text_needs_no_colour() {
    let customer = Customer::of(&Bank::start());
    let file = customer.config.path().join("report.json");
    fs::write(&file, "mine").unwrap();
    let path = file.to_str().unwrap();
    let refused = customer.run(&["self-test", "--report", path]);
    assert_eq!(refused.failure(), (2, "report-exists".to_owned()));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let missing = customer.config.path().join("missing/report.json");
    let unwritable = customer.run(&["self-test", "--report", missing.to_str().unwrap()]);
    assert_eq!(unwritable.failure(), (5, "file-unwritable".to_owned()));

    let run = finish(customer.plain_command(&["self-test"]), "");
    assert!(
        run.stdout.contains("✓ ok: Bank files (invalid 0, valid 1)"),
        "{run:?}"
    );
    let needs = "– not possible here: Generate, use and delete a key [pkcs11 1]";
    assert!(run.stdout.contains(needs), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("Self-test done:"));
}
