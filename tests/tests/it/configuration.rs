//! An invalid configuration ends the program and names the file, the field and the remedy.

use std::path::Path;
use std::process::Command;

use inkan_tests::{Outcome, programs};
use tempfile::TempDir;

/// Runs a program that must refuse; returns its standard error.
fn refusal(program: &str, arguments: &[&str], directory: &Path) -> Outcome<String> {
    let said = programs::run(
        Command::new(programs::built(program)?)
            .args(arguments)
            .current_dir(directory),
    )?;
    assert!(
        said.code.is_some_and(|c| c != 0),
        "{program} ends with an error of its own: {said}"
    );
    assert!(!said.err.contains("panicked"), "{said}");
    Ok(said.err)
}

#[test]
fn a_missing_server_configuration_is_named() -> Outcome {
    let files = TempDir::new()?;
    let said = refusal(
        "inkan-server",
        &["serve", "--config", "inkan.toml"],
        files.path(),
    )?;
    assert!(said.contains("inkan.toml"), "{said}");
    Ok(())
}

#[test]
fn an_unknown_field_of_the_server_configuration_is_named() -> Outcome {
    let files = TempDir::new()?;
    std::fs::write(
        files.path().join("inkan.toml"),
        "databse = \"sqlite:///tmp/x.db\"\n",
    )?;
    let said = refusal(
        "inkan-server",
        &["serve", "--config", "inkan.toml"],
        files.path(),
    )?;
    assert!(
        said.contains("inkan.toml") && said.contains("databse"),
        "{said}"
    );
    Ok(())
}

#[test]
fn an_unknown_field_of_an_hsm_spec_is_named() -> Outcome {
    let files = TempDir::new()?;
    std::fs::write(
        files.path().join("hsm.toml"),
        "environment = \"demo\"\nprofil = \"softhsm2\"\n",
    )?;
    let said = refusal("inkan-hsm", &["plan", "--spec", "hsm.toml"], files.path())?;
    assert!(
        said.contains("hsm.toml") && said.contains("profil"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_wrong_module_is_named_with_the_field_to_correct() -> Outcome {
    let files = TempDir::new()?;
    let example =
        std::fs::read_to_string(programs::repository().join("hsm-config/examples/softhsm2.toml"))?;
    let wrong = format!("module = \"/nowhere/libhsm.so\"\n{example}");
    std::fs::write(files.path().join("hsm.toml"), wrong)?;
    let said = refusal("inkan-hsm", &["apply", "--spec", "hsm.toml"], files.path())?;
    assert!(
        said.contains("/nowhere/libhsm.so") && said.contains("module"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_missing_hsm_spec_is_named() -> Outcome {
    let files = TempDir::new()?;
    let said = refusal(
        "inkan-hsm",
        &["verify", "--spec", "nowhere.toml"],
        files.path(),
    )?;
    assert!(said.contains("nowhere.toml"), "{said}");
    Ok(())
}

#[test]
fn an_unknown_field_of_a_bank_file_is_named() -> Outcome {
    let files = TempDir::new()?;
    std::fs::write(
        files.path().join("bank.toml"),
        "id = \"demo\"\nurl = \"https://elsewhere.example\"\n",
    )?;
    let config = files.path().join("config").display().to_string();
    let said = refusal(
        "inkan-agent",
        &[
            "--lang",
            "en",
            "--config-dir",
            &config,
            "bank",
            "add",
            "--yes",
            "bank.toml",
        ],
        files.path(),
    )?;
    assert!(said.contains("bank.toml") && said.contains("url"), "{said}");
    Ok(())
}
