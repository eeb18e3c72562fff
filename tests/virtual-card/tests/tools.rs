//! Other programs accept the virtual card; it keeps its data, and is removed when it is pulled.
#![cfg(feature = "card")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

use std::process::Command;

use inkan_virtual_card::{Card, Model, Moment, Pull, Readers, spoil};

fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn well(program: &str, arguments: &[&str]) -> String {
    let (success, said) = run(program, arguments);
    assert!(success, "{program} {arguments:?}: {said}");
    said
}

#[test]
fn other_programs_see_a_piv_card() {
    let readers = Readers::start();
    let reader = readers.first();
    for model in [Model::Plain, Model::Yubico] {
        let mut card = Card::inserted(model, &reader);
        let name = well("opensc-tool", &["--name"]);
        assert!(
            name.contains("Personal Identity Verification"),
            "{model:?}: {name}"
        );
        let status = well("yubico-piv-tool", &["-r", "Yubico", "-a", "status"]);
        assert!(status.contains("PIN tries left"), "{model:?}: {status}");
        card.pull();
    }
}

#[test]
fn a_key_made_by_another_program_outlives_the_pull() {
    let readers = Readers::start();
    let reader = readers.second();
    let mut card = Card::inserted(Model::Plain, &reader);
    let key = well(
        "yubico-piv-tool",
        &[
            "-r", "Yubico", "-a", "generate", "-s", "9a", "-A", "ECCP256",
        ],
    );
    assert!(key.contains("BEGIN PUBLIC KEY"), "{key}");
    card.pull();
    card.insert(&reader);
    // Signing needs the key; without one the status word differs.
    let sign = [0, 0x87, 0x11, 0x9a, 38, 0x7c, 36, 0x82, 0, 0x81, 32];
    let verify = b"\x00\x20\x00\x80\x08123456\xff\xff".to_vec();
    let sign = [&sign[..], &[7; 32], &[0]].concat();
    assert_eq!(spoil::send(&reader, &[verify, sign]), 0x9000);
}

#[test]
fn a_loss_of_power_ends_the_login_and_tries_are_counted() {
    let readers = Readers::start();
    let reader = readers.first();
    let mut card = Card::inserted(Model::Plain, &reader);
    let verify = b"\x00\x20\x00\x80\x08123456\xff\xff".to_vec();
    let ask = vec![0, 0x20, 0, 0x80];
    assert_eq!(spoil::send(&reader, &[verify.clone(), ask.clone()]), 0x9000);
    card.pull();
    card.insert(&reader);
    assert_eq!(spoil::send(&reader, std::slice::from_ref(&ask)), 0x63c3);
    assert_eq!(spoil::wrong_pins(&reader, 1), 0x63c2);
    spoil::block_pin(&reader);
    assert_eq!(spoil::send(&reader, &[verify]), 0x6983);
    spoil::block_puk(&reader);
}

#[test]
fn a_card_is_removed_at_the_configured_command() {
    let mut readers = Readers::start();
    let reader = readers.first();
    let mut card = Card::inserted(Model::Plain, &reader);
    let _ = card.seen();
    card.pull_at(Pull::nth_of(0x20, 2, Moment::After));
    let pulled = std::panic::catch_unwind(|| spoil::wrong_pins(&reader, 3));
    assert!(pulled.is_err(), "the third command finds no card");
    card.wait_until_out();
    assert!(!card.is_in());
    let verifies = card.seen().iter().filter(|s| s.header[1] == 0x20).count();
    assert_eq!(verifies, 2);
    card.insert(&reader);
    assert_eq!(spoil::send(&reader, &[vec![0, 0x20, 0, 0x80]]), 0x63c1);
    // pcscd may stop and start again: the card is still in the reader.
    readers.stop();
    readers.up();
    reader.wait_for_card(true);
}
