//! Certificates: written, read, replaced, deleted; the objects by which other programs identify a card.

use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::{Model, Moment, Pull, spoil};

use crate::harness::{
    BOTH, InsertedCard, certificate, key_in, key_with_certificate, signs, slot_of, well,
};

/// GET DATA of an object, as another program sends it; returns its value.
fn object(inserted: &InsertedCard, tag: &str) -> String {
    let command = format!("00:CB:3F:FF:05:5C:03:{tag}:00");
    let text = well(
        "opensc-tool",
        &[
            "--reader",
            "0",
            "-s",
            "00:A4:04:00:05:A0:00:00:03:08",
            "-s",
            &command,
        ],
    );
    assert!(inserted.card.is_in());
    text.rsplit("Received")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_certificate_is_written_read_replaced_and_deleted() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let (slot, key, der) = key_with_certificate(&mut card, "first");
        let held = |card: &mut inkan_agent::piv::PivCard| {
            slot_of(&card.content().unwrap(), slot).object.clone()
        };
        assert_eq!(
            held(&mut card),
            ObjectContent::Certificate(der.clone()),
            "{model:?}"
        );
        signs(&mut card, slot, &key);
        let newer = certificate(&key.spki_der, "newer", 8);
        card.write_certificate(slot, &newer).unwrap();
        assert_eq!(held(&mut card), ObjectContent::Certificate(newer.clone()));
        let gone = card.delete_certificate(&der);
        assert_eq!(gone, Err(PivError::NoCertificate), "only exactly this one");
        card.delete_certificate(&newer).unwrap();
        match held(&mut card) {
            // A mark names the key that remains.
            ObjectContent::Mark { spki_der, .. } => {
                assert_eq!((model, spki_der), (Model::Plain, Some(key.spki_der)));
            }
            other => assert_eq!((model, other), (Model::Yubico, ObjectContent::Nothing)),
        }
    }
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    let (slot, _, der) = key_with_certificate(&mut card, "first");
    let (other, _) = card
        .generate(KeyAlgorithm::EcP256, "second", None, 0)
        .unwrap();
    assert_eq!(card.write_certificate(other, &der), Err(PivError::OtherKey));
    let empty = Slot::numbered(0x95).unwrap();
    assert_eq!(
        card.write_certificate(empty, &der),
        Err(PivError::NoKey(empty))
    );
    let content = card.content().unwrap();
    assert_eq!(
        slot_of(&content, slot).object,
        ObjectContent::Certificate(der)
    );
}

#[test]
fn the_chuid_changes_after_each_change_and_the_serial_number_does_not() {
    let inserted = InsertedCard::new(Model::Plain);
    let serial = inserted.open().info().serial.clone();
    let chuid = || object(&inserted, "5F:C1:02");
    let mut numbers = vec![chuid()];
    let mut card = inserted.logged_in();
    let (slot, key, der) = key_with_certificate(&mut card, "first");
    numbers.push(chuid());
    let newer = certificate(&key.spki_der, "newer", 8);
    card.write_certificate(slot, &newer).unwrap();
    numbers.push(chuid());
    card.delete_certificate(&newer).unwrap();
    numbers.push(chuid());
    assert_ne!(der, newer);
    for pair in numbers.windows(2) {
        assert!(pair[0].contains("90") && pair[0] != pair[1], "{pair:?}");
    }
    assert_eq!(inserted.open().info().serial, serial);
    assert!(
        object(&inserted, "5F:C1:07").contains("SW1=0x90"),
        "capabilities"
    );
}

#[test]
fn a_certificate_too_long_for_the_card_is_compressed_and_read_back() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "long", None, 0)
        .unwrap();
    // Long and repetitive, so that compression helps.
    let der = certificate(&key.spki_der, &"long name ".repeat(120), 9);
    assert!(der.len() > 1200);
    let _ = inserted.card.seen();
    // The response to the first whole command that writes the object is the one of a card without space.
    inserted.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    card.write_certificate(slot, &der).unwrap();
    let content = card.content().unwrap();
    assert_eq!(
        slot_of(&content, slot).object,
        ObjectContent::Certificate(der.clone())
    );
    let written: usize = inserted
        .card
        .seen()
        .iter()
        .filter(|s| s.header[1] == 0xdb)
        .map(|s| s.data)
        .sum();
    assert!(written > der.len(), "both forms were sent: {written}");
    // Where compression does not help either, it is reported.
    inserted.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    inserted.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    let newer = certificate(&key.spki_der, "newer", 10);
    assert_eq!(card.write_certificate(slot, &newer), Err(PivError::Full));
}

#[test]
fn no_authentication_remains_after_the_card_is_released() {
    let inserted = InsertedCard::new(Model::Plain);
    let verified = || spoil::send(&inserted.reader, &[vec![0, 0x20, 0, 0x80]]) == 0x9000;
    drop(inserted.logged_in());
    assert!(!verified(), "after a login");
    let mut card = inserted.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    signs(&mut card, slot, &key);
    drop(card);
    assert!(!verified(), "after a change");
    let write = vec![0, 0xdb, 0x3f, 0xff, 7, 0x5c, 3, 0x5f, 0xc1, 0x05, 0x53, 0];
    assert_eq!(spoil::send(&inserted.reader, &[write]), 0x6982);
    let content = inserted.open().content().unwrap();
    assert!(key_in(&content, slot).is_some());
}

#[test]
fn a_card_removed_and_inserted_again_is_reopened_unchanged() {
    let mut inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (slot, key, der) = key_with_certificate(&mut card, "first");
    inserted.card.pull_at(Pull::nth_of(0x87, 1, Moment::Before));
    let scheme = key.algorithm.default_scheme();
    card.sign(slot, key.algorithm, scheme, b"message")
        .expect_err("the card is gone");
    drop(card);
    inserted.card.wait_until_out();
    inserted.card.insert(&inserted.reader);
    let mut card = inserted.logged_in();
    let content = card.content().unwrap();
    assert_eq!(
        slot_of(&content, slot).object,
        ObjectContent::Certificate(der)
    );
    signs(&mut card, slot, &key);
}

#[test]
fn a_key_whose_certificate_was_deleted_is_still_listed() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let (slot, key, der) = key_with_certificate(&mut card, "first");
        card.delete_certificate(&der).unwrap();
        let content = card.content().unwrap();
        assert_eq!(key_in(&content, slot), Some(key.clone()), "{model:?}");
        let held = &slot_of(&content, slot).object;
        assert!(!matches!(held, ObjectContent::Certificate(_)), "{held:?}");
        signs(&mut card, slot, &key);
        // No new key replaces it, and a certificate can be written again.
        let (next, _) = card
            .generate(KeyAlgorithm::EcP256, "second", None, 0)
            .unwrap();
        assert_ne!(next, slot);
        card.write_certificate(slot, &der).unwrap();
        let content = card.content().unwrap();
        assert_eq!(
            slot_of(&content, slot).object,
            ObjectContent::Certificate(der)
        );
    }
}
