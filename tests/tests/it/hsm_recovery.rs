//! The bank's HSM is lost while it serves, and restored from a backup that was made meanwhile: the same CA issues again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::certificates;
use inkan_tests::machine::{Expect as _, Machine};
use inkan_tests::officers::inkan_hsm;
use inkan_tests::programs::Said;
use inkan_tests::requests;
use inkan_tests::screens::{counter, customer};
use tempfile::TempDir;

use crate::login::soft_certificate;
use crate::scene::{self, Scene};

/// Where the bank's SoftHSM keeps its tokens.
fn token_directory(bank: &Bank) -> Outcome<PathBuf> {
    let text = fs::read_to_string(&bank.dev.softhsm_conf)?;
    let value = |line: &str| Some(line.split_once("directories.tokendir =")?.1.trim().into());
    Ok(text.lines().find_map(value).ok_or(text.clone())?)
}

fn at_the_hsm(bank: &Bank, arguments: &[&str]) -> Outcome<Said> {
    let spec = bank.dev.hsm_spec.to_string_lossy();
    inkan_hsm(&bank.dev, &[arguments, &["--spec", &spec]].concat(), "")
}

fn identity_file(directory: &Path) -> Outcome<(String, String)> {
    let key = age::x25519::Identity::generate();
    let file = directory.join("identity");
    fs::write(&file, key.to_string().expose_secret())?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    Ok((key.to_public().to_string(), file.display().to_string()))
}

#[test]
fn a_lost_hsm_is_restored_the_bank_issues_again_and_an_old_certificate_logs_in() -> Outcome {
    let mut scene = Scene::at(Bank::open()?)?;
    let before = soft_certificate(&scene, true)?;
    let place = TempDir::with_prefix("inkan-backups-")?;
    let (recipient, identity) = identity_file(place.path())?;
    let archive = place.path().join("issuing.age").display().to_string();
    // The server serves and signs meanwhile.
    let backup = [
        "backup",
        "--token",
        "issuing",
        "--recipient",
        &recipient,
        "--out",
        &archive,
        "--yes",
    ];
    at_the_hsm(&scene.bank, &backup)?.expect_well()?;

    scene.bank.kill()?;
    let tokens = token_directory(&scene.bank)?;
    fs::remove_dir_all(&tokens)?;
    fs::create_dir(&tokens)?;
    let verify = ["verify", "--offline", "root"];
    let said = at_the_hsm(&scene.bank, &verify)?;
    assert!(said.out.contains("[token-missing]"), "{said}");
    let restore = [
        "restore",
        "--from",
        &archive,
        "--identity",
        &identity,
        "--yes",
    ];
    at_the_hsm(&scene.bank, &restore)?.expect_well()?;
    at_the_hsm(&scene.bank, &verify)?.expect_well()?;
    scene.bank.restart_as_serve()?;

    let (dev, hanako) = (&scene.bank.dev, &scene.person);
    let browser = Browser::presenting(&dev.server_ca, &before)?;
    customer::log_in_with_certificate(&browser, dev, &hanako.login_password)?
        .must_show("BTOP001")?;
    // Another customer's certificate is of the same CA, and logs in, too.
    let contract = counter::contract_with_application(dev, "2345678")?;
    let (browser, person) = scene::register(&scene.bank, &contract, "koumi001")?;
    let page = customer::identify(&browser, dev, &person.login_id, &person.login_password)?;
    let link = customer::agent_link(&customer::press_issue(&browser, &page)?)?;
    let ticket = Machine::new(dev)?.pick_up(&link)?.granted()?;
    let (key, csr) = requests::honest()?;
    let chain = Machine::new(dev)?.enrol(&ticket, &csr)?.granted()?;
    let after = certificates::soft(chain, &key);
    Machine::presenting(dev, &after)?.activate()?.granted()?;
    let browser = Browser::presenting(&dev.server_ca, &after)?;
    customer::log_in_with_certificate(&browser, dev, &person.login_password)?
        .must_show("BTOP001")?;
    Ok(())
}
