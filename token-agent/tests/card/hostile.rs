//! Cards that lie: nonsense is told from an answer, without a panic, without an end to wait for, without a key lost.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::piv::container::Held;
use inkan_agent::piv::{PivCard, PivError, PivStore, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::Model;

use crate::harness::{Scene, key_with_certificate, pin, signs, slot_of};

fn malformed<T: std::fmt::Debug>(result: Result<T, PivError>) {
    assert!(
        matches!(result, Err(PivError::Malformed { .. })),
        "{result:?}"
    );
}

#[test]
fn another_kind_of_card_is_no_piv_card() {
    let scene = Scene::new(Model::Plain);
    for word in [[0x6a, 0x82], [0x6d, 0x00], [0x69, 0x99]] {
        scene.card.answer_instead(0xa4, &word);
        let other = PivCard::open(&scene.reader.name).map(drop);
        assert_eq!(other, Err(PivError::NotPiv));
    }
    // One that says nonsense about itself has no name, and is a card all the same.
    scene
        .card
        .answer_instead(0xa4, &[0x61, 0x7f, 0xff, 0x90, 0x00]);
    let card = PivCard::open(&scene.reader.name).unwrap();
    assert_eq!(card.facts().label, "");
}

#[test]
fn answers_without_end_have_an_end_here() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    // More and more is promised and nothing comes.
    scene.card.answer_instead(0x87, &[0x61, 0xff]);
    scene.card.answer_instead(0xc0, &[0x61, 0xff]);
    let promised = card.sign(
        Slot::AUTHENTICATION,
        KeyAlgorithm::EcP256,
        KeyAlgorithm::EcP256.default_scheme(),
        b"message",
    );
    malformed(promised);
    scene.card.answer_instead(0x87, &[0x6c, 0x10]);
    scene.card.answer_instead(0x87, &[0x6c, 0x10]);
    let circle = card.sign(
        Slot::AUTHENTICATION,
        KeyAlgorithm::EcP256,
        KeyAlgorithm::EcP256.default_scheme(),
        b"message",
    );
    malformed(circle);
    // More and more comes.
    let piece = [&[0x53; 256][..], &[0x61, 0x00]].concat();
    scene.card.answer_instead(0x87, &piece);
    for _ in 0..100 {
        scene.card.answer_instead(0xc0, &piece);
    }
    let flood = card.sign(
        Slot::AUTHENTICATION,
        KeyAlgorithm::EcP256,
        KeyAlgorithm::EcP256.default_scheme(),
        b"message",
    );
    malformed(flood);
}

#[test]
fn an_object_that_makes_no_sense_is_somebodys() {
    let scene = Scene::new(Model::Plain);
    let nonsense: [&[u8]; 6] = [
        &[0x90, 0x00],
        &[0x53, 0x82, 0xff, 0xff, 0x90, 0x00],
        &[0x53, 0x80, 0x90, 0x00],
        &[0x70, 0x00, 0x90, 0x00],
        &[0x53, 0x02, 0x70, 0x7f, 0x90, 0x00],
        &[0x64, 0x00],
    ];
    for answer in nonsense {
        let mut card = scene.logged_in();
        scene.card.answer_instead(0xcb, answer);
        let content = card.content().unwrap();
        let first = slot_of(&content, Slot::AUTHENTICATION);
        assert_eq!(first.held, Held::Unreadable, "{answer:x?}");
    }
}

#[test]
fn a_public_key_that_is_none_is_refused_and_its_slot_not_lost() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let off_the_curve = [&[0x7f, 0x49, 67, 0x86, 65][..], &[4; 65], &[0x90, 0]].concat();
    let nonsense: [&[u8]; 4] = [
        &[0x90, 0x00],
        &[0x7f, 0x49, 0x00, 0x90, 0x00],
        &[0x7f, 0x49, 0x82, 0xff, 0xff, 0x86, 0x90, 0x00],
        &off_the_curve,
    ];
    for answer in nonsense {
        scene.card.answer_instead(0x47, answer);
        malformed(card.generate(KeyAlgorithm::EcP256, "a label", None));
    }
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None)
        .unwrap();
    assert_eq!(slot, Slot::AUTHENTICATION);
    signs(&mut card, slot, &key);
}

#[test]
fn a_signature_that_is_none_is_refused() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    let nonsense: [&[u8]; 5] = [
        &[0x90, 0x00],
        &[0x7c, 0x00, 0x90, 0x00],
        &[0x7c, 0x04, 0x82, 0x02, 0x30, 0x00, 0x90, 0x00],
        &[
            0x7c, 0x0a, 0x82, 0x08, 0x30, 0x06, 2, 1, 0, 2, 1, 0, 0x90, 0x00,
        ],
        &[0x7c, 0x7f, 0x82, 0x90, 0x00],
    ];
    for answer in nonsense {
        scene.card.answer_instead(0x87, answer);
        let scheme = key.algorithm.default_scheme();
        malformed(card.sign(slot, key.algorithm, scheme, b"message"));
    }
    signs(&mut card, slot, &key);
}

#[test]
fn metadata_that_makes_no_sense_makes_no_slot_free() {
    let scene = Scene::new(Model::Yubico);
    let mut card = scene.logged_in();
    let nonsense: [&[u8]; 3] = [
        &[1, 0x90, 0x00],
        &[1, 1, 0x77, 0x90, 0x00],
        &[1, 1, 0x11, 4, 3, 0x86, 1, 4, 0x90, 0x00],
    ];
    for answer in nonsense {
        scene.card.answer_instead(0xf7, answer);
        let content = card.content().unwrap();
        let first = slot_of(&content, Slot::AUTHENTICATION);
        assert_eq!(first.key, inkan_agent::piv::content::KeyState::Other);
    }
}

#[test]
fn a_key_that_was_brought_to_the_card_is_not_confined_to_it() {
    let scene = Scene::new(Model::Yubico);
    key_with_certificate(&mut scene.logged_in(), "first");
    let mut store = PivStore::open(&scene.reader.name).unwrap();
    store.login(&pin()).unwrap();
    let key = store.content().unwrap().keys.remove(0);
    assert_eq!(store.confined(&key.reference), Ok(true));
    scene
        .card
        .answer_instead(0xf7, &[1, 1, 0x11, 2, 2, 2, 1, 3, 1, 2, 0x90, 0x00]);
    assert_eq!(store.confined(&key.reference), Ok(false));
    scene.card.answer_instead(0xf7, &[0x6a, 0x88]);
    assert_eq!(store.confined(&key.reference), Err(TokenError::KeyGone));
}
