//! The program as a process: exit codes, output, the example, openssl.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use softhsm_test_helpers::SoftHsm;

use crate::environment::{Environment, PINS, perform};

#[test]
fn all_commands_run_and_no_pin_is_in_any_output_or_file() {
    let environment = Environment::new();
    let mut output = String::new();
    for (arguments, exit) in [
        (["plan"].as_slice(), 0),
        (&["plan", "--json"], 0),
        (&["verify"], 8),
        (&["transcript"], 10),
        (&["apply"], 0),
        (&["apply"], 6),
        (&["verify"], 0),
        (&["verify", "--json"], 0),
        (&["transcript"], 0),
        (&["transcript", "--json"], 0),
    ] {
        output += &environment.expect(arguments, exit);
    }
    for (name, pin) in PINS {
        assert!(!output.contains(pin), "{name} was printed");
        for (path, content) in environment.files() {
            let own = path.extension().is_some_and(|e| e == "pin");
            let found = content.windows(pin.len()).any(|w| w == pin.as_bytes());
            assert!(own || !found, "{name} is in {}", path.display());
        }
    }
}

#[test]
fn json_has_the_documented_fields() {
    let environment = Environment::new();
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_slice(&environment.run(arguments).stdout).unwrap()
    };
    let plan = json(&["plan", "--json"]);
    assert_eq!(plan["steps"][0]["id"], "token:root");
    assert_eq!(plan["steps"][0]["action"], "initialize-token");
    assert_eq!(plan["steps"][8]["subject"]["common_name"], "株式会社 CA");
    environment.expect(&["apply"], 0);
    let transcript = json(&["transcript", "--json"]);
    assert_eq!(transcript[0]["details"]["plan_sha256"], plan["sha256"]);
    assert_eq!(
        transcript.as_array().unwrap().last().unwrap()["event"],
        "completed"
    );
    let report = json(&["verify", "--json"]);
    assert_eq!(report["checks"][0]["aspect"], "transcript");
    assert_eq!(report["checks"][0]["finding"], Value::Null);

    fs::remove_file(environment.path("root.pin")).unwrap();
    let output = environment.run(&["verify", "--json"]);
    assert_eq!(output.status.code(), Some(5));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "pin-file-unreadable");
}

#[test]
fn missing_and_malformed_modules_are_named_with_the_field() {
    let environment = Environment::new();
    for (module, code) in [
        ("none.so", "spec-module-not-found"),
        ("hsm.toml", "spec-not-a-module"),
    ] {
        let line = format!("profile = \"softhsm2\"\nmodule = \"{module}\"");
        environment.edit("profile = \"softhsm2\"", &line);
        for command in ["apply", "verify"] {
            let text = environment.expect(&[command], 3);
            assert!(
                text.contains(code) && text.contains("hsm.toml: module"),
                "{text}"
            );
        }
        environment.edit(&line, "profile = \"softhsm2\"");
    }
    assert!(!environment.path("certificates").exists());
}

#[test]
fn a_wrong_command_line_is_refused() {
    let run = |arguments: &[&str]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
            .args(arguments)
            .output()
            .unwrap()
    };
    assert_eq!(run(&["apply"]).status.code(), Some(2));
    assert_eq!(
        run(&["apply", "--spec", "x", "--pin", "1234"])
            .status
            .code(),
        Some(2)
    );
    let missing = run(&["plan", "--spec", "/no/such/file.toml"]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such/file.toml"));
    let help = String::from_utf8(run(&["verify", "--help"]).stdout).unwrap();
    for code in 0..=13 {
        assert!(help.contains(&format!("\n  {code:>2}  ")), "{code}: {help}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_stops_it() {
    let environment = Environment::new();
    fs::write(environment.path("certificates"), "a file").unwrap();
    let text = environment.expect(&["apply"], 10);
    assert!(text.contains("transcript-file"), "{text}");
}

#[test]
fn the_example_works_as_it_is() {
    let hsm = SoftHsm::new();
    let directory = hsm.path().join("example");
    fs::create_dir(&directory).unwrap();
    let spec = directory.join("softhsm2.toml");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/softhsm2.toml");
    fs::copy(example, &spec).unwrap();
    for (command, exit) in [("apply", 0), ("verify", 0), ("apply", 6)] {
        let output = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
            .args([command, "--spec"])
            .arg(&spec)
            .envs(hsm.env())
            .env("INKAN_ROOT_SO_PIN", "70315582")
            .env("INKAN_ROOT_PIN", "26690417")
            .env("INKAN_ISSUING_SO_PIN", "93104826")
            .env("INKAN_ISSUING_PIN", "58817203")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(exit), "{command}: {output:?}");
    }
}

#[test]
fn openssl_accepts_the_chain() {
    let environment = Environment::new();
    let spec = environment.spec();
    perform(&spec);
    let root = spec.certificate_path("root-ca");
    let customer = spec.certificate_path("customer-ca");
    let at = "1795338000"; // 2026-11-22T09:00:00Z
    for (certificate, usage) in [(&root, "any"), (&customer, "any")] {
        let verified = Command::new("openssl")
            .args([
                "verify",
                "-x509_strict",
                "-check_ss_sig",
                "-attime",
                at,
                "-purpose",
                usage,
                "-CAfile",
            ])
            .arg(&root)
            .arg(certificate)
            .output()
            .unwrap();
        assert!(verified.status.success(), "{verified:?}");
    }
    let text = Command::new("openssl")
        .args([
            "x509",
            "-noout",
            "-text",
            "-nameopt",
            "sep_comma_plus,show_type",
            "-in",
        ])
        .arg(&customer)
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for expected in [
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
        "X509v3 Subject Key Identifier:",
        "X509v3 Authority Key Identifier:",
        "URI:http://127.0.0.1:8080/crl/root-ca.crl\n",
        "CA Issuers - URI:http://127.0.0.1:8080/ca/root-ca.crt\n",
        "PRINTABLESTRING:JP",
        "PRINTABLESTRING:BANK",
        "UTF8STRING:",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let chain = inkan_hsm_config::chain::chain_pem(&spec, "customer-ca").unwrap();
    let files = [
        fs::read_to_string(&customer).unwrap(),
        fs::read_to_string(&root).unwrap(),
    ];
    assert_eq!(chain, files.concat());
}
