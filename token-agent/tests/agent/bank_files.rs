//! Bank files: what is refused, with file and field, and how they are added and removed.

use std::fs;

use super::harness::authority::Ca;
use super::harness::customer::finish;
use super::harness::{Bank, Customer};

/// Changes one line of a valid file.
fn changed(file: &str, field: &str, line: &str) -> String {
    let kept = file.lines().map(|l| {
        if l.starts_with(&format!("{field} =")) {
            line
        } else {
            l
        }
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn without_pem(file: &str, field: &str, body: &str) -> String {
    let start = file.find(&format!("{field} = '''")).unwrap();
    let end = start
        + file[start..]
            .find("-----END CERTIFICATE-----\n'''")
            .unwrap()
        + 30;
    format!("{}{field} = '''{body}'''\n{}", &file[..start], &file[end..])
}

#[test]
fn a_bad_file_is_refused_by_file_and_field() {
    let bank = Bank::start();
    let customer = Customer::new();
    let good = &bank.file;
    let leaf = rcgen::generate_simple_self_signed(["x".to_owned()])
        .unwrap()
        .cert
        .pem();
    let many = bank.customer_ca.pem.repeat(11);
    let cases = [
        ("not TOML", "]".to_owned(), "line 1"),
        ("unknown field", format!("proxy = \"x\"\n{good}"), "proxy"),
        (
            "unknown key store",
            format!("key_store = \"cloud\"\n{good}"),
            "cloud",
        ),
        ("no id", changed(good, "id", ""), "id"),
        ("bad id", changed(good, "id", "id = \"a/b\""), "identifier"),
        ("empty name", changed(good, "name", "name = \" \""), "name"),
        (
            "long name",
            changed(good, "name", &format!("name = \"{}\"", "x".repeat(101))),
            "name",
        ),
        (
            "control character",
            changed(good, "name", "name = \"a\\u001b[2J\""),
            "name",
        ),
        (
            "http",
            changed(good, "portal", "portal = \"http://bank.example\""),
            "portal",
        ),
        (
            "with a path",
            changed(good, "portal", "portal = \"https://bank.example/x\""),
            "portal",
        ),
        (
            "with a user",
            changed(
                good,
                "certificate",
                "certificate = \"https://a@bank.example\"",
            ),
            "certificate",
        ),
        (
            "no host",
            changed(good, "certificate", "certificate = \"https://\""),
            "certificate",
        ),
        (
            "no PEM",
            without_pem(good, "server_ca", "nothing"),
            "server_ca",
        ),
        (
            "broken PEM",
            without_pem(
                good,
                "server_ca",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ),
            "server_ca",
        ),
        (
            "no CA",
            without_pem(good, "customer_ca", &format!("\n{leaf}")),
            "customer_ca",
        ),
        (
            "too many",
            without_pem(good, "customer_ca", &format!("\n{many}")),
            "customer_ca",
        ),
    ];
    let path = customer.config.path().join("given.toml");
    for (what, text, named) in cases {
        fs::write(&path, &text).unwrap();
        let run = customer.run(&["bank", "add", path.to_str().unwrap(), "--yes"]);
        assert_eq!(run.failure(), (5, "file-field".to_owned()), "{what}");
        let sentence = run.result()["sentence"].as_str().unwrap().to_owned();
        assert!(
            sentence.contains("given.toml") && sentence.contains(named),
            "{what}: {sentence}"
        );
    }
    fs::write(&path, "#".repeat(70_000)).unwrap();
    assert_eq!(
        customer
            .run(&["bank", "add", path.to_str().unwrap(), "--yes"])
            .failure(),
        (5, "file-too-large".to_owned())
    );
    assert_eq!(
        customer
            .run(&["bank", "add", "/does/not/exist", "--yes"])
            .failure(),
        (5, "file-unreadable".to_owned())
    );
    assert_eq!(
        customer.run(&["bank", "list"]).result()["banks"],
        serde_json::json!([])
    );
}

#[test]
fn add_asks_shows_fingerprints_and_never_replaces() {
    let bank = Bank::start();
    let customer = Customer::new();
    let path = customer.config.path().join("kenmin.toml");
    fs::write(&path, &bank.file).unwrap();
    let add = ["bank", "add", path.to_str().unwrap()];

    let refused = finish(customer.command(&add), "\n");
    assert_eq!(refused.failure(), (10, "cancelled".to_owned()));
    assert!(refused.stderr.contains("Customer CA SHA-256") && refused.stderr.contains("127.0.0.1"));

    let added = finish(customer.command(&add), "y\n");
    assert_eq!((added.code, &added.result()["already"]), (0, &false.into()));
    assert_eq!(customer.run(&add).code, 10, "still asks");
    let again = customer.run(&[&add[..], &["--yes"]].concat());
    assert_eq!((again.code, &again.result()["already"]), (0, &true.into()));

    fs::write(&path, bank.file.replace("Kenmin Shinkumi", "Another")).unwrap();
    assert_eq!(
        customer.run(&[&add[..], &["--yes"]].concat()).failure(),
        (5, "bank-differs".to_owned())
    );

    // An additional CA is accepted only if an installed one has signed it.
    let (next, stranger) = (
        Ca::new("Next", Some(&bank.customer_ca)),
        Ca::new("Next", None),
    );
    let with = |ca: &Ca| {
        let end = bank.file.rfind("'''").unwrap();
        let (file, rest) = bank.file.split_at(end);
        format!("{file}{}{rest}", ca.pem)
    };
    for (ca, code) in [(&stranger, 5), (&next, 0)] {
        fs::write(&path, with(ca)).unwrap();
        assert_eq!(customer.run(&[&add[..], &["--yes"]].concat()).code, code);
    }
    let listed = customer.run(&["bank", "list"]);
    let cas = listed.result()["banks"][0]["bank"]["customer_ca"].clone();
    assert_eq!(cas.as_array().unwrap().len(), 3);

    let listed = customer.run(&["bank", "list"]);
    assert_eq!(
        listed.result()["banks"][0]["bank"]["name"],
        "Kenmin Shinkumi"
    );
    assert_eq!(customer.run(&["bank", "remove", "kenmin"]).code, 0);
    assert_eq!(
        customer.run(&["bank", "remove", "kenmin"]).failure(),
        (4, "bank-unknown".to_owned())
    );
}

#[test]
fn a_file_in_another_encoding_has_its_own_error() {
    let customer = Customer::new();
    let file = customer.config.path().join("bank.toml");
    fs::write(&file, b"name = \"\x8b\xe2\x8d\x73\"\n").unwrap();
    let run = customer.run(&["bank", "add", file.to_str().unwrap(), "--yes"]);
    assert_eq!(run.failure(), (5, "file-not-text".to_owned()));
    assert!(run.stdout.contains("UTF-8"), "{run:?}");
}

#[test]
fn an_installed_file_must_carry_its_own_name() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let banks = customer.config.path().join("banks");
    fs::rename(banks.join("kenmin.toml"), banks.join("other.toml")).unwrap();
    let run = customer.run(&[
        "open",
        "inkan:enroll?bank=other&request=3f2a9c01d4e5",
        "--yes",
    ]);
    assert_eq!(run.failure(), (5, "file-field".to_owned()));
    let fault = customer.run(&["bank", "list"]).result()["banks"][0]["fault"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(fault.contains("other.toml"), "{fault}");
}
