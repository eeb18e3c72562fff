//! PIN and PUK: wrong, last, blocked, changed, unblocked; never sent twice.

use inkan_agent::keystore::secret::Unfit;
use inkan_agent::piv::PivError;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::pin_attempts::PinHalt;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, PIN, PUK, spoil};

use crate::harness::{BOTH, Scene, pin, signs};

const WRONG: &str = "999999";

/// How often a PIN with content was sent.
fn pins_sent(scene: &Scene) -> usize {
    let seen = scene.card.seen();
    seen.iter()
        .filter(|s| matches!(s.header[1], 0x20 | 0x24 | 0x2c) && s.data > 0)
        .count()
}

#[test]
fn a_wrong_pin_is_sent_once_and_the_tries_are_told() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        scene.another(model);
        let mut card = scene.open();
        assert_eq!(card.pin_tries().unwrap().left, Some(3), "{model:?}");
        let _ = scene.card.seen();
        for (wrong, left) in [(WRONG, 2), ("999998", 1)] {
            // The same one given again costs no try.
            for sent in [1, 0] {
                let refused = card.login(&Pin::new(wrong));
                assert_eq!(refused, Err(PivError::PinWrong { left: Some(left) }));
                assert_eq!(pins_sent(&scene), sent);
                assert_eq!(card.pin_tries().unwrap().left, Some(left));
                assert!(!card.logged_in());
            }
        }
        // Nor does one given before another.
        let again = card.login(&Pin::new(WRONG));
        assert_eq!(again, Err(PivError::PinWrong { left: Some(1) }));
        assert_eq!(pins_sent(&scene), 0);
        assert_eq!(card.login(&Pin::new("999997")), Err(PivError::PinBlocked));
        assert_eq!(card.pin_tries().unwrap().left, Some(0));
        assert_eq!(
            card.login(&pin()),
            Err(PivError::PinBlocked),
            "even the right one"
        );
        assert_eq!(pins_sent(&scene), 1, "which is not sent any more");
    }
}

/// Words that do not tell whether the PIN was right.
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
fn after_an_unclear_answer_a_pin_is_not_sent_again() {
    let scene = Scene::new(Model::Yubico);
    for word in UNCLEAR {
        let mut card = scene.open();
        let _ = scene.card.seen();
        // Asked whether PIV is still selected, then given the PIN.
        for answer in [[0x63, 0xc3], word] {
            scene.card.answer_instead(0x20, &answer);
        }
        assert!(card.login(&pin()).is_err(), "{word:x?}");
        assert_eq!(pins_sent(&scene), 1, "{word:x?}");
        let withheld = Err(PivError::PinWithheld(PinHalt::NeverWorked));
        assert_eq!(card.login(&pin()), withheld, "{word:x?}");
        assert_eq!(pins_sent(&scene), 0, "{word:x?}");
    }
}

#[test]
fn a_pin_that_the_card_took_once_is_not_sent_again_after_an_unclear_answer() {
    let scene = Scene::new(Model::Yubico);
    let mut card = scene.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None)
        .unwrap();
    for word in UNCLEAR {
        card.login(&pin()).unwrap();
        let _ = scene.card.seen();
        // Another program has made the card forget it; the PIN is sent again, and the answer is unclear.
        for answer in [[0x63, 0xc3], word] {
            scene.card.answer_instead(0x20, &answer);
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
        assert_eq!(pins_sent(&scene), 1, "{word:x?}");
        for _ in 0..3 {
            assert_eq!(sign(), Err(PivError::PinNeeded), "{word:x?}");
        }
        assert_eq!(pins_sent(&scene), 0, "{word:x?}");
    }
}

#[test]
fn what_cannot_be_a_pin_costs_no_try() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.open();
    let _ = scene.card.seen();
    for (impossible, why) in [
        ("", Unfit::Length),
        ("12345", Unfit::Length),
        ("123456789", Unfit::Length),
        ("１２３４５６", Unfit::FullWidth),
        ("\u{feff}123456", Unfit::Invisible),
        ("123456\u{7}", Unfit::Control),
    ] {
        let (given, good) = (Pin::new(impossible), Pin::new("246810"));
        assert_eq!(card.login(&given), Err(PivError::PinShape(why)));
        assert_eq!(card.change_pin(&given, &good), Err(PivError::PinShape(why)));
        let new = Err(PivError::NewPinShape(why));
        assert_eq!(card.change_pin(&pin(), &given), new);
        assert_eq!(card.unblock(&Pin::new(PUK), &given), new);
        assert_eq!(card.unblock(&given, &good), Err(PivError::PukShape(why)));
    }
    assert_eq!(pins_sent(&scene), 0);
    assert_eq!(card.pin_tries().unwrap().left, Some(3));
    // A rule of the card's is not a matter of length.
    scene.card.answer_instead(0x24, &[0x69, 0x85]);
    let refused = card.change_pin(&pin(), &Pin::new("111111"));
    assert_eq!(refused, Err(PivError::NewPinRefused));
}

#[test]
fn a_right_pin_gives_all_tries_back() {
    let scene = Scene::new(Model::Yubico);
    assert_eq!(spoil::wrong_pins(&scene.reader, 2), 0x63c1);
    let mut card = scene.open();
    assert_eq!(card.pin_tries().unwrap().left, Some(1));
    card.login(&pin()).unwrap();
    assert_eq!(card.pin_tries().unwrap().left, Some(3));
}

#[test]
fn the_pin_is_changed_once_the_old_one_is_right() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        scene.another(model);
        let mut card = scene.logged_in();
        let (slot, key) = card
            .generate(KeyAlgorithm::EcP256, "a label", None)
            .unwrap();
        let new = Pin::new("246810");
        let _ = scene.card.seen();
        let refused = card.change_pin(&Pin::new(WRONG), &new);
        assert_eq!(
            refused,
            Err(PivError::PinWrong { left: Some(2) }),
            "{model:?}"
        );
        assert_eq!(pins_sent(&scene), 1);
        let unfit = card.change_pin(&pin(), &Pin::new("1"));
        assert_eq!(unfit, Err(PivError::NewPinShape(Unfit::Length)));
        assert_eq!(pins_sent(&scene), 0);
        card.change_pin(&pin(), &new).unwrap();
        // Still logged in, with the new one.
        signs(&mut card, slot, &key);
        drop(card);
        let mut card = scene.open();
        assert!(card.login(&pin()).is_err());
        card.login(&new).unwrap();
        signs(&mut card, slot, &key);
    }
}

#[test]
fn a_blocked_pin_is_unblocked_by_the_puk() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        scene.another(model);
        let (slot, key) = {
            let mut card = scene.logged_in();
            card.generate(KeyAlgorithm::EcP256, "a label", None)
                .unwrap()
        };
        spoil::block_pin(&scene.reader);
        let mut card = scene.open();
        let new = Pin::new("13579246");
        let _ = scene.card.seen();
        let wrong = card.unblock(&Pin::new("87654321"), &new);
        assert!(
            matches!(wrong, Err(PivError::PukWrong { left: Some(1..) })),
            "{model:?}: {wrong:?}"
        );
        assert_eq!(pins_sent(&scene), 1);
        card.unblock(&Pin::new(PUK), &new).unwrap();
        assert_eq!(pins_sent(&scene), 1);
        card.login(&new).unwrap();
        signs(&mut card, slot, &key);
    }
}

#[test]
fn a_refused_pin_is_taken_once_it_has_been_set() {
    let mut scene = Scene::new(Model::Plain);
    for model in BOTH {
        for unblock in [false, true] {
            scene.another(model);
            let mut card = scene.open();
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
fn a_blocked_puk_is_said_to_be_blocked() {
    let scene = Scene::new(Model::Plain);
    spoil::block_pin(&scene.reader);
    spoil::block_puk(&scene.reader);
    let mut card = scene.open();
    let _ = scene.card.seen();
    let blocked = card.unblock(&Pin::new(PUK), &Pin::new("13579246"));
    assert_eq!(blocked, Err(PivError::PukBlocked));
    assert_eq!(pins_sent(&scene), 1);
    assert_eq!(card.login(&Pin::new(PIN)), Err(PivError::PinBlocked));
}

#[test]
fn a_card_that_refuses_without_counting_is_asked_for_the_count() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.open();
    // Refused with the plain word, as some cards do.
    scene.card.answer_instead(0x24, &[0x63, 0x00]);
    let wrong = card.change_pin(&Pin::new(WRONG), &Pin::new("246810"));
    assert_eq!(wrong, Err(PivError::PinWrong { left: Some(3) }));
}

#[test]
fn a_pin_that_was_right_and_is_no_more_is_not_sent_again_and_again() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let (slot, key) = card
        .generate(KeyAlgorithm::EcP256, "a label", None)
        .unwrap();
    // Somebody else changes it, and resets the card.
    let change = b"\x00\x24\x00\x80\x10123456\xff\xff654321\xff\xff".to_vec();
    assert_eq!(spoil::send(&scene.reader, &[change]), 0x9000);
    let _ = scene.card.seen();
    let sign = |card: &mut inkan_agent::piv::PivCard| {
        let scheme = key.algorithm.default_scheme();
        card.sign(slot, key.algorithm, scheme, b"message")
    };
    assert_eq!(sign(&mut card), Err(PivError::PinWrong { left: Some(2) }));
    assert_eq!(sign(&mut card), Err(PivError::PinNeeded));
    assert_eq!(pins_sent(&scene), 1);
}
