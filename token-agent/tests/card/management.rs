//! The management key: every cipher, changed keys, a key kept under the PIN.

use inkan_agent::piv::PivError;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::Model;

use crate::harness::{Scene, key_with_certificate, pin, signs};

/// Ciphers of management keys, and their keys' length.
const CIPHERS: [(u8, usize); 4] = [(0x03, 24), (0x08, 16), (0x0a, 24), (0x0c, 32)];

fn own_key(length: usize) -> Vec<u8> {
    (0..length).map(|at| 0x31 + at as u8).collect()
}

#[test]
fn the_makers_key_need_not_be_asked_for() {
    let mut scene = Scene::new(Model::Plain);
    for model in [Model::Plain, Model::Yubico] {
        scene.another(model);
        let mut card = scene.logged_in();
        assert_eq!(card.needs_management_key(), Ok(false), "{model:?}");
        key_with_certificate(&mut card, "first");
    }
}

#[test]
fn a_key_of_ones_own_is_asked_for_whatever_its_cipher() {
    let mut scene = Scene::new(Model::Yubico);
    for (cipher, length) in CIPHERS {
        scene.another(Model::Yubico);
        let key = own_key(length);
        scene.card.set_management_key(cipher, &key);
        let mut card = scene.logged_in();
        assert_eq!(card.needs_management_key(), Ok(true), "{cipher:02x}");
        let refused = card.generate(KeyAlgorithm::EcP256, "a label", None);
        assert_eq!(refused, Err(PivError::ManagementKeyNeeded));
        for nonsense in ["", "xyz", "0102", &"00".repeat(length + 1)] {
            let unfit = card.administer(&Pin::new(nonsense));
            assert_eq!(unfit, Err(PivError::ManagementKeyShape), "{nonsense}");
        }
        let wrong = card.administer(&Pin::new("11".repeat(length)));
        assert_eq!(wrong, Err(PivError::ManagementKeyWrong), "{cipher:02x}");
        assert_eq!(card.needs_management_key(), Ok(true));
        card.administer(&Pin::new(hex::encode(&key))).unwrap();
        assert_eq!(card.needs_management_key(), Ok(false));
        let (slot, made, _) = key_with_certificate(&mut card, "first");
        signs(&mut card, slot, &made);
    }
}

#[test]
fn a_changed_key_is_asked_for_on_a_card_without_metadata() {
    let scene = Scene::new(Model::Plain);
    let key = own_key(24);
    scene.card.set_management_key(0x03, &key);
    let mut card = scene.logged_in();
    assert_eq!(card.needs_management_key(), Ok(true));
    card.administer(&Pin::new(hex::encode(&key))).unwrap();
    key_with_certificate(&mut card, "first");
}

#[test]
fn aes_is_found_on_a_card_without_metadata() {
    let scene = Scene::new(Model::Plain);
    let key = own_key(32);
    scene.card.set_management_key(0x0c, &key);
    let mut card = scene.logged_in();
    assert_eq!(card.needs_management_key(), Ok(true));
    card.administer(&Pin::new(hex::encode(&key))).unwrap();
    key_with_certificate(&mut card, "first");
}

#[test]
fn a_key_kept_under_the_pin_need_not_be_asked_for() {
    let scene = Scene::new(Model::Yubico);
    let key = own_key(24);
    scene.card.keep_management_key_under_pin(0x0a, &key);
    let mut card = scene.open();
    card.login(&pin()).unwrap();
    assert_eq!(card.needs_management_key(), Ok(false));
    let (slot, made, _) = key_with_certificate(&mut card, "first");
    signs(&mut card, slot, &made);
}

#[test]
fn a_card_that_cannot_prove_its_own_key_is_not_believed() {
    let scene = Scene::new(Model::Yubico);
    let mut card = scene.logged_in();
    // To the proof it answers anything: 7C { 82 sixteen bytes }.
    let witness = [&[0x7c, 18, 0x80, 16][..], &[7; 16], &[0x90, 0]].concat();
    let answer = [&[0x7c, 18, 0x82, 16][..], &[9; 16], &[0x90, 0]].concat();
    scene.card.answer_instead(0x87, &witness);
    scene.card.answer_instead(0x87, &answer);
    let refused = card.generate(KeyAlgorithm::EcP256, "a label", None);
    assert!(
        matches!(refused, Err(PivError::Malformed { .. })),
        "{refused:?}"
    );
}

/// How often a management key was proven: its cipher's answer to the card's challenge was sent.
fn keys_sent(scene: &Scene) -> usize {
    let seen = scene.card.seen();
    seen.iter()
        .filter(|s| s.header[1] == 0x87 && s.header[3] == 0x9b && s.data > 8)
        .count()
}

#[test]
fn a_key_with_an_unclear_answer_is_not_sent_again() {
    let scene = Scene::new(Model::Yubico);
    let key = own_key(24);
    scene.card.set_management_key(0x0a, &key);
    let mut card = scene.logged_in();
    card.administer(&Pin::new(hex::encode(&key))).unwrap();
    let _ = scene.card.seen();
    // A challenge of sixteen bytes, and no word about the answer to it.
    let challenge = [&[0x7c, 18, 0x80, 16][..], &[7; 16], &[0x90, 0x00]].concat();
    scene.card.answer_instead(0x87, &challenge);
    scene.card.answer_instead(0x87, &[0x6f, 0x00]);
    let mut generate = || card.generate(KeyAlgorithm::EcP256, "a label", None);
    assert_eq!(generate().unwrap_err(), PivError::ManagementKeyWrong);
    assert_eq!(keys_sent(&scene), 1);
    for _ in 0..3 {
        assert_eq!(generate().unwrap_err(), PivError::ManagementKeyNeeded);
    }
    assert_eq!(keys_sent(&scene), 0);
}

#[test]
fn the_makers_key_is_tried_once_where_it_was_changed() {
    let scene = Scene::new(Model::Plain);
    scene.card.set_management_key(0x03, &own_key(24));
    let mut card = scene.logged_in();
    let _ = scene.card.seen();
    for _ in 0..3 {
        assert_eq!(card.needs_management_key(), Ok(true));
        let refused = card.generate(KeyAlgorithm::EcP256, "a label", None);
        assert_eq!(refused.unwrap_err(), PivError::ManagementKeyNeeded);
    }
    assert_eq!(keys_sent(&scene), 1);
}
