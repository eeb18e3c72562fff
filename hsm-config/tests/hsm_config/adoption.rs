//! Another token takes the place of the recorded one: a clone with another serial number.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use inkan_hsm_config::transcript::Event;

use crate::archives::{Bank, EXTRACTABLE, private_keys, set};
use crate::extension::SECOND;

const CUSTODIANS: &str = "\n[[custodian]]\nname = \"Sato Ichiro\"\nrole = \"officer\"\n\n[[custodian]]\nname = \"Suzuki Hanako\"\nrole = \"officer\"\n\n[[custodian]]\nname = \"Tanaka Jiro\"\nrole = \"auditor\"\n";
const ADOPT: [&str; 6] = [
    "adopt",
    "--token",
    "issuing",
    "--custodian",
    "Sato Ichiro",
    "--yes",
];
const SERIAL: &str = "00112233445566aa";

fn adopt(bank: &Bank, custodians: &[&str], exit: i32) -> String {
    let mut arguments = ADOPT.to_vec();
    for custodian in custodians {
        arguments.extend(["--custodian", custodian]);
    }
    bank.environment.expect(&arguments, exit)
}

#[test]
fn a_clone_is_refused_until_two_custodians_adopt_it_and_then_works_for_everything() {
    let bank = Bank::after(CUSTODIANS);
    let environment = &bank.environment;
    let text = adopt(&bank, &["Suzuki Hanako"], 7);
    assert!(text.contains("[adopt-same-token]"), "{text}");
    bank.back_up("issuing", "before.age", 0);
    bank.clone_token("issuing", SERIAL);
    let text = environment.expect(&["verify"], 8);
    for code in ["token-replaced", "key-not-local", "key-not-sensitive"] {
        assert!(text.contains(&format!("[{code}]")), "{code}: {text}");
    }
    bank.back_up("issuing", "clone.age", 7);
    let head = bank.transcript().head().to_owned();
    for custodians in [
        &[][..],
        &["Sato Ichiro"],
        &["Nobody"],
        &["Suzuki Hanako", "Tanaka Jiro"],
    ] {
        let text = adopt(&bank, custodians, 2);
        assert!(text.contains("[adopt-custodians]"), "{text}");
    }
    let arguments = [
        "adopt",
        "--token",
        "issuing",
        "--custodian",
        "TJ",
        "--custodian",
        "si",
    ];
    let text = environment.expect(&arguments, 13);
    assert!(text.contains("[not-confirmed]"), "{text}");
    assert_eq!(bank.transcript().head(), head, "nothing was recorded");

    let text = adopt(&bank, &["sh"], 0);
    assert!(
        text.contains("recorded      token-adoption:issuing:1"),
        "{text}"
    );
    let transcript = bank.transcript();
    let line = transcript.done("token-adoption:issuing:1").unwrap();
    assert_eq!(line.event, Event::Done);
    assert_eq!(line.details["serial"], SERIAL);
    assert_eq!(line.details["name_2"], "Suzuki Hanako");
    assert_eq!(
        line.details["not_customer-ca"],
        "always_sensitive local never_extractable"
    );
    let key = transcript.done("key:customer-ca").unwrap();
    assert_eq!(line.details["key_customer-ca"], key.details["spki_sha256"]);
    environment.expect(&["verify"], 0);
    let text = environment.expect(&["record", "--lang", "ja"], 0);
    assert!(
        text.contains("代替トークンへ切替: issuing:1 (Sato Ichiro, Suzuki Hanako)"),
        "{text}"
    );
    let text = adopt(&bank, &["Tanaka Jiro"], 7);
    assert!(text.contains("[adopt-same-token]"), "{text}");

    // Whatever is done to a token is done to this one: another PIN, another key, a backup.
    fs::write(environment.path("new.pin"), "user-11223344\n").unwrap();
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(environment.path("new.pin"), private).unwrap();
    let new = format!("file:{}", environment.path("new.pin").display());
    environment.expect(&["pin", "change", "--token", "issuing", "--new", &new], 0);
    fs::rename(environment.path("new.pin"), environment.path("issuing.pin")).unwrap();
    let path = environment.path("hsm.toml");
    fs::write(&path, fs::read_to_string(&path).unwrap() + SECOND).unwrap();
    environment.expect(&["apply"], 0);
    environment.expect(&["verify"], 0);
    bank.back_up("issuing", "after.age", 0);

    // The token from before is history.
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    let text = bank.restore("before.age", 7);
    assert!(text.contains("[restore-superseded]"), "{text}");
    bank.restore("after.age", 0);
    environment.expect(&["verify"], 0);
}

#[test]
fn a_clone_without_a_key_or_with_an_extractable_one_is_not_adopted() {
    let bank = Bank::after(CUSTODIANS);
    bank.clone_token("issuing", SERIAL);
    let key = private_keys(&bank.token("issuing")).remove(0);
    let head = bank.transcript().head().to_owned();
    set(&key, EXTRACTABLE, true);
    let text = adopt(&bank, &["sh"], 8);
    assert!(text.contains("[adopt-findings]"), "{text}");
    set(&key, EXTRACTABLE, false);
    fs::remove_file(&key).unwrap();
    let text = adopt(&bank, &["sh"], 8);
    assert!(text.contains("[adopt-findings]"), "{text}");
    assert_eq!(bank.transcript().head(), head, "nothing was recorded");
}
