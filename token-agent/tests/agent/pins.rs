//! The PIN: one try; cancelling leaves nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::harness::customer::finish;
use super::harness::{Bank, Customer};

/// `pkcs11-spy` logs every call that reaches the module behind it.
pub(super) fn spy() -> PathBuf {
    [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
    ]
    .iter()
    .map(|d| PathBuf::from(d).join("pkcs11-spy.so"))
    .find(|p| p.is_file())
    .expect("pkcs11-spy.so (Debian: apt-get install opensc)")
}

#[test]
fn a_wrong_pin_is_sent_exactly_once() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let log = customer.config.path().join("calls");
    let module = spy();
    let mut command = customer.plain_command(&["open", &bank.link(), "--json", "--yes"]);
    command.args(["--module", module.to_str().unwrap()]);
    command
        .env("PKCS11SPY", customer.module())
        .env("PKCS11SPY_OUTPUT", &log);
    // The right PIN follows, in case the agent asks again.
    let run = finish(command, &format!("00000000\n{}\n", customer.token.pin));
    assert_eq!(run.failure(), (8, "pin-wrong".to_owned()));
    assert_eq!(
        run.stderr.matches("PIN of the token").count(),
        1,
        "one prompt: {}",
        run.stderr
    );
    let calls = fs::read_to_string(log).unwrap();
    assert_eq!(calls.matches("C_Login").count(), 1, "tried once");
    assert!(customer.contents().keys.is_empty());
    assert_eq!(bank.state().progress, ["failed:pin-wrong"]);
}

#[test]
fn after_a_wrong_pin_the_next_run_warns() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link();
    let wrong = customer.command(&["open", &link, "--yes"]);
    assert_eq!(finish(wrong, "00000000\n").code, 8);
    let run = customer.open(&bank);
    assert_eq!(run.code, 0);
    let warned = run
        .lines()
        .iter()
        .any(|l| l["event"] == "pin-warning" && l["state"] == "count-low");
    assert!(warned, "{run:?}");
}

#[test]
fn a_pin_of_invalid_length_has_its_own_error() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = finish(customer.command(&["open", &bank.link(), "--yes"]), "1\n");
    assert_eq!(run.failure(), (8, "pin-not-sent".to_owned()), "{run:?}");
    assert!(customer.contents().keys.is_empty());
}

#[test]
fn an_invalid_pin_never_reaches_the_token_from_any_source() {
    let customer = Customer::new();
    customer.own_driver();
    let log = customer.config.path().join("calls");
    let file = customer.config.path().join("pin");
    let right = customer.token.pin.clone();
    let wide: String = right
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
        .collect();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(right.encode_utf16().flat_map(u16::to_le_bytes));
    let not_sent = (8, "pin-not-sent".to_owned());
    let list = |source: &[&str], stdin: &str, value: &str| {
        let mut command = customer.command(&["list", "--login"]);
        command.args(["--module", spy().to_str().unwrap()]);
        command.args(source).env("GIVEN", value);
        command
            .env("PKCS11SPY", customer.module())
            .env("PKCS11SPY_OUTPUT", &log);
        finish(command, stdin)
    };
    let bom = format!("\u{feff}{right}");
    let control = format!("{right}\u{7}");
    for pin in [&wide, &bom, &control] {
        let typed = list(&[], &format!("{pin}\n"), "");
        assert_eq!(typed.failure(), not_sent, "{pin:?}");
        let named = list(&["--pin-env", "GIVEN"], "", pin);
        assert_eq!(named.failure(), not_sent, "{pin:?}");
        fs::write(&file, pin).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let read = list(&["--pin-file", file.to_str().unwrap()], "", "");
        assert_eq!(read.failure(), not_sent, "{pin:?}");
        assert!(read.stdout.contains("no try was used"), "{read:?}");
    }
    fs::write(&file, utf16).unwrap();
    let read = list(&["--pin-file", file.to_str().unwrap()], "", "");
    assert_eq!(read.failure(), (2, "pin-file-not-text".to_owned()));
    let calls = fs::read_to_string(&log).unwrap();
    assert_eq!(calls.matches("C_Login").count(), 0, "nothing was sent");

    let run = list(&["--pin-env", "GIVEN"], "", &right);
    assert_eq!(run.code, 0, "{run:?}");
    let calls = fs::read_to_string(&log).unwrap();
    assert_eq!(calls.matches("C_Login").count(), 1);
}

#[test]
fn cancelling_leaves_nothing_on_the_token() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let link = bank.link();
    // No to the request; end of input there; an empty PIN; end of input there.
    let proxies: [(&[&str], &str); 5] = [
        (&[], "n\n"),
        (&[], ""),
        (&[], "y\n\n"),
        (&["--yes"], "\n"),
        (&["--yes"], ""),
    ];
    for (arguments, stdin) in proxies {
        let run = finish(
            customer.command(&[&["open", &link], arguments].concat()),
            stdin,
        );
        assert_eq!(run.failure(), (10, "cancelled".to_owned()), "{stdin:?}");
        let contents = customer.contents();
        assert!(contents.keys.is_empty() && contents.certificates.is_empty());
        assert_eq!(bank.state().progress.last().unwrap(), "failed:cancelled");
        assert!(bank.state().csrs.is_empty());
    }
}

#[test]
fn pin_from_a_file() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let file = customer.config.path().join("pin");
    let open = |file: &str| customer.run(&["open", &bank.link(), "--yes", "--pin-file", file]);
    assert_eq!(
        open("/does/not/exist").failure(),
        (2, "pin-file".to_owned())
    );
    fs::write(&file, format!("{}\n", customer.token.pin)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        open(file.to_str().unwrap()).failure(),
        (2, "pin-file-shared".to_owned())
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, "\n").unwrap();
    assert_eq!(
        open(file.to_str().unwrap()).failure(),
        (2, "pin-source-empty".to_owned())
    );
    fs::write(&file, format!("{}\n", customer.token.pin)).unwrap();
    assert_eq!(open(file.to_str().unwrap()).code, 0);
}

#[test]
fn pin_from_a_variable_that_is_not_set() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = customer.run(&[
        "open",
        &bank.link(),
        "--yes",
        "--pin-env",
        "NO_SUCH_VARIABLE",
    ]);
    assert_eq!(run.failure(), (2, "pin-variable".to_owned()));
}
