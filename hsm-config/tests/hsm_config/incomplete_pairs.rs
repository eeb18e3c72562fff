//! An incomplete key pair, left on a token by a program that ended during a key generation.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use inkan_hsm_config::apply::Ceremony;
use inkan_hsm_config::plan;
use inkan_hsm_config::transcript::Transcript;

use crate::environment::{Environment, PINS, now};
use crate::record;

/// The object files of all tokens.
fn objects(environment: &Environment) -> BTreeSet<PathBuf> {
    let files = environment.files().into_iter().map(|(path, _)| path);
    files
        .filter(|p| p.extension().is_some_and(|e| e == "object"))
        .collect()
}

/// A ceremony that was interrupted in the step `key:customer-ca`; of the two keys of the pair, `keep` exist, smallest
/// first.
fn interrupted_with_half(environment: &Environment, keep: usize) {
    let spec = environment.spec();
    let mut ignore = |_: &_| {};
    let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
    for _ in 0..5 {
        assert!(ceremony.step().unwrap());
    }
    let before = objects(environment);
    assert!(ceremony.step().unwrap());
    drop(ceremony);
    let forgotten = record::forget_last(&spec.transcript_path());
    assert_eq!(forgotten.step, "key:customer-ca");
    let mut made: Vec<_> = objects(environment).difference(&before).cloned().collect();
    made.sort_by_key(|path| fs::metadata(path).unwrap().len());
    assert_eq!(made.len(), 2);
    fs::remove_file(&made[1 - keep]).unwrap();
}

/// An incomplete pair of this ceremony is replaced.
fn is_replaced(keep: usize) {
    let environment = Environment::new();
    interrupted_with_half(&environment, keep);
    // As other processes, which see the token as it is.
    environment.expect(&["apply"], 0);
    environment.expect(&["verify"], 0);
    let transcript = Transcript::load(&environment.spec().transcript_path());
    let transcript = transcript.unwrap().unwrap();
    let made = transcript.done("key:customer-ca").unwrap();
    assert_eq!(made.details["replaces"], "an incomplete key pair");
}

#[test]
fn an_orphan_public_key_is_replaced() {
    is_replaced(0);
}

#[test]
fn an_orphan_private_key_is_replaced() {
    is_replaced(1);
}

#[test]
fn a_key_without_all_its_attributes_is_replaced() {
    let environment = Environment::new();
    let spec = environment.spec();
    let mut ignore = |_: &_| {};
    let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
    for _ in 0..5 {
        assert!(ceremony.step().unwrap());
    }
    drop(ceremony);
    record::announce(&spec.transcript_path(), "key:customer-ca", &[]);
    let id = hex::encode(plan::cka_id(&spec, spec.key("customer-ca").unwrap()));
    let made = Command::new("pkcs11-tool")
        .arg("--module")
        .arg(environment.hsm.module_path())
        .args(["--token-label", "issuing", "--login", "--pin"])
        .arg(PINS[3].1)
        .args([
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--extractable",
        ])
        .args(["--label", "customer-ca", "--id", &id])
        .envs(environment.hsm.env())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    environment.expect(&["apply"], 0);
    environment.expect(&["verify"], 0);
}

/// Objects from before the start of the step are kept.
fn stays(keep: usize) {
    let environment = Environment::new();
    interrupted_with_half(&environment, keep);
    let transcript = environment.spec().transcript_path();
    let forgotten = record::forget_last(&transcript);
    assert_eq!(forgotten.step, "key:customer-ca");
    let before = (objects(&environment), fs::read(&transcript).unwrap());
    let text = environment.expect(&["apply"], 7);
    assert!(
        text.contains("\"customer-ca\"") && text.contains("half"),
        "{text}"
    );
    let after = (objects(&environment), fs::read(&transcript).unwrap());
    assert!(after == before, "nothing was touched");
}

#[test]
fn an_orphan_public_key_from_elsewhere_stays() {
    stays(0);
}

#[test]
fn an_orphan_private_key_from_elsewhere_stays() {
    stays(1);
}

#[test]
fn a_pipe_in_place_of_a_file_does_not_block() {
    let environment = Environment::new();
    let directory = environment.path("certificates");
    fs::create_dir(&directory).unwrap();
    for (name, exit) in [("transcript.jsonl", 10), ("root-ca.pem", 9)] {
        let path = directory.join(name);
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        environment.expect(&["apply"], exit);
        fs::remove_file(path).unwrap();
    }
}
