//! Links that are not ours are refused before anything is sent.

use super::harness::{Bank, Customer};

#[test]
fn garbage_has_an_exit_code_a_sentence_and_a_code() {
    let customer = Customer::new();
    let long = format!("inkan:enroll?bank=kenmin&request={}", "x".repeat(300));
    let cases = [
        ("", "link-scheme"),
        ("https://bank.example/", "link-scheme"),
        ("inkan:", "link-action"),
        ("inkan://enroll?bank=a&request=b", "link-action"),
        ("inkan:sign?bank=a&request=b", "link-action"),
        ("inkan:enroll?bank=a", "link-incomplete"),
        ("inkan:enroll?bank=a&bank=b&request=c", "link-doubled"),
        (
            "inkan:enroll?bank=a&request=b&portal=https://evil.example",
            "link-parameter",
        ),
        ("inkan:enroll?bank=a%00&request=b", "link-value"),
        ("inkan:enroll?bank=../../x&request=b", "link-value"),
        (&long, "link-too-long"),
    ];
    for (link, code) in cases {
        let run = customer.run(&["open", link, "--yes"]);
        assert_eq!(run.failure(), (3, code.to_owned()), "{link}");
    }
}

#[test]
fn users_get_sentence_code_and_next_step_on_standard_error() {
    let customer = Customer::new();
    let run = super::harness::customer::finish(customer.plain_command(&["open", "mailto:x"]), "");
    assert_eq!(run.code, 3);
    assert!(run.stdout.is_empty());
    assert!(
        run.stderr.contains("[link-scheme]") && run.stderr.contains("What to do:"),
        "{}",
        run.stderr
    );

    let mut japanese = customer.plain_command(&["open", "mailto:x"]);
    japanese.args(["--lang", "ja"]);
    assert_eq!(
        super::harness::customer::finish(japanese, "").code,
        2,
        "--lang twice is refused"
    );
}

#[test]
fn a_bank_that_is_not_installed_is_never_contacted() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let run = customer.run(&[
        "open",
        "inkan:enroll?bank=other&request=3f2a9c01d4e5",
        "--yes",
    ]);
    assert_eq!(run.failure(), (4, "bank-unknown".to_owned()));
}
