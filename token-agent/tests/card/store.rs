//! The card as a key store, as the agent's operations use it.

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore;
use inkan_agent::keystore::capabilities::{NewKey, Unblock};
use inkan_agent::keystore::content::{KeyLocation, KeyRef};
use inkan_agent::keystore::discovery::{Discovery, TokenLocation};
use inkan_agent::keystore::secret::{SecretFault, SecretName};
use inkan_agent::keystore::view::{PinStatus, TokenKind};
use inkan_agent::piv::PivStore;
use inkan_agent::piv::discovery::find_cards;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Card, Model, PUK, spoil};
use pcsc::ShareMode;

use crate::harness::{BOTH, InsertedCard, certificate, connect, pin, verifies};

fn store(inserted: &InsertedCard) -> PivStore {
    PivStore::open(&inserted.reader.name).unwrap()
}

/// Where a card puts the first key.
fn authentication_slot() -> Option<KeyLocation> {
    Some(KeyLocation::new("9A"))
}

fn new_key(label: &str) -> NewKey {
    NewKey {
        algorithm: KeyAlgorithm::EcP256,
        label: label.to_owned(),
        replaces: None,
        certificate_size: 0,
        key_store: None,
        windows_prompt: false,
    }
}

#[test]
fn cards_in_all_readers_are_found_with_their_names() {
    let inserted = InsertedCard::new(Model::Yubico);
    let second = inserted.readers.second();
    let other = Card::inserted(Model::Plain, &second);
    let Discovery {
        tokens: mut found,
        failures,
        ..
    } = find_cards();
    assert_eq!(failures, []);
    found.sort_by(|a, b| a.view.reader.cmp(&b.view.reader));
    let [one, two] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(one.view.kind, TokenKind::Piv);
    assert_eq!(
        one.view.reader.as_deref(),
        Some(inserted.reader.name.as_str())
    );
    assert_eq!(two.location, TokenLocation::Reader { name: second.name });
    assert_ne!(one.view.serial, two.view.serial);
    assert!(!one.view.serial.is_empty() && one.view.model.contains("5.7.1"));
    assert_eq!(
        (one.pin.tries_left, one.pin.status),
        (Some(3), PinStatus::NoWarning)
    );
    assert_eq!((one.pin.min_length, one.pin.max_length), (6, 8));
    drop(other);
}

#[test]
fn an_unavailable_card_is_a_failure_and_another_kind_of_card_is_not() {
    let inserted = InsertedCard::new(Model::Yubico);
    inserted.card.answer_instead(0xa4, &[0x6a, 0x82]);
    let discovery = find_cards();
    assert_eq!(
        (discovery.tokens, discovery.failures),
        (Vec::new(), Vec::new())
    );
    let second = inserted.readers.second().name;
    let reader = inserted.reader.name.clone();
    let instead = discovery.instead;
    assert!(
        instead.contains(&TokenError::UnsupportedCard { reader }),
        "{instead:?}"
    );
    assert!(
        instead.contains(&TokenError::NoCard { reader: second }),
        "{instead:?}"
    );
    let second = inserted.readers.second();
    let other = Card::inserted(Model::Plain, &second);
    let exclusive = connect(&inserted, ShareMode::Exclusive);
    let discovery = find_cards();
    let (found, failures) = (discovery.tokens, discovery.failures);
    assert_eq!(found.len(), 1, "the other card is found all the same");
    assert!(matches!(
        failures.as_slice(),
        [TokenError::CardInUse { .. }]
    ));
    drop((exclusive, other));
}

#[test]
fn a_whole_life_of_a_key() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut store = store(&inserted);
        assert_eq!(store.needs_login(), Ok(true));
        assert_eq!(store.generate(&new_key("x")), Err(TokenError::PinNeeded));
        store.login(&pin()).unwrap();
        assert_eq!(store.needs_login(), Ok(false));
        assert_eq!(store.required_admin(), Ok(None));
        let made = store.generate(&new_key("our label")).unwrap();
        assert_eq!(
            (made.label.as_str(), &made.location),
            ("our label", &authentication_slot())
        );
        let content = store.content().unwrap();
        let listed = content
            .keys
            .iter()
            .find(|k| k.location == authentication_slot());
        assert_eq!(listed, Some(&made), "{model:?}");
        assert!(content.certificates.is_empty() && content.orphans.is_empty());
        assert_eq!(store.confined(&made.reference), Ok(true));
        for scheme in store.schemes(&made.reference).unwrap() {
            let signature = store.sign(&made.reference, scheme, b"message").unwrap();
            assert!(verifies(&made.spki_der, scheme, b"message", &signature));
        }
        let der = certificate(&made.spki_der, "first", 1);
        let reference = Some(&made.reference);
        store.write_certificate(reference, &der, "").unwrap();
        store.write_certificate(reference, &der, "").unwrap();
        assert!(store.write_certificate(None, &der, "").is_err());
        let content = store.content().unwrap();
        assert_eq!(content.key(&made.spki_der).map(|k| &k.reference), reference);
        assert!(content.holds(&der));
        store.delete_certificate(&der).unwrap();
        assert_eq!(
            store.delete_certificate(&der),
            Err(TokenError::CertificateGone)
        );
        store.delete_key(&made.reference).unwrap();
        assert!(store.content().unwrap().key(&made.spki_der).is_none());
        let gone = store.delete_key(&made.reference);
        assert_eq!(gone, Err(TokenError::KeyGone), "{model:?}");
        let foreign = KeyRef {
            kind: TokenKind::Pkcs11,
            bytes: vec![0x9a],
        };
        assert_eq!(store.schemes(&foreign), Err(TokenError::KeyGone));
    }
}

#[test]
fn key_and_certificate_go_in_either_order() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut store = store(&inserted);
        store.login(&pin()).unwrap();
        for key_first in [true, false] {
            let made = store.generate(&new_key("our label")).unwrap();
            assert_eq!(
                made.location,
                authentication_slot(),
                "{model:?}: the slot is free each time"
            );
            let der = certificate(&made.spki_der, "first", 1);
            store
                .write_certificate(Some(&made.reference), &der, "")
                .unwrap();
            if key_first {
                store.delete_key(&made.reference).unwrap();
                store.delete_certificate(&der).unwrap();
            } else {
                store.delete_certificate(&der).unwrap();
                store.delete_key(&made.reference).unwrap();
            }
            let content = store.content().unwrap();
            assert!(content.key(&made.spki_der).is_none() && !content.holds(&der));
        }
    }
}

#[test]
fn tries_are_counted_down_and_the_last_is_reported() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut store = store(&inserted);
    assert_eq!(store.capabilities().unblock, Some(Unblock::Puk));
    let wrong = |store: &mut PivStore, pin| store.login(&Pin::new(pin));
    let refused = |left| {
        Err(TokenError::PinWrong {
            last_try: left == 1,
            tries_left: Some(left),
        })
    };
    assert_eq!(wrong(&mut store, "999999"), refused(2));
    assert_eq!(store.pin_state().unwrap().status, PinStatus::CountLow);
    // The same one is not sent again: no try is used.
    assert_eq!(wrong(&mut store, "999999"), refused(2));
    assert_eq!(wrong(&mut store, "999998"), refused(1));
    assert_eq!(store.pin_state().unwrap().status, PinStatus::FinalTry);
    assert_eq!(wrong(&mut store, "999997"), Err(TokenError::PinLocked));
    assert_eq!(store.pin_state().unwrap().status, PinStatus::Locked);
    let unusable = |what| {
        Err(TokenError::InvalidSecret {
            what,
            why: SecretFault::Length,
            min: 6,
            max: 8,
        })
    };
    assert_eq!(store.login(&Pin::new("1")), Err(TokenError::PinLocked));
    let new = Pin::new("246810");
    let refused = store.unblock(&Pin::new(PUK), &Pin::new("1"));
    assert_eq!(refused, unusable(SecretName::NewPin));
    let wrong_puk = store.unblock(&Pin::new("99999999"), &new);
    assert!(
        matches!(wrong_puk, Err(TokenError::PukWrong { .. })),
        "{wrong_puk:?}"
    );
    store.unblock(&Pin::new(PUK), &new).unwrap();
    store.login(&new).unwrap();
    store.change_pin(&new, &pin()).unwrap();
    store.login(&pin()).unwrap();
    assert_eq!(store.pin_state().unwrap().status, PinStatus::NoWarning);
    spoil::block_pin(&inserted.reader);
    spoil::block_puk(&inserted.reader);
    assert_eq!(
        store.unblock(&Pin::new(PUK), &new),
        Err(TokenError::PukLocked)
    );
}

#[test]
fn a_half_generated_key_is_deleted() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut store = store(&inserted);
    store.login(&pin()).unwrap();
    // What a card reports whose key generation failed in an unusual way, and which was removed before it could be
    // cleaned up.
    inserted.card.put_object(
        [0x5f, 0xc1, 0x05],
        &[0xdf, 0x49, 4, b'o', b'u', b'r', b's', 0xfe, 0],
    );
    let content = store.content().unwrap();
    assert!(content.key(&[]).is_none() && content.certificates.is_empty());
    let [half] = content.orphans.as_slice() else {
        panic!("{content:?}");
    };
    assert_eq!(half.label, "ours");
    store.delete_key(&half.reference).unwrap();
    assert!(store.content().unwrap().orphans.is_empty());
    let made = store.generate(&new_key("next")).unwrap();
    assert_eq!(made.location, authentication_slot());
}
