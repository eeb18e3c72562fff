//! The example of a configuration is valid, and `config check` refuses what `serve` would refuse.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use inkan_tests::programs::Said;
use inkan_tests::{Outcome, programs};
use rcgen::{CertificateParams, KeyPair};
use softhsm_test_helpers::SoftHsm;

const PINS: [(&str, &str); 4] = [
    ("INKAN_ROOT_SO_PIN", "70315582"),
    ("INKAN_ROOT_PIN", "26690417"),
    ("INKAN_ISSUING_SO_PIN", "93104826"),
    ("INKAN_ISSUING_PIN", "58817203"),
];

fn check(directory: &Path) -> Outcome<Said> {
    server(directory, &["config", "check"])
}

fn server(directory: &Path, command: &[&str]) -> Outcome<Said> {
    let mut program = Command::new(programs::built("inkan-server")?);
    program.args(command).args(["--config", "inkan.toml"]);
    programs::run(program.current_dir(directory))
}

#[test]
fn the_example_passes_config_check_and_each_file_of_it_is_looked_into() -> Outcome {
    let hsm = SoftHsm::new();
    let directory = hsm.path().join("example");
    let file = |name: &str| directory.join(name);
    fs::create_dir_all(file("tls"))?;
    let repository = programs::repository();
    fs::copy(repository.join("docs/inkan.toml"), file("inkan.toml"))?;
    fs::copy(
        repository.join("hsm-config/examples/softhsm2.toml"),
        file("softhsm2.toml"),
    )?;
    for (listener, host) in [
        ("portal", "ib.bank.example"),
        ("certificate", "cert.bank.example"),
        ("staff", "staff.bank.example"),
    ] {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new([host.to_owned()])?;
        fs::write(
            file(&format!("tls/{listener}.pem")),
            params.self_signed(&key)?.pem(),
        )?;
        let key_file = file(&format!("tls/{listener}.key"));
        fs::write(&key_file, key.serialize_pem())?;
        fs::set_permissions(&key_file, Permissions::from_mode(0o600))?;
    }
    let before = check(&directory)?;
    assert!(!before.well(), "there was no ceremony: {before}");
    let mut apply = Command::new(programs::built("inkan-hsm")?);
    apply
        .args(["apply", "--spec", "softhsm2.toml"])
        .envs(PINS)
        .envs(hsm.env());
    programs::run(apply.current_dir(&directory))?.expect_well()?;
    let said = check(&directory)?;
    assert!(
        said.well() && said.to_string().contains("inkan.toml: ok"),
        "{said}"
    );

    // One error at a time: the file, its content, and the finding.
    let other = KeyPair::generate()?.serialize_pem();
    let staff_ca = fs::read_to_string(file("certificates/staff-ca.pem"))?;
    let config = fs::read_to_string(file("inkan.toml"))?;
    let edited = |from: &str, to: &str| {
        assert!(config.contains(from), "{from}");
        Some(config.replace(from, to))
    };
    for (name, content, named) in [
        ("certificates/customer-ca.pem", None, "customer-ca.pem"),
        ("certificates/root-ca.pem", Some(staff_ca), "root"),
        (
            "certificates/customer-ca.pem",
            Some("none".to_owned()),
            "customer-ca.pem",
        ),
        (
            "tls/portal.pem",
            Some("none".to_owned()),
            "portal.tls_certificate",
        ),
        ("tls/certificate.key", Some(other), "certificate.tls_key"),
        ("tls/staff.key", None, "staff.tls_key"),
        (
            "softhsm2.toml",
            Some("environment = 1".to_owned()),
            "hsm.spec",
        ),
        (
            "inkan.toml",
            edited("generation = 1", "generation = 0"),
            "customer_ca[1].generation",
        ),
        (
            "inkan.toml",
            edited("key = \"customer-ca\"", "key = \"staff-ca\""),
            "staff-ca",
        ),
        (
            "inkan.toml",
            edited(
                "[portal]",
                "[[customer_ca]]\ngeneration = 2\nkey = \"x\"\n[portal]",
            ),
            "issues_from",
        ),
        (
            "inkan.toml",
            edited("tls_days = 30", "tls_days = 0"),
            "warnings.tls_days",
        ),
        (
            "inkan.toml",
            edited("pki-operators@bank.example", "nobody"),
            "warnings.operators",
        ),
    ] {
        let path = file(name);
        let (good, mode) = (fs::read(&path)?, fs::metadata(&path)?.permissions());
        match content {
            Some(text) => fs::write(&path, text)?,
            None => fs::remove_file(&path)?,
        }
        let said = check(&directory)?;
        assert_eq!(said.code, Some(3), "{name}: {said}");
        assert!(said.err.contains(named), "{name}: {named} in {said}");
        fs::write(&path, good)?;
        fs::set_permissions(&path, mode)?;
    }
    assert!(check(&directory)?.well());

    // Many at once: all are listed, each with its code, and the start reports the same.
    let many = config
        .replace("127.0.0.1:9090", "127.0.0.1:80")
        .replace("https://staff.bank.example", "https://desk.bank.example")
        .replace("http://pki.bank.example", "http://pki.bank.example.jp");
    fs::write(file("inkan.toml"), many)?;
    fs::set_permissions(file("tls/portal.key"), Permissions::from_mode(0o644))?;
    for command in [&["config", "check"][..], &["serve"]] {
        let said = server(&directory, command)?;
        assert_eq!(said.code, Some(3), "{said}");
        for code in [
            "operations.bind: 127.0.0.1:80 is already used by public.bind",
            "[address-taken]",
            "[tls-host]",
            "[readable-by-others]",
            "[public-url]",
        ] {
            assert!(said.err.contains(code), "{code} in {said}");
        }
    }
    Ok(())
}
