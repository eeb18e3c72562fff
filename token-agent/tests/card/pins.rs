//! PIN and PUK: wrong, last, blocked, changed, unblocked; never sent twice.

use inkan_agent::keystore::secret::SecretFault;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, PIN, PUK, spoil};

use crate::harness::{BOTH, InsertedCard, pin, signs};

const WRONG: &str = "999999";

/// How often a PIN with content was sent.
fn pins_sent(inserted: &InsertedCard) -> usize {
    let seen = inserted.card.seen();
    seen.iter()
        .filter(|s| matches!(s.header[1], 0x20 | 0x24 | 0x2c) && s.data > 0)
        .count()
}

#[test]
fn a_wrong_pin_is_sent_once_and_the_tries_left_are_reported() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.open();
        assert_eq!(card.pin_tries().unwrap().left, Some(3), "{model:?}");
        let _ = inserted.card.seen();
        for (wrong, left) in [(WRONG, 2), ("999998", 1)] {
            // Entering the same one again costs no try.
            for sent in [1, 0] {
                let refused = card.login(&Pin::new(wrong));
                assert_eq!(refused, Err(PivError::PinWrong { left: Some(left) }));
                assert_eq!(pins_sent(&inserted), sent);
                assert_eq!(card.pin_tries().unwrap().left, Some(left));
                let algorithm = KeyAlgorithm::EcP256;
                let scheme = algorithm.default_scheme();
                let signed = card.sign(Slot::AUTHENTICATION, algorithm, scheme, b"a message");
                assert_eq!(signed, Err(PivError::PinNeeded));
            }
        }
        // Nor does one given before another.
        let again = card.login(&Pin::new(WRONG));
        assert_eq!(again, Err(PivError::PinWrong { left: Some(1) }));
        assert_eq!(pins_sent(&inserted), 0);
        assert_eq!(card.login(&Pin::new("999997")), Err(PivError::PinBlocked));
        assert_eq!(card.pin_tries().unwrap().left, Some(0));
        assert_eq!(
            card.login(&pin()),
            Err(PivError::PinBlocked),
            "even the right one"
        );
        assert_eq!(pins_sent(&inserted), 1, "which is not sent any more");
    }
}

/// Status words that do not show whether the PIN was correct.
const UNCLEAR: [[u8; 2]; 9] = [
    [0x6f, 0x00],
    [0x65, 0x81],
    [0x67, 0x00],
    [0x69, 0x82],
    [0x69, 0x85],
    [0x6a, 0x80],
    [0x6a, 0x86],
    [0x6c, 0x10],
    [0x6d, 0x00],
];

#[test]
fn after_an_unclear_response_a_pin_is_not_resent() {
    let inserted = InsertedCard::new(Model::Yubico);
    for word in UNCLEAR {
        let mut card = inserted.open();
        let _ = inserted.card.seen();
        // Checked whether PIV is still selected, then sent the PIN.
        for answer in [[0x63, 0xc3], word] {
            inserted.card.answer_instead(0x20, &answer);
        }
        assert!(card.login(&pin()).is_err(), "{word:x?}");
        assert_eq!(pins_sent(&inserted), 1, "{word:x?}");
        let withheld = Err(PivError::PinWithheld(PinHalt::NeverWorked));
        assert_eq!(card.login(&pin()), withheld, "{word:x?}");
        assert_eq!(pins_sent(&inserted), 0, "{word:x?}");
    }
}

#[test]
fn a_proven_pin_is_not_resent_after_an_unclear_response() {
    let inserted = InsertedCard::new(Model::Yubico);
    let mut card = inserted.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None, 0)
        .unwrap();
    for word in UNCLEAR {
        card.login(&pin()).unwrap();
        let _ = inserted.card.seen();
        // Another program has reset the card; the PIN is sent again, and the response is unclear.
        for answer in [[0x63, 0xc3], word] {
            inserted.card.answer_instead(0x20, &answer);
        }
        let mut sign = || {
            card.sign(
                slot,
                key.algorithm,
                key.algorithm.default_scheme(),
                b"message",
            )
        };
        assert!(sign().is_err(), "{word:x?}");
        assert_eq!(pins_sent(&inserted), 1, "{word:x?}");
        for _ in 0..3 {
            assert_eq!(sign(), Err(PivError::PinNeeded), "{word:x?}");
        }
        assert_eq!(pins_sent(&inserted), 0, "{word:x?}");
    }
}

#[test]
fn an_invalid_pin_uses_no_try() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.open();
    let _ = inserted.card.seen();
    for (impossible, why) in [
        ("", SecretFault::Length),
        ("12345", SecretFault::Length),
        ("123456789", SecretFault::Length),
        ("１２３４５６", SecretFault::FullWidth),
        ("\u{feff}123456", SecretFault::Invisible),
        ("123456\u{7}", SecretFault::Control),
    ] {
        let (given, good) = (Pin::new(impossible), Pin::new("246810"));
        assert_eq!(card.login(&given), Err(PivError::PinShape(why)));
        assert_eq!(card.change_pin(&given, &good), Err(PivError::PinShape(why)));
        let new = Err(PivError::NewPinShape(why));
        assert_eq!(card.change_pin(&pin(), &given), new);
        assert_eq!(card.unblock(&Pin::new(PUK), &given), new);
        assert_eq!(card.unblock(&given, &good), Err(PivError::PukShape(why)));
    }
    assert_eq!(pins_sent(&inserted), 0);
    assert_eq!(card.pin_tries().unwrap().left, Some(3));
    // A rule of the card is not a question of length.
    inserted.card.answer_instead(0x24, &[0x69, 0x85]);
    let refused = card.change_pin(&pin(), &Pin::new("111111"));
    assert_eq!(refused, Err(PivError::NewPinRefused));
}

#[test]
fn a_correct_pin_restores_all_tries() {
    let inserted = InsertedCard::new(Model::Yubico);
    assert_eq!(spoil::wrong_pins(&inserted.reader, 2), 0x63c1);
    let mut card = inserted.open();
    assert_eq!(card.pin_tries().unwrap().left, Some(1));
    card.login(&pin()).unwrap();
    assert_eq!(card.pin_tries().unwrap().left, Some(3));
}

#[test]
fn the_pin_is_changed_once_the_old_one_is_correct() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let mut card = inserted.logged_in();
        let (slot, key) = card
            .generate(KeyAlgorithm::EcP256, "a label", None, 0)
            .unwrap();
        let new = Pin::new("246810");
        let _ = inserted.card.seen();
        let refused = card.change_pin(&Pin::new(WRONG), &new);
        assert_eq!(
            refused,
            Err(PivError::PinWrong { left: Some(2) }),
            "{model:?}"
        );
        assert_eq!(pins_sent(&inserted), 1);
        let unusable = card.change_pin(&pin(), &Pin::new("1"));
        assert_eq!(unusable, Err(PivError::NewPinShape(SecretFault::Length)));
        assert_eq!(pins_sent(&inserted), 0);
        card.change_pin(&pin(), &new).unwrap();
        // Still logged in, with the new one.
        signs(&mut card, slot, &key);
        drop(card);
        let mut card = inserted.open();
        assert!(card.login(&pin()).is_err());
        card.login(&new).unwrap();
        signs(&mut card, slot, &key);
    }
}

#[test]
fn a_blocked_pin_is_unblocked_by_the_puk() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        inserted.another(model);
        let (slot, key) = {
            let mut card = inserted.logged_in();
            card.generate(KeyAlgorithm::EcP256, "a label", None, 0)
                .unwrap()
        };
        spoil::block_pin(&inserted.reader);
        let mut card = inserted.open();
        let new = Pin::new("13579246");
        let _ = inserted.card.seen();
        let wrong = card.unblock(&Pin::new("87654321"), &new);
        assert!(
            matches!(wrong, Err(PivError::PukWrong { left: Some(1..) })),
            "{model:?}: {wrong:?}"
        );
        assert_eq!(pins_sent(&inserted), 1);
        card.unblock(&Pin::new(PUK), &new).unwrap();
        assert_eq!(pins_sent(&inserted), 1);
        card.login(&new).unwrap();
        signs(&mut card, slot, &key);
    }
}

#[test]
fn a_refused_pin_is_accepted_once_it_has_been_set() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for model in BOTH {
        for unblock in [false, true] {
            inserted.another(model);
            let mut card = inserted.open();
            for wrong in [WRONG, "999998"] {
                assert!(card.login(&Pin::new(wrong)).is_err(), "{model:?}");
            }
            let new = Pin::new(WRONG);
            if unblock {
                card.unblock(&Pin::new(PUK), &new).unwrap();
            } else {
                card.change_pin(&pin(), &new).unwrap();
            }
            card.login(&new).unwrap();
        }
    }
}

#[test]
fn a_blocked_puk_is_reported_as_blocked() {
    let inserted = InsertedCard::new(Model::Plain);
    spoil::block_pin(&inserted.reader);
    spoil::block_puk(&inserted.reader);
    let mut card = inserted.open();
    let _ = inserted.card.seen();
    let blocked = card.unblock(&Pin::new(PUK), &Pin::new("13579246"));
    assert_eq!(blocked, Err(PivError::PukBlocked));
    assert_eq!(pins_sent(&inserted), 1);
    assert_eq!(card.login(&Pin::new(PIN)), Err(PivError::PinBlocked));
}

#[test]
fn a_card_that_refuses_without_a_count_is_queried_for_it() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.open();
    // Refused with the general status word, as some cards do.
    inserted.card.answer_instead(0x24, &[0x63, 0x00]);
    let wrong = card.change_pin(&Pin::new(WRONG), &Pin::new("246810"));
    assert_eq!(wrong, Err(PivError::PinWrong { left: Some(3) }));
}

#[test]
fn a_proven_pin_that_becomes_wrong_is_not_resent() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None, 0)
        .unwrap();
    // Another program changes it, and resets the card.
    let change = b"\x00\x24\x00\x80\x10123456\xff\xff654321\xff\xff".to_vec();
    assert_eq!(spoil::send(&inserted.reader, &[change]), 0x9000);
    let _ = inserted.card.seen();
    let sign = |card: &mut inkan_agent::piv::PivCard| {
        let scheme = key.algorithm.default_scheme();
        card.sign(slot, key.algorithm, scheme, b"message")
    };
    assert_eq!(sign(&mut card), Err(PivError::PinWrong { left: Some(2) }));
    assert_eq!(sign(&mut card), Err(PivError::PinNeeded));
    assert_eq!(pins_sent(&inserted), 1);
}
