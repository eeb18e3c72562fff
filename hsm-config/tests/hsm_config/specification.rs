//! What a specification must not contain: the message names file, field and what to do.

use std::fs;
use std::path::Path;

use inkan_hsm_config::spec::{Expected, Problem, SpecError};
use inkan_hsm_config::{Spec, catalogue, plan};

use crate::environment::SPEC;

fn parse(text: &str) -> Result<Spec, SpecError> {
    Spec::parse(text, Path::new("/base"), Path::new("/base/hsm.toml"))
}

/// Field and problem after a change of the valid specification.
fn wrong(from: &str, to: &str) -> (String, Problem) {
    let text = SPEC.replace("{n}", "");
    assert!(text.contains(from), "{from}");
    let error = parse(&text.replacen(from, to, 1)).unwrap_err();
    let output = catalogue::spec(&error).sentence;
    assert!(
        output.starts_with("/base/hsm.toml") && output.contains(&error.field),
        "{output}"
    );
    assert!(!catalogue::spec(&error).next.is_empty());
    (error.field, error.problem)
}

fn known(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn a_valid_specification_is_accepted() {
    let spec = parse(&SPEC.replace("{n}", "")).unwrap();
    assert_eq!(spec.environment(), "test");
    assert_eq!(spec.key("customer-ca").unwrap().label, "customer-ca");
    assert_eq!(spec.token("issuing").unwrap().label, "issuing");
    assert_eq!(
        spec.certificate_path("customer-ca"),
        Path::new("/base/certificates/customer-ca.pem")
    );
    assert_eq!(plan(&spec).steps.len(), 9);
}

#[test]
fn unknown_and_missing_fields_are_named_with_their_line() {
    for (from, to, line, part) in [
        (
            "environment =",
            "enviroment =",
            "enviroment",
            "`enviroment`",
        ),
        (
            "use = \"root-ca\"",
            "use = \"root-ca\"\nsize = 384",
            "size",
            "`size`",
        ),
        ("label = \"root\"\n", "", "[[token]]", "`label`"),
        ("years = 20", "years = \"20\"", "years", "expected i64"),
        ("[[key]]", "[[key]", "[[key]", "unclosed"),
    ] {
        let changed = SPEC.replace("{n}", "").replacen(from, to, 1);
        let expected = 1 + changed.lines().position(|l| l.starts_with(line)).unwrap();
        match wrong(from, to).1 {
            Problem::Syntax { line: at, message } => {
                assert!(message.contains(part), "{message}");
                assert_eq!(at, expected, "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_pin_written_inline_is_refused_and_not_repeated() {
    for inline in [
        "pin = \"48151623\"",
        "pin = 48151623",
        "pin = { value = \"48151623\" }",
        "pin = { file = 48151623 }",
        "pin = { env = \"48151623\" }",
        "pin = { file = \"x\", prompt = true }",
        "pin = { prompt = false }",
        "pin = { credential = \"../48151623\" }",
        "pin = [\"48151623\"]",
    ] {
        let text = SPEC.replacen("pin = { file = \"root.pin\" }", inline, 1);
        let error = parse(&text).unwrap_err();
        assert_eq!(
            (error.field.as_str(), &error.problem),
            ("token.root.pin", &Problem::NotAPinSource)
        );
        let output = format!("{error} {error:?} {:?}", catalogue::spec(&error));
        assert!(!output.contains("48151623"), "{output}");
    }
}

#[test]
fn references_must_exist() {
    assert_eq!(
        wrong("profile = \"softhsm2\"", "profile = \"softhsm3\""),
        (
            "profile".to_owned(),
            Problem::Unknown {
                value: "softhsm3".to_owned(),
                known: known(&[
                    "softhsm2",
                    "kryoptic",
                    "nss",
                    "opencryptoki",
                    "tpm2-pkcs11",
                    "luna",
                    "nshield",
                    "utimaco",
                    "yubihsm2",
                    "cloudhsm"
                ]),
            }
        )
    );
    let unknown = |value: &str, names: &[&str]| Problem::Unknown {
        value: value.to_owned(),
        known: known(names),
    };
    let keys = ["root-ca", "customer-ca", "audit"];
    for (from, to, field, problem) in [
        (
            "token = \"root\"",
            "token = \"rot\"",
            "key.root-ca.token",
            unknown("rot", &["root", "issuing"]),
        ),
        (
            "key = \"customer-ca\"",
            "key = \"kustomer\"",
            "certificate[2].key",
            unknown("kustomer", &keys),
        ),
        (
            "issuer = \"root-ca\"\nsubject = { country",
            "issuer = \"other\"\nsubject = { country",
            "certificate.customer-ca.issuer",
            unknown("other", &keys),
        ),
        (
            "use = \"audit\"",
            "use = \"log\"",
            "key.audit.use",
            unknown(
                "log",
                &["root-ca", "customer-ca", "staff-ca", "ocsp", "audit"],
            ),
        ),
        (
            "\"ec-p384\"",
            "\"ec-p224\"",
            "key.root-ca.algorithm",
            unknown(
                "ec-p224",
                &["ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"],
            ),
        ),
    ] {
        assert_eq!(wrong(from, to), (field.to_owned(), problem));
    }
}

#[test]
fn duplicates_are_refused() {
    for (from, to, field, value) in [
        ("id = \"issuing\"", "id = \"root\"", "token.root.id", "root"),
        (
            "label = \"issuing\"",
            "label = \"root\"",
            "token.issuing.label",
            "root",
        ),
        (
            "id = \"audit\"",
            "id = \"root-ca\"",
            "key.root-ca.id",
            "root-ca",
        ),
        (
            "id = \"audit\"",
            "id = \"audit\"\nlabel = \"customer-ca\"",
            "key.audit.label",
            "customer-ca",
        ),
        (
            "key = \"customer-ca\"",
            "key = \"root-ca\"",
            "certificate.root-ca.key",
            "root-ca",
        ),
        (
            "subject = { country = \"JP\", organization = \"BANK\", organizational_unit = \"IB\", common_name = \"株式会社 CA\" }",
            "subject = { organization = \"BANK\", common_name = \"BANK Root CA\" }",
            "certificate.customer-ca.subject",
            "O=BANK, CN=BANK Root CA",
        ),
    ] {
        assert_eq!(
            wrong(from, to),
            (field.to_owned(), Problem::Duplicate(value.to_owned()))
        );
    }
}

#[test]
fn values_are_within_their_limits() {
    for (from, to, field, expected) in [
        (
            "environment = \"test\"",
            "environment = \"Test\"",
            "environment",
            Expected::Id,
        ),
        (
            "id = \"issuing\"",
            "id = \"../x\"",
            "token[2].id",
            Expected::Id,
        ),
        (
            "label = \"issuing\"",
            "label = \"\"",
            "token.issuing.label",
            Expected::Label,
        ),
        (
            "label = \"issuing\"",
            "label = \"あいうえおかきくけこさ\"",
            "token.issuing.label",
            Expected::Label,
        ),
        (
            "years = 20",
            "years = 0",
            "certificate.root-ca.years",
            Expected::Years,
        ),
        (
            "years = 20",
            "years = 41",
            "certificate.root-ca.years",
            Expected::Years,
        ),
        (
            "path_len = 1",
            "path_len = -1",
            "certificate.root-ca.path_len",
            Expected::PathLen,
        ),
        (
            "\"JP\"",
            "\"jp\"",
            "certificate.customer-ca.subject.country",
            Expected::Country,
        ),
        (
            "\"BANK Root CA\"",
            "\" \"",
            "certificate.root-ca.subject.common_name",
            Expected::Name,
        ),
        (
            "http://127.0.0.1:8080/crl",
            "https://127.0.0.1/crl",
            "certificate.customer-ca.crl_urls",
            Expected::HttpUrl,
        ),
        (
            "certificate_dir = \"certificates\"",
            "certificate_dir = \"\"",
            "certificate_dir",
            Expected::Path,
        ),
    ] {
        let (at, problem) = wrong(from, to);
        assert_eq!(at, field);
        assert!(
            matches!(problem, Problem::Malformed { expected: e, .. } if e == expected),
            "{problem:?}"
        );
    }
}

#[test]
fn the_ca_hierarchy_must_be_consistent() {
    let customer = "issuer = \"root-ca\"\nsubject = { country";
    assert_eq!(
        wrong(customer, "issuer = \"customer-ca\"\nsubject = { country"),
        (
            "certificate.customer-ca.issuer".to_owned(),
            Problem::WrongIssuer("customer-ca".to_owned())
        )
    );
    assert_eq!(
        wrong("path_len = 0", "path_len = 1"),
        (
            "certificate.customer-ca.path_len".to_owned(),
            Problem::PathLen(1)
        )
    );
    assert_eq!(
        wrong("use = \"audit\"", "use = \"staff-ca\""),
        ("key.audit".to_owned(), Problem::NoCertificate)
    );
    assert_eq!(
        wrong("use = \"customer-ca\"", "use = \"ocsp\""),
        (
            "certificate.customer-ca.key".to_owned(),
            Problem::NotACaUse("ocsp".to_owned())
        )
    );
    assert_eq!(
        wrong("so_pin = { file = \"root-so.pin\" }\n", ""),
        ("token.root.so_pin".to_owned(), Problem::Missing)
    );
    // The customer CA's certificate before its issuer's.
    let text = SPEC.replace("{n}", "");
    let (head, tail) = text.split_once("[[certificate]]").unwrap();
    let (root, customer) = tail.split_once("[[certificate]]").unwrap();
    let error = parse(&format!(
        "{head}[[certificate]]{customer}[[certificate]]{root}"
    ))
    .unwrap_err();
    assert_eq!(
        error.problem,
        Problem::IssuerNotBefore("root-ca".to_owned())
    );
}

#[test]
fn missing_and_malformed_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none.toml");
    let error = Spec::load(&path).unwrap_err();
    assert_eq!(error.file, path);
    assert_eq!(
        error.problem,
        Problem::Unreadable(std::io::ErrorKind::NotFound)
    );
    assert_eq!(
        Spec::load(directory.path()).unwrap_err().problem,
        Problem::Unreadable(std::io::ErrorKind::InvalidInput)
    );
    fs::write(&path, "#".repeat(300_000)).unwrap();
    assert!(matches!(
        Spec::load(&path).unwrap_err().problem,
        Problem::FileTooLarge(_)
    ));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(
        Spec::load(&path).unwrap_err().problem,
        Problem::Unreadable(_)
    ));
}

#[test]
fn other_products_use_tokens_made_with_the_vendors_tool() {
    let text = SPEC
        .replace("softhsm2", "yubihsm2")
        .replace("so_pin = { file = \"root-so.pin\" }\n", "");
    let spec = parse(&text).unwrap();
    let plan = plan(&spec);
    assert!(!plan.tested);
    assert!(plan.steps.iter().all(|step| !step.id.starts_with("pin:")));
    // The device's object IDs have 16 bits.
    assert_eq!(
        inkan_hsm_config::plan::cka_id(&spec, spec.key("audit").unwrap()).len(),
        2
    );
}

#[test]
fn names_contain_no_character_that_hides_or_reorders_others() {
    for hidden in ["\\u202E", "\\u200B", "\\u061C", "\\u2066"] {
        let (field, problem) = wrong("BANK Root CA", &format!("BANK {hidden}Root CA"));
        assert_eq!(field, "certificate.root-ca.subject.common_name");
        assert!(matches!(
            problem,
            Problem::Malformed {
                expected: Expected::Name,
                ..
            }
        ));
    }
}
