//! Objects of other programs are kept, unless the caller names them.

use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::{MANAGEMENT_KEY, Model, spoil};

use crate::harness::{
    BOTH, InsertedCard, certificate, key_in, made_by_others, signs, slot_of, written_by_others,
};

/// A card with a key that another program generated, and a certificate for it, if requested.
fn used_by_others(inserted: &mut InsertedCard, model: Model, with_certificate: bool) {
    inserted.another(model);
    // The other program supports no other cipher.
    inserted.card.set_management_key(0x03, &MANAGEMENT_KEY);
    let spki_der = made_by_others("9a", "ECCP256");
    if with_certificate {
        written_by_others("9a", &certificate(&spki_der, "somebody else", 3));
    }
}

#[test]
fn a_foreign_key_is_kept_even_without_certificate() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        for with_certificate in [false, true] {
            used_by_others(&mut inserted, model, with_certificate);
            let mut card = inserted.logged_in();
            let before = card.content().unwrap();
            let (slot, key) = card
                .generate(KeyAlgorithm::EcP256, "ours", None, 0)
                .unwrap();
            assert_eq!(slot.to_string(), "82", "{model:?} {with_certificate}");
            let after = card.content().unwrap();
            let foreign = Slot::AUTHENTICATION;
            assert_eq!(slot_of(&before, foreign), slot_of(&after, foreign));
            signs(&mut card, slot, &key);
            if with_certificate {
                let theirs = key_in(&after, foreign).expect("their key");
                signs(&mut card, foreign, &theirs);
                // Nor is our certificate written there.
                let ours = certificate(&key.spki_der, "ours", 1);
                let refused = card.write_certificate(foreign, &ours);
                assert_eq!(refused, Err(PivError::OtherKey));
            }
        }
    }
}

#[test]
fn a_foreign_key_is_deleted_only_if_it_is_named() {
    let mut inserted = InsertedCard::new(Model::Plain);
    used_by_others(&mut inserted, Model::Plain, true);
    let mut card = inserted.logged_in();
    let slot = Slot::AUTHENTICATION;
    let theirs = key_in(&card.content().unwrap(), slot).unwrap();
    // Another key than the one the user was asked about.
    let refused = card.generate(KeyAlgorithm::EcP256, "ours", Some((slot, Some([7; 32]))), 0);
    assert_eq!(refused, Err(PivError::NoKey(slot)));
    assert_eq!(key_in(&card.content().unwrap(), slot), Some(theirs.clone()));
    let (taken, ours) = card
        .generate(KeyAlgorithm::EcP256, "ours", Some((slot, None)), 0)
        .unwrap();
    assert_eq!(taken, slot);
    assert_ne!(ours.spki_der, theirs.spki_der);
    signs(&mut card, slot, &ours);
}

#[test]
fn an_unknown_object_is_kept() {
    let inserted = InsertedCard::new(Model::Plain);
    // Written with the vendor's key, as another program would.
    inserted.card.put_object([0x5f, 0xc1, 0x05], &[0xab; 40]);
    let mut card = inserted.logged_in();
    let (slot, _) = card
        .generate(KeyAlgorithm::EcP256, "ours", None, 0)
        .unwrap();
    assert_eq!(slot.to_string(), "82");
    let content = card.content().unwrap();
    let foreign = slot_of(&content, Slot::AUTHENTICATION);
    assert_eq!(foreign.object, ObjectContent::Unreadable);
    assert_eq!(
        spoil::send(&inserted.reader, &[vec![0, 0x20, 0, 0x80]]),
        0x9000
    );
}
