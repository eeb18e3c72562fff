//! The management key: every cipher, changed keys, a key protected by the PIN.

use inkan_agent::piv::PivError;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::Model;

use crate::harness::{InsertedCard, key_with_certificate, pin, signs};

/// Ciphers of management keys, and the length of their keys.
const CIPHERS: [(u8, usize); 4] = [(0x03, 24), (0x08, 16), (0x0a, 24), (0x0c, 32)];

fn own_key(length: usize) -> Vec<u8> {
    (0..length).map(|at| 0x31 + at as u8).collect()
}

#[test]
fn the_vendors_key_needs_no_question() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in [Model::Plain, Model::Yubico] {
        inserted.another(model);
        let mut card = inserted.logged_in();
        assert_eq!(card.needs_management_key(), Ok(false), "{model:?}");
        key_with_certificate(&mut card, "first");
    }
}

#[test]
fn a_changed_management_key_is_requested_for_every_cipher() {
    let mut inserted = InsertedCard::new(Model::Yubico);
    for (cipher, length) in CIPHERS {
        inserted.another(Model::Yubico);
        let key = own_key(length);
        inserted.card.set_management_key(cipher, &key);
        let mut card = inserted.logged_in();
        assert_eq!(card.needs_management_key(), Ok(true), "{cipher:02x}");
        let refused = card.generate(KeyAlgorithm::EcP256, "a label", None, 0);
        assert_eq!(refused, Err(PivError::ManagementKeyNeeded));
        for nonsense in ["", "xyz", "0102", &"00".repeat(length + 1)] {
            let unusable = card.authenticate_admin(&Pin::new(nonsense));
            assert_eq!(unusable, Err(PivError::ManagementKeyShape), "{nonsense}");
        }
        let wrong = card.authenticate_admin(&Pin::new("11".repeat(length)));
        assert_eq!(wrong, Err(PivError::ManagementKeyWrong), "{cipher:02x}");
        assert_eq!(card.needs_management_key(), Ok(true));
        card.authenticate_admin(&Pin::new(hex::encode(&key)))
            .unwrap();
        assert_eq!(card.needs_management_key(), Ok(false));
        let (slot, made, _) = key_with_certificate(&mut card, "first");
        signs(&mut card, slot, &made);
    }
}

#[test]
fn a_changed_management_key_is_requested_on_a_card_without_metadata() {
    let inserted = InsertedCard::new(Model::Plain);
    let key = own_key(24);
    inserted.card.set_management_key(0x03, &key);
    let mut card = inserted.logged_in();
    assert_eq!(card.needs_management_key(), Ok(true));
    card.authenticate_admin(&Pin::new(hex::encode(&key)))
        .unwrap();
    key_with_certificate(&mut card, "first");
}

#[test]
fn aes_is_found_on_a_card_without_metadata() {
    let inserted = InsertedCard::new(Model::Plain);
    let key = own_key(32);
    inserted.card.set_management_key(0x0c, &key);
    let mut card = inserted.logged_in();
    assert_eq!(card.needs_management_key(), Ok(true));
    card.authenticate_admin(&Pin::new(hex::encode(&key)))
        .unwrap();
    key_with_certificate(&mut card, "first");
}

#[test]
fn a_pin_protected_management_key_needs_no_question() {
    let inserted = InsertedCard::new(Model::Yubico);
    let key = own_key(24);
    inserted.card.keep_management_key_under_pin(0x0a, &key);
    let mut card = inserted.open();
    card.login(&pin()).unwrap();
    assert_eq!(card.needs_management_key(), Ok(false));
    let (slot, made, _) = key_with_certificate(&mut card, "first");
    signs(&mut card, slot, &made);
}

#[test]
fn a_card_that_cannot_prove_its_key_is_not_trusted() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    // Any response to the proof: 7C { 82 sixteen bytes }.
    let witness = [&[0x7c, 18, 0x80, 16][..], &[7; 16], &[0x90, 0]].concat();
    let answer = [&[0x7c, 18, 0x82, 16][..], &[9; 16], &[0x90, 0]].concat();
    inserted.card.answer_instead(0x87, &witness);
    inserted.card.answer_instead(0x87, &answer);
    let refused = card.generate(KeyAlgorithm::EcP256, "a label", None, 0);
    assert!(
        matches!(refused, Err(PivError::Malformed { .. })),
        "{refused:?}"
    );
}

/// How often a management key was proven: the encrypted response to the card's challenge was sent.
fn keys_sent(inserted: &InsertedCard) -> usize {
    let seen = inserted.card.seen();
    seen.iter()
        .filter(|s| s.header[1] == 0x87 && s.header[3] == 0x9b && s.data > 8)
        .count()
}

#[test]
fn a_management_key_is_not_resent_after_an_unclear_response() {
    let inserted = InsertedCard::new(Model::Yubico);
    let key = own_key(24);
    inserted.card.set_management_key(0x0a, &key);
    let mut card = inserted.logged_in();
    card.authenticate_admin(&Pin::new(hex::encode(&key)))
        .unwrap();
    let _ = inserted.card.seen();
    // A challenge of sixteen bytes, and no reply to the response.
    let challenge = [&[0x7c, 18, 0x80, 16][..], &[7; 16], &[0x90, 0x00]].concat();
    inserted.card.answer_instead(0x87, &challenge);
    inserted.card.answer_instead(0x87, &[0x6f, 0x00]);
    let mut generate = || card.generate(KeyAlgorithm::EcP256, "a label", None, 0);
    assert_eq!(generate().unwrap_err(), PivError::ManagementKeyWrong);
    assert_eq!(keys_sent(&inserted), 1);
    for _ in 0..3 {
        assert_eq!(generate().unwrap_err(), PivError::ManagementKeyNeeded);
    }
    assert_eq!(keys_sent(&inserted), 0);
}

#[test]
fn the_vendors_key_is_tried_once_if_it_was_changed() {
    let inserted = InsertedCard::new(Model::Plain);
    inserted.card.set_management_key(0x03, &own_key(24));
    let mut card = inserted.logged_in();
    let _ = inserted.card.seen();
    for _ in 0..3 {
        assert_eq!(card.needs_management_key(), Ok(true));
        let refused = card.generate(KeyAlgorithm::EcP256, "a label", None, 0);
        assert_eq!(refused.unwrap_err(), PivError::ManagementKeyNeeded);
    }
    assert_eq!(keys_sent(&inserted), 1);
}
