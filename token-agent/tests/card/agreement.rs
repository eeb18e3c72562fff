//! Key agreement with the key in slot 9D.

use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use inkan_agent::pcsc::PcscError;
use inkan_agent::piv::{PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::officer::{AgreedSecret, ShareKeyPoint};
use inkan_virtual_card::{Moment, Pull};

use crate::harness::{BOTH, InsertedCard, key_in};

const LABEL: &str = "share";
const AUTHENTICATE: u8 = 0x87;

fn peer() -> (PrivateKey, ShareKeyPoint) {
    let key = PrivateKey::generate(&ECDH_P256).unwrap();
    let point = ShareKeyPoint::new(key.compute_public_key().unwrap().as_ref()).unwrap();
    (key, point)
}

#[test]
fn both_sides_agree_and_the_slot_is_never_used_twice() {
    for model in BOTH {
        let inserted = InsertedCard::new(model);
        let mut card = inserted.logged_in();
        let (slot, key) = card.generate_for_agreement(LABEL).unwrap();
        assert_eq!(slot, Slot::KEY_MANAGEMENT);
        let own = ShareKeyPoint::of_spki(&key.spki_der).unwrap();
        for _ in 0..2 {
            let (theirs, point) = peer();
            let agreed = card.agree(slot, &point).unwrap();
            let own = UnparsedPublicKey::new(&ECDH_P256, own.as_bytes());
            let same = agreement::agree(&theirs, own, (), |s| Ok(AgreedSecret::new(s).unwrap()));
            assert_eq!(agreed.expose(), same.unwrap().expose(), "{model:?}");
        }
        let again = card.generate_for_agreement(LABEL).map(drop);
        assert_eq!(again, Err(PivError::AgreementSlotTaken), "{model:?}");
        // A key for logins goes elsewhere, and the other one stays.
        let (login, _) = card
            .generate(KeyAlgorithm::EcP256, "login", None, 0)
            .unwrap();
        assert_eq!(login, Slot::AUTHENTICATION);
        let content = card.content().unwrap();
        assert_eq!(key_in(&content, slot).unwrap().spki_der, key.spki_der);
        // Without a login, and where there is no key.
        drop(card);
        let (_, point) = peer();
        let needed = inserted.open().agree(slot, &point).map(drop);
        assert_eq!(needed, Err(PivError::PinNeeded));
        let empty = Slot::numbered(0x83).unwrap();
        let missing = inserted.logged_in().agree(empty, &point).map(drop);
        assert_eq!(missing, Err(PivError::NoKey(empty)), "{model:?}");
    }
}

#[test]
fn what_the_card_says_is_checked_and_a_pulled_card_is_noticed() {
    for model in BOTH {
        let mut inserted = InsertedCard::new(model);
        let mut card = inserted.logged_in();
        let (slot, _) = card.generate_for_agreement(LABEL).unwrap();
        let (_, point) = peer();
        let short = [&[0x7c, 33, 0x82, 31][..], &[7; 31], &[0x90, 0]].concat();
        let long = [&[0x7c, 35, 0x82, 33][..], &[7; 33], &[0x90, 0]].concat();
        let other = [&[0x7c, 34, 0x85, 32][..], &[7; 32], &[0x90, 0]].concat();
        for answer in [&short[..], &long, &other, &[0x7c, 0, 0x90, 0], &[0x90, 0]] {
            inserted.card.answer_instead(AUTHENTICATE, answer);
            let refused = card.agree(slot, &point).map(drop);
            assert!(
                matches!(refused, Err(PivError::Malformed { .. })),
                "{answer:x?}: {refused:?}"
            );
        }
        for moment in [Moment::Before, Moment::After] {
            inserted.card.pull_at(Pull::nth_of(AUTHENTICATE, 1, moment));
            let pulled = card.agree(slot, &point).map(drop);
            assert_eq!(pulled, Err(PivError::Pcsc(PcscError::Removed)));
            inserted.card.wait_until_out();
            let reader = inserted.reader.clone();
            inserted.card.insert(&reader);
            card = inserted.logged_in();
        }
        assert!(card.agree(slot, &point).is_ok(), "the key is still there");
    }
}
