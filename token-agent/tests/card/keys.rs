//! Keys: generated, used, listed, deleted.

use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::content::KeyState;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::Model;
use sha2::{Digest as _, Sha256};

use crate::harness::{BOTH, InsertedCard, key_in, key_with_certificate, signs, slot_of};

#[test]
fn a_new_key_uses_the_first_free_slot_and_signs() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let expected = [(KeyAlgorithm::EcP256, "9A"), (KeyAlgorithm::EcP384, "82")];
        for (algorithm, place) in expected {
            let (slot, key) = card.generate(algorithm, "a label", None, 0).unwrap();
            assert_eq!(slot.to_string(), place, "{model:?}");
            assert_eq!((key.algorithm, key.imported), (algorithm, false));
            signs(&mut card, slot, &key);
            let content = card.content().unwrap();
            assert_eq!(key_in(&content, slot), Some(key.clone()));
            let ObjectContent::Mark { label, spki_der } = &slot_of(&content, slot).object else {
                panic!("a key without a certificate is marked");
            };
            assert_eq!((label.as_str(), spki_der), ("a label", &Some(key.spki_der)));
        }
    }
}

#[test]
fn rsa_keys_sign_with_both_paddings() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::Rsa2048, "a label", None, 0)
        .unwrap();
    assert_eq!(key.algorithm.schemes().len(), 6);
    signs(&mut card, slot, &key);
}

#[test]
fn longer_rsa_keys_are_generated_if_the_card_supports_them() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::Rsa3072, "a label", None, 0)
        .unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::Rsa3072);
    signs(&mut card, slot, &key);
    // A card that cannot do it reports that, and nothing is left behind.
    inserted.card.answer_instead(0x47, &[0x6a, 0x80]);
    let refused = card.generate(KeyAlgorithm::Rsa4096, "another", None, 0);
    assert_eq!(refused, Err(PivError::Algorithm(KeyAlgorithm::Rsa4096)));
    let next = Slot::numbered(0x82).unwrap();
    let content = card.content().unwrap();
    assert_eq!(slot_of(&content, next).object, ObjectContent::Nothing);
}

#[test]
fn the_pin_is_verified_immediately_before_each_signature_in_9c() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        // Our keys are never put there by default, so the slot holds another key first.
        let signature = Slot::SIGNATURE;
        let made = card.generate(KeyAlgorithm::EcP256, "x", Some((signature, None)), 0);
        // The self-signed certificate of the key is a first signature, and needs the PIN immediately before it too.
        let (slot, key) = made.unwrap();
        assert!(key.always_authenticate || model == Model::Yubico);
        let _ = inserted.card.seen();
        for _ in 0..2 {
            signs(&mut card, slot, &key);
        }
        let seen = inserted.card.seen();
        let headers: Vec<[u8; 4]> = seen.iter().map(|s| s.header).collect();
        let signatures: Vec<usize> = (0..headers.len())
            .filter(|at| headers[*at][1] == 0x87 && headers[*at][3] == 0x9c)
            .collect();
        assert_eq!(signatures.len(), 2);
        for at in signatures {
            let (before, data) = (headers[at - 1], seen[at - 1].data);
            assert_eq!((before[1], data > 0), (0x20, true), "a PIN right before");
        }
    }
}

#[test]
fn a_deleted_key_cannot_sign_and_its_slot_is_free() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let (slot, key) = card
            .generate(KeyAlgorithm::EcP256, "first", None, 0)
            .unwrap();
        card.delete_key(slot, Some([0; 32]))
            .expect_err("another key was meant");
        signs(&mut card, slot, &key);
        card.delete_key(slot, None).unwrap();
        let content = card.content().unwrap();
        assert_eq!(key_in(&content, slot), None, "{model:?}");
        let message = b"again";
        if let Ok(signature) =
            card.sign(slot, key.algorithm, key.algorithm.default_scheme(), message)
        {
            let scheme = key.algorithm.default_scheme();
            assert!(!crate::harness::verifies(
                &key.spki_der,
                scheme,
                message,
                &signature
            ));
        }
        let (again, _) = card
            .generate(KeyAlgorithm::EcP256, "second", None, 0)
            .unwrap();
        assert_eq!(again, slot, "{model:?}: the slot is free again");
    }
}

#[test]
fn occupied_slots_are_reported() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    for _ in Slot::for_new_keys() {
        card.generate(KeyAlgorithm::EcP256, "one more", None, 0)
            .unwrap();
    }
    let full = card.generate(KeyAlgorithm::EcP256, "one too many", None, 0);
    assert_eq!(full, Err(PivError::NoFreeSlot));
    let content = card.content().unwrap();
    let untouched = slot_of(&content, Slot::SIGNATURE);
    assert_eq!(
        (&untouched.key, &untouched.object),
        (&KeyState::Absent, &ObjectContent::Nothing)
    );
    // With explicit consent to one of them there is space.
    let victim = Slot::numbered(0x90).unwrap();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "instead", Some((victim, None)), 0)
        .unwrap();
    assert_eq!(slot, victim);
    signs(&mut card, slot, &key);
}

#[test]
fn a_replaceable_key_is_unchanged_if_the_new_key_cannot_be_generated() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let (slot, key, der) = key_with_certificate(&mut card, "first");
        let hash = Sha256::digest(&key.spki_der).into();
        inserted.card.answer_instead(0x47, &[0x6a, 0x80]);
        let refused = card.generate(KeyAlgorithm::Rsa4096, "other", Some((slot, Some(hash))), 0);
        assert_eq!(refused, Err(PivError::Algorithm(KeyAlgorithm::Rsa4096)));
        let content = card.content().unwrap();
        assert_eq!(
            slot_of(&content, slot).object,
            ObjectContent::Certificate(der)
        );
        assert_eq!(key_in(&content, slot), Some(key.clone()), "{model:?}");
        signs(&mut card, slot, &key);
    }
}
