//! `[[hsm.additional]]`: what cannot work is found before the server starts, with field or file and what to do.

use std::fs;

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::tests::Bank;

/// Certificates of the root and of both CAs, as a ceremony leaves them in this directory.
fn hold_ceremony(bank: &Bank, directory: &str) {
    let params = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = true;
        params
    };
    let put = |key: &str, pem: &str| {
        fs::write(bank.at(directory).join(format!("{key}.pem")), pem).unwrap();
    };
    let root = KeyPair::generate().unwrap();
    put("root-ca", &params("Root").self_signed(&root).unwrap().pem());
    let root = Issuer::new(params("Root"), root);
    for ca in ["customer-ca", "staff-ca"] {
        let key = KeyPair::generate().unwrap();
        put(ca, &params(ca).signed_by(&key, &root).unwrap().pem());
    }
}

/// Everything that is found about HSMs, but not the program for their modules, which is not beside this test.
fn found(bank: &Bank) -> String {
    let now = Timestamp::from_second(1_780_000_000).unwrap();
    let (_, found) = super::read(&bank.at("inkan.toml"), now).unwrap();
    let texts = found.iter().map(ToString::to_string);
    let texts: Vec<_> = texts
        .filter(|text| !text.contains("inkan-hsm-driver"))
        .collect();
    texts.join("\n")
}

/// A bank with `[hsm]` alone, without findings.
fn bank() -> Bank {
    let bank = Bank::new();
    hold_ceremony(&bank, "certificates");
    assert_eq!(found(&bank), "");
    bank
}

const SECOND: &str = "[[hsm.additional]]\nname = \"second\"\nspec = \"hsm-2.toml\"\n";

/// With another HSM after these edits of its specification.
fn with_second(edits: &[(&str, &str)], more: &str) -> String {
    with_settings(edits, "", more)
}

/// The same with other settings in `[hsm]`.
fn with_settings(edits: &[(&str, &str)], settings: &str, more: &str) -> String {
    let bank = bank();
    let mut spec = fs::read_to_string(bank.at("hsm.toml")).unwrap();
    for (from, to) in edits {
        assert!(spec.contains(from), "{from}");
        spec = spec.replace(from, to);
    }
    fs::write(bank.at("hsm-2.toml"), spec).unwrap();
    fs::create_dir(bank.at("other")).unwrap();
    hold_ceremony(&bank, "other");
    let text = fs::read_to_string(bank.at("inkan.toml")).unwrap();
    let text = text.replacen("[hsm]\n", &format!("[hsm]\n{settings}"), 1);
    fs::write(bank.at("inkan.toml"), format!("{text}{SECOND}{more}")).unwrap();
    found(&bank)
}

#[test]
fn a_second_hsm_with_the_same_keys_has_no_finding() {
    let variables = "module_variables = { SOFTHSM2_CONF = \"/etc/softhsm2-2.conf\" }\n";
    assert_eq!(with_second(&[], variables), "");
}

#[test]
fn another_hsm_must_be_called_within_the_deadline() {
    let variables = "module_variables = { SOFTHSM2_CONF = \"/etc/softhsm2-2.conf\" }\n";
    let late = with_settings(&[], "deadline_ms = 300\n", variables);
    assert!(
        late.contains("hsm.hedge_ms") && late.contains("300"),
        "{late}"
    );
    assert_eq!(with_settings(&[], "deadline_ms = 301\n", variables), "");
}

#[test]
fn each_mistake_about_a_second_hsm_is_named() {
    for (edits, more, named) in [
        (
            &[("\"certificates\"", "\"other\"")][..],
            "",
            &[
                "hsm-2.toml",
                "customer-ca of the HSM second",
                "HSM first",
                "certificates differ",
            ][..],
        ),
        (
            &[
                ("id = \"customer-ca\"", "id = \"a\""),
                ("id = \"staff-ca\"", "id = \"b\""),
                ("id = \"ocsp\"", "id = \"c\""),
                ("id = \"audit\"", "id = \"d\""),
                ("key = \"customer-ca\"", "key = \"a\""),
                ("key = \"staff-ca\"", "key = \"b\""),
            ],
            "",
            &["hsm-2.toml", "has none of the keys", "remove this HSM"],
        ),
        (
            &[(
                "pin = { env = \"INKAN_ISSUING_PIN\" }",
                "pin = { shares = \"set.json\" }",
            )],
            "",
            &[
                "hsm-2.toml",
                "shared among officers",
                "that of the first HSM is not",
            ],
        ),
        (
            &[],
            "module_variables = { LD_PRELOAD = \"/tmp/x.so\" }\n",
            &["hsm.additional[1].module_variables", "LD_PRELOAD"],
        ),
        (
            &[],
            "module_variables = { LUNA_PIN = \"1234\" }\n",
            &[
                "hsm.additional[1].module_variables",
                "LUNA_PIN is not a variable",
            ],
        ),
        (
            &[],
            "module_variables = { SOFTHSM2_CONF = \"\" }\n",
            &["SOFTHSM2_CONF has no value"],
        ),
        (
            &[],
            "workers = 0\nqueue = 0\n",
            &["hsm.additional[1].workers", "hsm.additional[1].queue"],
        ),
        (
            &[],
            "[[hsm.additional]]\nname = \"first\"\nspec = \"hsm-3.toml\"\n",
            &[
                "hsm.additional[2].name",
                "the name of another HSM",
                "hsm.additional[2].spec",
            ],
        ),
        (
            &[],
            "[[hsm.additional]]\nname = \"Third One\"\nspec = \"hsm-2.toml\"\n",
            &["hsm.additional[2].name", "\"Third One\" is not a name"],
        ),
        (
            &[],
            &["x", "y", "z"]
                .map(|name| SECOND.replace("\"second\"", &format!("{name:?}")))
                .concat(),
            &["hsm.additional", "5 HSMs are too many"],
        ),
    ] {
        let text = with_second(edits, more);
        for part in named {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn a_successor_may_be_in_another_hsm_alone() {
    let bank = bank();
    let spec = fs::read_to_string(bank.at("hsm.toml")).unwrap();
    let more = "\n[[customer_ca]]\ngeneration = 1\nkey = \"customer-ca\"\n\
                [[customer_ca]]\ngeneration = 2\nkey = \"customer-ca-2\"\n\
                issues_from = \"2027-04-01T00:00:00Z\"\n";
    let text = fs::read_to_string(bank.at("inkan.toml")).unwrap();
    let text = format!("{text}{SECOND}{more}");
    fs::write(bank.at("inkan.toml"), text).unwrap();
    fs::write(bank.at("hsm-2.toml"), &spec).unwrap();
    let lacking = found(&bank);
    assert!(lacking.contains("has no key customer-ca-2"), "{lacking}");

    // The keys of the second one's specification are other ones; the root's certificate is the same.
    let other = spec
        .replace("\"customer-ca\"", "\"customer-ca-2\"")
        .replace("\"staff-ca\"", "\"staff-ca-2\"")
        .replace("\"ocsp\"\n", "\"ocsp-2\"\n")
        .replace("id = \"audit\"", "id = \"audit-2\"")
        .replace("use = \"customer-ca-2\"", "use = \"customer-ca\"")
        .replace("use = \"staff-ca-2\"", "use = \"staff-ca\"")
        .replace("use = \"ocsp-2\"", "use = \"ocsp\"");
    fs::write(bank.at("hsm-2.toml"), other).unwrap();
    let certificates = bank.at("certificates");
    let own = certificates.join("staff-ca.pem");
    fs::copy(own, certificates.join("customer-ca-2.pem")).unwrap();
    assert_eq!(found(&bank), "");
}
