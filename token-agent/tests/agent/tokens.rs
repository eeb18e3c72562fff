//! Tokens that are missing or hold other objects; `list` and `verify`.

use inkan_agent::config::modules::ModuleEntry;
use inkan_agent::error::TokenError;
use inkan_agent::keystore::view::PinStatus;
use inkan_agent::pkcs11::fault::token_error;
use inkan_agent::pkcs11::find;
use inkan_pki::pkcs11::error::{ErrorClass, ErrorKind, Pkcs11Error};
use softhsm_test_helpers::SoftHsm;

use super::harness::customer::finish;
use super::harness::{Bank, Customer};

#[test]
fn a_token_that_was_never_initialised() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let empty = SoftHsm::new();
    let mut command = customer.command(&["open", &bank.link(), "--yes", "--pin-env", "PIN"]);
    command.envs(empty.env());
    assert_eq!(
        finish(command, "").failure(),
        (12, "token-not-initialised".to_owned())
    );
    assert_eq!(
        bank.state().progress,
        ["failed:token-not-initialised"],
        "the page is notified"
    );
}

#[test]
fn not_that_token_and_two_of_one_name() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let open = |label: &str| customer.open_with(&bank, &["--token", label]);
    assert_eq!(open("Taro").failure(), (7, "token-not-found".to_owned()));
    customer.hsm.init_token("Hanako");
    assert_eq!(open("Hanako").failure(), (2, "token-ambiguous".to_owned()));
    let serial = customer.run(&["list"]).result()["tokens"][0]["token"]["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    let one = customer.run(&["list", "--token", &serial]).result();
    assert_eq!(one["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(one["tokens"][0]["token"]["serial"], serial);
}

#[test]
fn a_numbered_question_when_there_are_several() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    customer.hsm.init_token("Other");
    let link = bank.link();
    let open = || customer.command(&["open", &link, "--yes", "--pin-env", "PIN"]);
    for answer in ["\n", "0\n", "3\n", "x\n", ""] {
        assert_eq!(
            finish(open(), answer).failure(),
            (10, "cancelled".to_owned()),
            "{answer:?}"
        );
    }
    let run = finish(open(), "9\n");
    let number = run
        .stderr
        .lines()
        .find(|l| l.contains("Hanako"))
        .unwrap()
        .trim()
        .chars()
        .next()
        .unwrap();
    let run = finish(open(), &format!("{number}\n"));
    assert_eq!(
        (run.code, &run.result()["token"]["label"]),
        (0, &"Hanako".into()),
        "{run:?}"
    );
}

#[test]
fn no_driver_and_a_wrong_driver() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let modules = customer.config.path().join("modules.toml");
    let open = || customer.open(&bank).failure();
    std::fs::write(
        &modules,
        "piv = false\n[[module]]\nname = \"x\"\npath = \"/does/not/exist.so\"\n",
    )
    .unwrap();
    assert_eq!(open(), (5, "module-load".to_owned()));
    std::fs::write(
        &modules,
        "[[module]]\nname = \"x\"\npath = \"relative.so\"\n",
    )
    .unwrap();
    assert_eq!(open(), (5, "file-field".to_owned()));
    std::fs::write(&modules, "[[modules]]\n").unwrap();
    assert_eq!(open(), (5, "file-field".to_owned()));
    std::fs::write(&modules, "piv = false\n").unwrap();
    assert_eq!(open(), (5, "module-none".to_owned()));
}

#[test]
fn a_token_that_reports_a_missing_capability_is_not_tried() {
    let customer = Customer::new();
    let module = ModuleEntry::at(&customer.module());
    let found = find::tokens(&module).unwrap();
    let mut token = found
        .into_iter()
        .find(|t| t.view.label == "Hanako")
        .unwrap();
    assert!(token.check_usable(true).is_ok());
    token.write_protected = true;
    assert_eq!(token.check_usable(true), Err(TokenError::WriteProtected));
    assert!(
        token.check_usable(false).is_ok(),
        "reading is still possible"
    );
    token.pin.status = PinStatus::Locked;
    assert_eq!(token.check_usable(false), Err(TokenError::PinLocked));
}

#[test]
fn full_and_write_protected_as_a_module_reports_it() {
    let of = |class| {
        token_error(&Pkcs11Error {
            operation: "write",
            kind: Box::new(ErrorKind::KeyNotFound),
            class,
        })
    };
    assert!(matches!(of(ErrorClass::DeviceFull), TokenError::Full));
    assert!(matches!(
        of(ErrorClass::WriteProtected),
        TokenError::WriteProtected
    ));
    assert!(matches!(of(ErrorClass::TokenLost), TokenError::Removed));
    assert!(matches!(of(ErrorClass::PinLocked), TokenError::PinLocked));
}

#[test]
fn list_distinguishes_banks_certificates_and_keys() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    customer.foreign_key("somebody else's");

    let public = customer.run(&["list"]).result();
    let token = &public["tokens"][0];
    assert_eq!(token["logged_in"], false);
    let ours = &token["entries"][0];
    assert_eq!(
        (&ours["bank"], &ours["usable"]),
        (&"kenmin".into(), &serde_json::Value::Null)
    );

    let all = customer
        .run(&["list", "--login", "--pin-env", "PIN"])
        .result();
    let entries = all["tokens"][0]["entries"].as_array().unwrap();
    assert_eq!(
        entries.len(),
        2,
        "CA certificates are not the customer's: {entries:?}"
    );
    assert_eq!(
        (&entries[0]["bank"], &entries[0]["usable"]),
        (&"kenmin".into(), &true.into())
    );
    assert_eq!(
        (&entries[1]["label"], &entries[1]["bank"]),
        (&"somebody else's".into(), &serde_json::Value::Null)
    );

    let later = customer
        .run(&[
            "list",
            "--login",
            "--pin-env",
            "PIN",
            "--now",
            "4097-01-01T00:00:00Z",
        ])
        .result();
    assert_eq!(later["tokens"][0]["entries"][0]["usable"], false, "expired");

    let text = finish(customer.plain_command(&["list"]), "");
    assert!(
        text.stdout.contains("Hanako") && text.stdout.contains("kenmin"),
        "{}",
        text.stdout
    );
}

#[test]
fn verify_reports_whether_the_bank_accepts_the_certificate() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let verify = || customer.run(&["verify", "kenmin", "--pin-env", "PIN"]);
    assert_eq!(verify().failure(), (7, "certificate-none".to_owned()));
    assert_eq!(customer.open(&bank).code, 0);
    let run = verify();
    assert_eq!(
        (run.code, &run.result()["result"]),
        (0, &"accepted".into()),
        "{run:?}"
    );
    bank.state().login_code = Some("certificate-revoked");
    assert_eq!(verify().failure(), (13, "certificate-revoked".to_owned()));
}

#[test]
fn verify_shows_that_a_stranger_is_refused() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    // The same token at a bank that did not issue its certificate.
    let other = Bank::start();
    let stranger = other.file.replace("kenmin", "other");
    std::fs::write(customer.config.path().join("banks/other.toml"), stranger).unwrap();
    let run = customer.run(&["verify", "other", "--pin-env", "PIN"]);
    assert_eq!(run.failure(), (13, "certificate-not-accepted".to_owned()));
}

#[test]
fn a_label_cannot_control_the_terminal_at_the_pin_prompt() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let label = "x\u{1b}[2Jy\u{202e}z";
    let token = customer.hsm.init_token(label);
    let command = customer.plain_command(&["list", "--login", "--token", label]);
    let run = finish(command, &format!("{}\n", token.pin));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("x[2Jyz"), "{run:?}");
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{run:?}");
    }
}

#[test]
fn a_token_that_two_drivers_show_is_listed_once_and_a_driver_can_be_named() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let path = customer.module();
    let other = customer.config.path().join("other.so");
    std::os::unix::fs::symlink(&path, &other).unwrap();
    let drivers = |text: &str| customer.drivers(text);
    drivers(&format!(
        "[[module]]\nname = \"first\"\npath = {path:?}\n[[module]]\nname = \"second\"\npath = {other:?}\n"
    ));
    let tokens = customer.run(&["list"]).result()["tokens"].clone();
    let tokens = tokens.as_array().unwrap();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert_eq!(tokens[0]["token"]["driver"], "first");
    let serial = tokens[0]["token"]["serial"].as_str().unwrap();
    for name in ["Hanako", serial, "first:Hanako", &format!("first:{serial}")] {
        let run = customer.run(&["list", "--token", name]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
    }
    for name in ["second:Hanako", "first:", "first"] {
        let run = customer.run(&["list", "--token", name]);
        assert_eq!(run.failure(), (7, "token-not-found".to_owned()), "{name}");
    }
    customer.hsm.init_token("Hanako");
    let run = customer.run(&["list", "--token", "first:Hanako"]);
    assert_eq!(run.failure(), (2, "token-ambiguous".to_owned()));
    assert!(run.stdout.contains("DRIVER:SERIAL"), "{run:?}");
}

#[test]
fn an_unknown_serial_number_is_named() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    let verify = [
        "verify",
        "kenmin",
        "--pin-env",
        "PIN",
        "--serial",
        "0badc0de",
    ];
    let run = customer.run(&verify);
    assert_eq!(run.failure(), (7, "certificate-gone".to_owned()));
    assert!(run.stdout.contains("0badc0de"), "{run:?}");
}

#[test]
fn a_wrong_command_line_ends_in_a_result_line_if_json_was_requested() {
    let customer = Customer::new();
    for wrong in [&["list", "--no-such"][..], &["open"], &["dance"], &[]] {
        let run = customer.run(wrong);
        assert_eq!(run.failure(), (2, "command-line".to_owned()), "{run:?}");
        assert!(run.stderr.is_empty(), "{run:?}");
        let plain = finish(customer.plain_command(wrong), "");
        assert_eq!((plain.code, plain.stdout.as_str()), (2, ""), "{plain:?}");
        assert!(plain.stderr.contains("Usage"), "{plain:?}");
    }
}

#[test]
fn the_time_to_read_a_full_token_is_linear_in_its_keys() {
    let customer = Customer::new();
    customer.own_driver();
    let log = customer.config.path().join("calls");
    let spy = super::pins::spy();
    let calls = || {
        let mut command = customer.command(&["list", "--login", "--pin-env", "PIN"]);
        command.args(["--module", spy.to_str().unwrap()]);
        command
            .env("PKCS11SPY", customer.module())
            .env("PKCS11SPY_OUTPUT", &log);
        let run = finish(command, "");
        assert_eq!(run.code, 0, "{run:?}");
        let shown = run.result()["tokens"][0]["entries"]
            .as_array()
            .unwrap()
            .len();
        let calls = std::fs::read_to_string(&log).unwrap();
        std::fs::remove_file(&log).unwrap();
        (shown, calls.matches("C_FindObjectsInit\n").count())
    };
    let add = |from: usize, to: usize| {
        for n in from..to {
            customer.foreign_key(&format!("key {n}"));
        }
    };
    add(0, 4);
    let few = calls();
    add(4, 24);
    let many = calls();
    assert_eq!((few.0, many.0), (4, 24));
    assert!(few.1 > 0 && few.1 == many.1, "searches: {few:?}, {many:?}");
}

#[test]
fn a_list_after_a_login_shows_the_banks_view() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    assert_eq!(customer.open(&bank).code, 0);
    let list = || {
        let run = customer.run(&["list", "--login", "--pin-env", "PIN"]);
        assert_eq!(run.code, 0, "{run:?}");
        run.result()["tokens"][0]["entries"][0].clone()
    };
    assert_eq!(list()["usable"], true);
    bank.state().login_code = Some("certificate-revoked");
    let revoked = list();
    assert_eq!(revoked["usable"], false);
    assert_eq!(revoked["reason"], "not-accepted");
    assert_eq!(revoked["bank_code"], "certificate-revoked");
    // Without a login no bank is contacted, and nothing is claimed.
    let plain = customer.run(&["list"]).result();
    assert!(plain["tokens"][0]["entries"][0]["usable"].is_null());

    // A bank that cannot be reached confirms neither.
    let unreachable: String = bank
        .file
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("certificate", _)) => "certificate = \"https://127.0.0.1:1\"\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    let file = customer.config.path().join("banks/kenmin.toml");
    std::fs::write(file, unreachable).unwrap();
    let unknown = list();
    assert!(unknown["usable"].is_null(), "{unknown}");
    assert_eq!(unknown["reason"], "not-checked");
}
