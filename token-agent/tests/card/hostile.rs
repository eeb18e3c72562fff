//! Cards that send malformed responses: each is rejected without a panic, without an endless wait, and without losing a
//! key.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::{PivCard, PivError, PivStore, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::Model;

use crate::harness::{InsertedCard, key_with_certificate, pin, signs, slot_of};

fn malformed<T: std::fmt::Debug>(result: Result<T, PivError>) {
    assert!(
        matches!(result, Err(PivError::Malformed { .. })),
        "{result:?}"
    );
}

#[test]
fn another_kind_of_card_is_no_piv_card() {
    let inserted = InsertedCard::new(Model::Plain);
    for word in [[0x6a, 0x82], [0x6d, 0x00], [0x69, 0x99]] {
        inserted.card.answer_instead(0xa4, &word);
        let other = PivCard::open(&inserted.reader.name).map(drop);
        assert_eq!(other, Err(PivError::NotPiv));
    }
    // A card with malformed data about itself has no name, and is usable all the same.
    inserted
        .card
        .answer_instead(0xa4, &[0x61, 0x7f, 0xff, 0x90, 0x00]);
    let card = PivCard::open(&inserted.reader.name).unwrap();
    assert_eq!(card.info().label, "");
}

#[test]
fn endless_responses_are_cut_off() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    // More and more data is announced, and none is sent.
    inserted.card.answer_instead(0x87, &[0x61, 0xff]);
    inserted.card.answer_instead(0xc0, &[0x61, 0xff]);
    let promised = card.sign(
        Slot::AUTHENTICATION,
        KeyAlgorithm::EcP256,
        KeyAlgorithm::EcP256.default_scheme(),
        b"message",
    );
    malformed(promised);
    inserted.card.answer_instead(0x87, &[0x6c, 0x10]);
    inserted.card.answer_instead(0x87, &[0x6c, 0x10]);
    let circle = card.sign(
        Slot::AUTHENTICATION,
        KeyAlgorithm::EcP256,
        KeyAlgorithm::EcP256.default_scheme(),
        b"message",
    );
    malformed(circle);
    // More and more data is sent.
    let piece = [&[0x53; 256][..], &[0x61, 0x00]].concat();
    inserted.card.answer_instead(0x87, &piece);
    for _ in 0..100 {
        inserted.card.answer_instead(0xc0, &piece);
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
fn a_malformed_object_counts_as_foreign() {
    let inserted = InsertedCard::new(Model::Plain);
    let nonsense: [&[u8]; 6] = [
        &[0x90, 0x00],
        &[0x53, 0x82, 0xff, 0xff, 0x90, 0x00],
        &[0x53, 0x80, 0x90, 0x00],
        &[0x70, 0x00, 0x90, 0x00],
        &[0x53, 0x02, 0x70, 0x7f, 0x90, 0x00],
        &[0x64, 0x00],
    ];
    for answer in nonsense {
        let mut card = inserted.logged_in();
        inserted.card.answer_instead(0xcb, answer);
        let content = card.content().unwrap();
        let first = slot_of(&content, Slot::AUTHENTICATION);
        assert_eq!(first.object, ObjectContent::Unreadable, "{answer:x?}");
    }
}

#[test]
fn an_invalid_public_key_is_refused_and_its_slot_is_not_lost() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let off_the_curve = [&[0x7f, 0x49, 67, 0x86, 65][..], &[4; 65], &[0x90, 0]].concat();
    let nonsense: [&[u8]; 4] = [
        &[0x90, 0x00],
        &[0x7f, 0x49, 0x00, 0x90, 0x00],
        &[0x7f, 0x49, 0x82, 0xff, 0xff, 0x86, 0x90, 0x00],
        &off_the_curve,
    ];
    for answer in nonsense {
        inserted.card.answer_instead(0x47, answer);
        malformed(card.generate(KeyAlgorithm::EcP256, "a label", None, 0));
    }
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None, 0)
        .unwrap();
    assert_eq!(slot, Slot::AUTHENTICATION);
    signs(&mut card, slot, &key);
}

#[test]
fn an_invalid_signature_is_refused() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
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
        inserted.card.answer_instead(0x87, answer);
        let scheme = key.algorithm.default_scheme();
        malformed(card.sign(slot, key.algorithm, scheme, b"message"));
    }
    signs(&mut card, slot, &key);
}

#[test]
fn malformed_metadata_does_not_free_a_slot() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    let nonsense: [&[u8]; 3] = [
        &[1, 0x90, 0x00],
        &[1, 1, 0x77, 0x90, 0x00],
        &[1, 1, 0x11, 4, 3, 0x86, 1, 4, 0x90, 0x00],
    ];
    for answer in nonsense {
        inserted.card.answer_instead(0xf7, answer);
        let content = card.content().unwrap();
        let first = slot_of(&content, Slot::AUTHENTICATION);
        assert_eq!(first.key, inkan_agent::piv::content::KeyState::Other);
    }
}

#[test]
fn an_imported_key_is_not_confined_to_the_card() {
    let inserted = InsertedCard::new(Model::Yubico);
    key_with_certificate(&mut inserted.logged_in(), "first");
    let mut store = PivStore::open(&inserted.reader.name).unwrap();
    store.login(&pin()).unwrap();
    let key = store.content().unwrap().keys.remove(0);
    assert_eq!(store.confined(&key.reference), Ok(true));
    inserted
        .card
        .answer_instead(0xf7, &[1, 1, 0x11, 2, 2, 2, 1, 3, 1, 2, 0x90, 0x00]);
    assert_eq!(store.confined(&key.reference), Ok(false));
    inserted.card.answer_instead(0xf7, &[0x6a, 0x88]);
    assert_eq!(store.confined(&key.reference), Err(TokenError::KeyGone));
}
