//! Certificates: written, read, replaced, deleted; the objects other programs know a card by.

use inkan_agent::piv::container::Held;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::{Model, Moment, Pull, spoil};

use crate::harness::{
    BOTH, Scene, certificate, key_in, key_with_certificate, signs, slot_of, well,
};

/// GET DATA of an object, as another program sends it; what it says.
fn object(scene: &Scene, tag: &str) -> String {
    let command = format!("00:CB:3F:FF:05:5C:03:{tag}:00");
    let said = well(
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
    assert!(scene.card.is_in());
    said.rsplit("Received")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_certificate_is_written_read_replaced_and_deleted() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        scene.another(model);
        let mut card = scene.logged_in();
        let (slot, key, der) = key_with_certificate(&mut card, "first");
        let held = |card: &mut inkan_agent::piv::PivCard| {
            slot_of(&card.content().unwrap(), slot).held.clone()
        };
        assert_eq!(held(&mut card), Held::Certificate(der.clone()), "{model:?}");
        signs(&mut card, slot, &key);
        let newer = certificate(&key.spki_der, "newer", 8);
        card.write_certificate(slot, &newer).unwrap();
        assert_eq!(held(&mut card), Held::Certificate(newer.clone()));
        let gone = card.delete_certificate(&der);
        assert_eq!(gone, Err(PivError::NoCertificate), "only exactly this one");
        card.delete_certificate(&newer).unwrap();
        match held(&mut card) {
            // The key that stays is named by a mark.
            Held::Mark { spki_der, .. } => {
                assert_eq!((model, spki_der), (Model::Plain, Some(key.spki_der)));
            }
            other => assert_eq!((model, other), (Model::Yubico, Held::Nothing)),
        }
    }
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let scene = Scene::new(Model::Yubico);
    let mut card = scene.logged_in();
    let (slot, _, der) = key_with_certificate(&mut card, "first");
    let (other, _) = card.generate(KeyAlgorithm::EcP256, "second", None).unwrap();
    assert_eq!(card.write_certificate(other, &der), Err(PivError::OtherKey));
    let empty = Slot::numbered(0x95).unwrap();
    assert_eq!(
        card.write_certificate(empty, &der),
        Err(PivError::NoKey(empty))
    );
    let content = card.content().unwrap();
    assert_eq!(slot_of(&content, slot).held, Held::Certificate(der));
}

#[test]
fn windows_sees_a_new_card_after_each_change_and_its_serial_number_stays() {
    let scene = Scene::new(Model::Plain);
    let serial = scene.open().facts().serial.clone();
    let chuid = || object(&scene, "5F:C1:02");
    let mut numbers = vec![chuid()];
    let mut card = scene.logged_in();
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
    assert_eq!(scene.open().facts().serial, serial);
    assert!(
        object(&scene, "5F:C1:07").contains("SW1=0x90"),
        "capabilities"
    );
}

#[test]
fn a_certificate_too_long_for_the_card_is_packed_and_read_again() {
    let scene = Scene::new(Model::Yubico);
    let mut card = scene.logged_in();
    let (slot, key) = card.generate(KeyAlgorithm::EcP256, "long", None).unwrap();
    // Long, and the same over and over, so that packing helps.
    let der = certificate(&key.spki_der, &"long name ".repeat(120), 9);
    assert!(der.len() > 1200);
    let _ = scene.card.seen();
    // The first whole command to write the object is answered as by a card without room.
    scene.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    card.write_certificate(slot, &der).unwrap();
    let content = card.content().unwrap();
    assert_eq!(slot_of(&content, slot).held, Held::Certificate(der.clone()));
    let written: usize = scene
        .card
        .seen()
        .iter()
        .filter(|s| s.header[1] == 0xdb)
        .map(|s| s.data)
        .sum();
    assert!(written > der.len(), "both forms were sent: {written}");
    // And where packing does not help either, it is said.
    scene.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    scene.card.answer_instead_last(0xdb, &[0x6a, 0x84]);
    let newer = certificate(&key.spki_der, "newer", 10);
    assert_eq!(card.write_certificate(slot, &newer), Err(PivError::Full));
}

#[test]
fn nothing_is_proven_to_the_card_any_more_once_it_is_let_go() {
    let scene = Scene::new(Model::Plain);
    let verified = || spoil::send(&scene.reader, &[vec![0, 0x20, 0, 0x80]]) == 0x9000;
    drop(scene.logged_in());
    assert!(!verified(), "after a login");
    let mut card = scene.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    signs(&mut card, slot, &key);
    drop(card);
    assert!(!verified(), "after a change");
    let write = vec![0, 0xdb, 0x3f, 0xff, 7, 0x5c, 3, 0x5f, 0xc1, 0x05, 0x53, 0];
    assert_eq!(spoil::send(&scene.reader, &[write]), 0x6982);
    let content = scene.open().content().unwrap();
    assert!(key_in(&content, slot).is_some());
}

#[test]
fn a_card_taken_out_and_put_back_is_opened_again_as_it_was() {
    let mut scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let (slot, key, der) = key_with_certificate(&mut card, "first");
    scene.card.pull_at(Pull::nth_of(0x87, 1, Moment::Before));
    let scheme = key.algorithm.default_scheme();
    card.sign(slot, key.algorithm, scheme, b"message")
        .expect_err("the card is gone");
    drop(card);
    scene.card.wait_until_out();
    scene.card.insert(&scene.reader);
    let mut card = scene.logged_in();
    let content = card.content().unwrap();
    assert_eq!(slot_of(&content, slot).held, Held::Certificate(der));
    signs(&mut card, slot, &key);
}

#[test]
fn a_key_whose_certificate_is_deleted_is_still_seen() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        scene.another(model);
        let mut card = scene.logged_in();
        let (slot, key, der) = key_with_certificate(&mut card, "first");
        card.delete_certificate(&der).unwrap();
        let content = card.content().unwrap();
        assert_eq!(key_in(&content, slot), Some(key.clone()), "{model:?}");
        let held = &slot_of(&content, slot).held;
        assert!(!matches!(held, Held::Certificate(_)), "{held:?}");
        signs(&mut card, slot, &key);
        // Nobody makes a new key in its place, and it takes a certificate again.
        let (next, _) = card.generate(KeyAlgorithm::EcP256, "second", None).unwrap();
        assert_ne!(next, slot);
        card.write_certificate(slot, &der).unwrap();
        let content = card.content().unwrap();
        assert_eq!(slot_of(&content, slot).held, Held::Certificate(der));
    }
}
