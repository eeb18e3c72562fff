//! Operations beside the issuance: deletion, a new PIN; and the list of token drivers.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use inkan_pki::pkcs11::generate::destroy_key_pair;

use super::harness::customer::{Run, finish};
use super::harness::{Bank, Customer, wait_until};

fn serial(customer: &Customer) -> String {
    let listed = customer
        .run(&["list", "--login", "--pin-env", "PIN"])
        .result();
    let serial = &listed["tokens"][0]["entries"][0]["serial"];
    serial.as_str().unwrap().to_owned()
}

fn delete(customer: &Customer, serial: &str, more: &[&str], stdin: &str) -> Run {
    let args = [&["delete", serial, "--pin-env", "PIN"], more].concat();
    finish(customer.command(&args), stdin)
}

#[test]
fn the_last_usable_certificate_is_deleted_only_on_explicit_request() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.foreign_key("somebody else's");
    assert_eq!(customer.open(&bank).code, 0);
    let serial = serial(&customer);
    let refused = delete(&customer, &serial, &["--yes"], "");
    assert_eq!(refused.failure(), (2, "certificate-last".to_owned()));
    for no in ["\n", "n\n", ""] {
        let run = delete(&customer, &serial, &["--last"], no);
        assert_eq!(run.failure(), (10, "cancelled".to_owned()));
        assert!(run.stderr.contains("last usable"), "{run:?}");
    }
    assert_eq!(customer.contents().keys.len(), 2, "nothing went");
    let run = delete(&customer, &serial.to_uppercase(), &["--last"], "y\n");
    assert_eq!(run.code, 0, "{run:?}");
    let result = run.result();
    assert_eq!(
        (&result["result"], &result["key_destroyed"]),
        (&"deleted".into(), &true.into())
    );
    let contents = customer.contents();
    assert_eq!(contents.keys.len(), 1);
    assert_eq!(contents.keys[0].label, "somebody else's");
    assert!(
        contents
            .certificates
            .iter()
            .all(|c| !c.label.starts_with("inkan/"))
    );
    let gone = delete(&customer, &serial, &["--yes", "--last"], "");
    assert_eq!(gone.failure(), (7, "certificate-gone".to_owned()));
}

#[test]
fn an_expired_certificate_or_one_without_a_key_is_deleted_without_a_warning() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    let serial = serial(&customer);
    let key = customer.contents().keys.remove(0);
    customer.with_session(|s| destroy_key_pair(s, &key.id).unwrap());
    let listed = customer
        .run(&["list", "--login", "--pin-env", "PIN"])
        .result();
    assert_eq!(listed["tokens"][0]["entries"][0]["reason"], "no-key");
    let run = delete(&customer, &serial, &["--yes"], "");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.result()["key_destroyed"], false);
}

#[test]
fn the_list_shows_why_an_entry_cannot_be_used() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    customer.foreign_key("somebody else's");
    let reasons = |now: &str| -> Vec<String> {
        let args = ["list", "--login", "--pin-env", "PIN", "--now", now];
        let result = customer.run(&args).result();
        let entries = result["tokens"][0]["entries"].as_array().unwrap().clone();
        let reason = |e: &serde_json::Value| e["reason"].as_str().unwrap_or("usable").to_owned();
        entries.iter().map(reason).collect()
    };
    let now = jiff::Timestamp::now().to_string();
    assert_eq!(reasons(&now), ["usable", "no-certificate"]);
    assert_eq!(
        reasons("1970-01-02T00:00:00Z"),
        ["not-yet-valid", "no-certificate"]
    );
    assert_eq!(
        reasons("4097-01-01T00:00:00Z"),
        ["expired", "no-certificate"]
    );
    fs::remove_file(customer.config.path().join("banks/kenmin.toml")).unwrap();
    assert_eq!(reasons(&now), ["no-bank", "no-certificate"]);
    let text = finish(customer.plain_command(&["list"]), "");
    assert!(
        text.stdout.contains("not issued by an installed bank"),
        "{text:?}"
    );
}

#[test]
fn a_new_pin_with_the_old_one() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let change = |stdin: &str| finish(customer.command(&["pin", "change"]), stdin);
    let old = customer.token.pin.clone();
    assert_eq!(change("").failure(), (10, "cancelled".to_owned()));
    assert_eq!(
        change(&format!("{old}\n24682468\n24682469\n")).failure(),
        (2, "pins-differ".to_owned())
    );
    let same = change(&format!("{old}\n{old}\n{old}\n"));
    assert_eq!(same.failure(), (8, "pin-new-same".to_owned()));
    let short = change(&format!("{old}\n12\n12\n"));
    assert_eq!(short.failure(), (8, "pin-new-unusable".to_owned()));
    assert_eq!(
        change("00000000\n24682468\n24682468\n").failure(),
        (8, "pin-wrong".to_owned())
    );
    customer.contents();
    let run = change(&format!("{old}\n24682468\n24682468\n"));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.result()["result"], "pin-changed");
    assert_eq!(customer.open(&bank).failure(), (8, "pin-wrong".to_owned()));
    let link = bank.link();
    let mut command = customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
    command.env("PIN", "24682468");
    assert_eq!(finish(command, "").code, 0);
}

#[test]
fn the_agents_minimum_applies_if_the_token_accepts_shorter_pins() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let old = customer.token.pin.clone();
    let change = || {
        let answers = format!("{old}\n12345\n12345\n");
        finish(customer.command(&["pin", "change"]), &answers)
    };
    let run = change();
    assert_eq!(run.failure(), (8, "pin-new-unusable".to_owned()));
    assert!(run.stdout.contains('6'), "{run:?}");
    let settings = customer.config.path().join("agent.toml");
    fs::write(&settings, "pin_min_length = 0\n").unwrap();
    assert_eq!(change().failure(), (5, "file-field".to_owned()));
    fs::write(&settings, "pin_min_length = 5\n").unwrap();
    let run = change();
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_new_pin_from_files_for_scripts() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let file = |name: &str, text: &str| {
        let path = customer.config.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let old = file("old", &customer.token.pin);
    let new = file("new", "13571357\n");
    let args = ["pin", "change", "--pin-file", &old, "--new-pin-file", &new];
    let run = customer.run(&args);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stderr, "", "no question");
}

#[test]
fn the_security_officer_sets_a_new_pin() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let unblock = |officer: &str| {
        let mut command = customer.command(&["pin", "unblock", "--puk-env", "PUK"]);
        command.args(["--new-pin-env", "NEW"]);
        command.env("PUK", officer).env("NEW", "97531975");
        finish(command, "")
    };
    assert_eq!(unblock("00000000").failure(), (17, "puk-wrong".to_owned()));
    let run = unblock(&customer.token.so_pin);
    assert_eq!(run.code, 0, "{run:?}");
    let link = bank.link();
    let mut command = customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
    command.env("PIN", "97531975");
    assert_eq!(finish(command, "").code, 0);
}

#[test]
fn token_drivers_are_added_shown_and_removed() {
    let customer = Customer::new();
    let module = customer.module();
    let path = module.to_str().unwrap();
    let run = |args: &[&str], stdin: &str| finish(customer.command(args), stdin);
    let refused = run(&["module", "add", path], "\n");
    assert_eq!(refused.failure(), (10, "cancelled".to_owned()));
    let nothing = run(&["module", "add", "/no/such/file.so", "--yes"], "");
    assert_eq!(nothing.failure(), (2, "module-unknown".to_owned()));
    let no_module = run(&["module", "add", "/etc/passwd", "--yes"], "");
    assert_eq!(no_module.failure(), (5, "module-load".to_owned()));
    let added = run(&["module", "add", path, "--name", "ours"], "y\n");
    assert_eq!(added.code, 0, "{added:?}");
    assert_eq!(
        run(&["module", "add", path, "--yes"], "").result()["already"],
        true
    );
    let listed = run(&["module", "list"], "").result();
    let modules = listed["modules"].as_array().unwrap();
    let ours = modules.iter().find(|m| m["name"] == "ours").unwrap();
    assert_eq!(
        (&ours["used"], &ours["id"]),
        (&true.into(), &"softhsm2".into())
    );
    assert_eq!(run(&["module", "remove", "ours"], "").code, 0);
    let again = run(&["module", "remove", "ours"], "");
    assert_eq!(again.failure(), (2, "module-not-listed".to_owned()));
}

#[test]
fn an_interrupt_in_a_question_is_a_cancel_with_a_result() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let mut agent = customer.command(&["open", &bank.link()]).spawn().unwrap();
    wait_until("the request is picked up", || bank.state().picked_up);
    // Removed before the question, during it, or after an earlier one: the outcome is the same.
    let pid = agent.id().to_string();
    let _open = agent.stdin.take();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    let output = agent.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(10));
    let text = String::from_utf8(output.stdout).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["code"], &last["exit"]),
        (&"result".into(), &"cancelled".into(), &10.into())
    );
}
