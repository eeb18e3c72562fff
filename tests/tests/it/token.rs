//! What the tokens hold, as `pkcs11-tool` shows it; a missing token; a wrong PIN.

use std::path::Path;
use std::process::Command;

use inkan_tests::customer::Customer;
use inkan_tests::database::Database;
use inkan_tests::{Outcome, programs};

use crate::scene::{self, Scene};

/// The private keys on a token, one block of `pkcs11-tool`'s output each.
fn private_keys(module: &Path, conf: &Path, label: &str, pin: &str) -> Outcome<Vec<String>> {
    let mut tool = Command::new("pkcs11-tool");
    tool.env("SOFTHSM2_CONF", conf)
        .env("TOKEN_PIN", pin)
        .arg("--module")
        .arg(module);
    tool.args([
        "--token-label",
        label,
        "--login",
        "--pin",
        "env:TOKEN_PIN",
        "--list-objects",
        "--type",
        "privkey",
    ]);
    let said = programs::run(&mut tool)?.expect_well()?;
    Ok(said
        .split("Private Key Object")
        .skip(1)
        .map(str::to_owned)
        .collect())
}

/// Sensitive, never extractable, generated on the token.
fn assert_confined(keys: &[String]) {
    for key in keys {
        let access = key
            .lines()
            .find(|l| l.contains("Access:"))
            .unwrap_or_default();
        for word in [
            "sensitive",
            "always sensitive",
            "never extractable",
            "local",
        ] {
            assert!(access.contains(word), "{word} in {key}");
        }
        let usage = key
            .lines()
            .find(|l| l.contains("Usage:"))
            .unwrap_or_default();
        assert_eq!(usage.replace("Usage:", "").trim(), "sign", "{key}");
    }
}

#[test]
fn the_customers_key_never_leaves_the_token() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer_with_certificate("OOZORA")?;
    let token = &customer.token;
    let keys = private_keys(
        &customer.hsm.module_path(),
        &customer.hsm.conf_path(),
        &token.label,
        &token.pin,
    )?;
    assert_eq!(keys.len(), 1);
    assert_confined(&keys);
    Ok(())
}

#[test]
fn the_banks_keys_never_leave_the_hsm() -> Outcome {
    let scene = Scene::open()?;
    let (mut seen, module) = (0, scene.customer("unused")?.hsm.module_path());
    for (label, pin) in scene.bank.hsm_tokens()? {
        let keys = private_keys(&module, &scene.bank.dev.softhsm_conf, &label, &pin)?;
        assert!(!keys.is_empty(), "{label} holds keys");
        assert_confined(&keys);
        seen += keys.len();
    }
    // root, customer CA, staff CA, OCSP, audit
    assert_eq!(seen, 5);
    Ok(())
}

#[test]
fn a_wrong_pin_is_sent_exactly_once() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    customer.watch_token()?;
    customer.mistype_pin("00000000")?;
    let followed = customer.follow(&scene.link()?)?;
    assert_eq!(followed.0.code, Some(8), "{}", followed.0);
    assert_eq!(scene::failure(&followed)?, "pin-wrong");
    assert_eq!(customer.logins_seen()?, 1);
    assert!(
        !followed.0.to_string().contains("00000000"),
        "the PIN is not repeated to anybody"
    );
    assert_eq!(
        Database::embedded(&scene.bank.data())?.customer_certificates()?,
        []
    );

    // The customer starts again with the correct one.
    customer.mistype_pin(&customer.token.pin)?;
    customer.follow(&scene.link()?)?.result()?;
    Ok(())
}

#[test]
fn a_missing_token_is_named() -> Outcome {
    let scene = Scene::open()?;
    let customer = scene.customer("OOZORA")?;
    let mut agent = customer.agent();
    agent.args([
        "--json",
        "open",
        "--yes",
        "--token",
        "SOMEWHERE ELSE",
        &scene.link()?,
    ]);
    let followed = inkan_tests::customer::Followed(programs::run(&mut agent)?);
    assert_eq!(followed.0.code, Some(7), "{}", followed.0);
    assert!(
        followed.0.to_string().contains("SOMEWHERE ELSE"),
        "{}",
        followed.0
    );
    Ok(())
}

#[test]
fn a_missing_module_is_named_with_its_file() -> Outcome {
    let scene = Scene::open()?;
    let customer = Customer::with_token("OOZORA")?;
    customer.install_bank(&scene.bank.dev.bank_config)?;
    let modules = customer.config().join("modules.toml");
    std::fs::write(
        modules,
        "piv = false\n[[module]]\nname = \"USB token\"\npath = \"/nowhere/libtoken.so\"\n",
    )?;
    let followed = customer.follow(&scene.link()?)?;
    assert!(!followed.0.well());
    assert!(
        followed.0.to_string().contains("/nowhere/libtoken.so"),
        "{}",
        followed.0
    );
    Ok(())
}
