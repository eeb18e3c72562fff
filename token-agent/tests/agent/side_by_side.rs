//! Two agents at one token; half a key pair, left by an agent that ended during a key generation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use inkan_pki::pkcs11::keys::orphan_public_keys;

use super::harness::authority::LOGIN_ID;
use super::harness::bank::{Bank, Fault};
use super::harness::{Customer, wait_until};

#[test]
fn a_second_agent_does_not_use_the_token() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    bank.state().enroll.push_back(Fault::Hold);
    let mut first = customer.begin(&bank);
    wait_until("the first agent sends its CSR", || {
        !bank.state().csrs.is_empty()
    });
    assert_eq!(
        customer.open(&bank).failure(),
        (12, "token-in-use".to_owned())
    );
    first.kill().unwrap();
    first.wait().unwrap();
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(customer.contents().keys.len(), 1);
}

/// Object files of the token and their sizes.
fn objects(directory: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(objects(&path));
        } else if path.extension().is_some_and(|e| e == "object") {
            let size = std::fs::metadata(&path).unwrap().len();
            found.insert(path, size);
        }
    }
    found
}

/// A public key with this label whose private key never existed.
fn half(customer: &Customer, label: &str) {
    let before = objects(&customer.hsm.token_directory());
    customer.foreign_key(label);
    let after = objects(&customer.hsm.token_directory());
    let new = after.iter().filter(|(p, _)| !before.contains_key(*p));
    let (private, _) = new.max_by_key(|(_, size)| **size).unwrap();
    std::fs::remove_file(private).unwrap();
}

#[test]
fn half_a_pair_of_ours_is_deleted_and_no_other() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    half(
        &customer,
        &format!("inkan/kenmin/{LOGIN_ID}/2026-11-01/0011aabb"),
    );
    half(&customer, "inkan/kenmin/another/2026-11-01/0011aabb");
    half(&customer, "Hanako's own");
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    let left = customer.with_session(|s| orphan_public_keys(s).unwrap());
    let mut left: Vec<_> = left.into_iter().map(|(label, _)| label).collect();
    left.sort();
    assert_eq!(
        left,
        ["Hanako's own", "inkan/kenmin/another/2026-11-01/0011aabb"]
    );
}

#[test]
fn a_key_of_ours_with_missing_attributes_is_generated_again() {
    let bank = Bank::start();
    let customer = Customer::of(&bank);
    let label = format!("inkan/kenmin/{LOGIN_ID}/2026-11-01/0011aabb");
    let made = std::process::Command::new("pkcs11-tool")
        .arg("--module")
        .arg(customer.module())
        .args(["--login", "--pin", &customer.token.pin, "--keypairgen"])
        .args(["--key-type", "EC:prime256v1", "--extractable"])
        .args(["--label", &label, "--id", "0a0b0c"])
        .envs(customer.hsm.env())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let run = customer.open(&bank);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.steps().contains(&"key-made".to_owned()));
    let keys = customer.contents().keys;
    assert_eq!(keys.len(), 1);
    assert_ne!(keys[0].label, label);
}
