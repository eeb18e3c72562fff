//! The card removed at every command of every change: what is left on it is continued or cleaned up, and no half-done
//! change goes unnoticed.

use inkan_agent::pcsc::PcscError;
use inkan_agent::piv::container::ObjectContent;
use inkan_agent::piv::{PivCard, PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, Moment, PUK, Pull};

use crate::harness::{
    InsertedCard, certificate, key_in, key_with_certificate, pin, signs, slot_of,
};

const LABEL: &str = "inkan/bank/user/2026-11-22/01234567";

/// Runs `change` on the card repeatedly, with the removal one command later each time, until it is no longer removed.
/// After each run, the card is inserted again and `after` checks it. Returns how often it was removed.
fn at_every_command(
    inserted: &mut InsertedCard,
    pull: impl Fn(usize) -> Pull,
    before: impl Fn(&mut PivCard),
    change: impl Fn(&mut PivCard) -> Result<(), PivError>,
    after: impl Fn(&mut PivCard),
) -> usize {
    for n in 1..200 {
        let mut card = inserted.logged_in();
        before(&mut card);
        inserted.card.pull_at(pull(n));
        let done = change(&mut card);
        inserted.card.keep();
        drop(card);
        if inserted.card.is_in() {
            done.unwrap();
            return n - 1;
        }
        assert_eq!(done, Err(PivError::Pcsc(PcscError::Removed)), "pull {n}");
        inserted.card.wait_until_out();
        let reader = inserted.reader.clone();
        inserted.card.insert(&reader);
        after(&mut inserted.logged_in());
    }
    panic!("no end of commands");
}

/// What the agent does afterwards: it continues with a key of that label, or generates one.
fn resume(card: &mut PivCard) {
    let content = card.content().unwrap();
    let ours = content.iter().find(|c| {
        matches!(&c.object, ObjectContent::Mark { label, .. } if label == LABEL) && !c.is_released()
    });
    let (slot, key) = match ours.and_then(|c| Some((c.slot, key_in(&content, c.slot)?))) {
        Some(found) => found,
        None => card.generate(KeyAlgorithm::EcP256, LABEL, None, 0).unwrap(),
    };
    assert_eq!(slot, Slot::AUTHENTICATION, "no slot is lost on the way");
    signs(card, slot, &key);
    let der = certificate(&key.spki_der, "resumed", 1);
    card.write_certificate(slot, &der).unwrap();
    let content = card.content().unwrap();
    assert_eq!(
        slot_of(&content, slot).object,
        ObjectContent::Certificate(der.clone())
    );
    let next = slot_of(&content, Slot::numbered(0x82).unwrap());
    assert_eq!(
        next.object,
        ObjectContent::Nothing,
        "no second key was begun"
    );
    card.delete_certificate(&der).unwrap();
    card.delete_key(slot, None).unwrap();
}

fn generate(card: &mut PivCard) -> Result<(), PivError> {
    card.generate(KeyAlgorithm::EcP256, LABEL, None, 0)
        .map(drop)
}

fn generating(model: Model) {
    let mut inserted = InsertedCard::new(model);
    let before = |n| Pull::nth(n, Moment::Before);
    let pulled = at_every_command(&mut inserted, before, |_| (), generate, resume);
    assert!(pulled > 10, "{pulled} commands only");
    resume(&mut inserted.logged_in());
    // The same where the card has executed the command, and its response was lost.
    for ins in [0x47, 0xdb] {
        let after = |n| Pull::nth_of(ins, n, Moment::After);
        let pulled = at_every_command(&mut inserted, after, |_| (), generate, resume);
        assert!(pulled > 0);
        resume(&mut inserted.logged_in());
    }
}

#[test]
fn while_a_key_is_made() {
    generating(Model::Plain);
}

#[test]
fn while_a_key_is_made_on_a_card_with_metadata() {
    generating(Model::Yubico);
}

#[test]
fn while_a_certificate_is_written() {
    let mut inserted = InsertedCard::new(Model::Plain);
    let (slot, key) = inserted
        .logged_in()
        .generate(KeyAlgorithm::EcP256, LABEL, None, 0)
        .unwrap();
    let first = certificate(&key.spki_der, "first", 1);
    let second = certificate(&key.spki_der, "second", 2);
    let one_of_them = |card: &mut PivCard| {
        let content = card.content().unwrap();
        match &slot_of(&content, slot).object {
            ObjectContent::Certificate(der) => assert!(*der == first || *der == second),
            other => panic!("{other:?}"),
        }
        signs(card, slot, &key);
    };
    inserted
        .logged_in()
        .write_certificate(slot, &first)
        .unwrap();
    for moment in [Moment::Before, Moment::After] {
        // Each time from the first to the second.
        let pulled = at_every_command(
            &mut inserted,
            |n| match moment {
                Moment::Before => Pull::nth(n, moment),
                Moment::After => Pull::nth_of(0xdb, n, moment),
            },
            |card| card.write_certificate(slot, &first).unwrap(),
            |card| card.write_certificate(slot, &second),
            one_of_them,
        );
        assert!(pulled > 2, "{pulled} commands only");
    }
}

#[test]
fn while_a_key_is_destroyed() {
    for model in [Model::Plain, Model::Yubico] {
        let mut inserted = InsertedCard::new(model);
        let slot = Slot::AUTHENTICATION;
        let prepare = |card: &mut PivCard| {
            let content = card.content().unwrap();
            if key_in(&content, slot).is_none() || slot_of(&content, slot).is_released() {
                generate(card).unwrap();
            }
        };
        let whole_or_gone = |card: &mut PivCard| {
            let content = card.content().unwrap();
            let is_released = slot_of(&content, slot).is_released();
            match key_in(&content, slot).filter(|_| !is_released) {
                Some(key) => signs(card, slot, &key),
                None => {
                    let (again, _) = card.generate(KeyAlgorithm::EcP256, LABEL, None, 0).unwrap();
                    assert_eq!(again, slot, "the slot is free");
                }
            }
        };
        let pulled = at_every_command(
            &mut inserted,
            |n| Pull::nth(n, Moment::Before),
            prepare,
            |card| card.delete_key(slot, None).map(drop),
            whole_or_gone,
        );
        assert!(pulled > 5, "{pulled} commands only");
    }
}

#[test]
fn while_the_pin_is_changed_or_unblocked() {
    let mut inserted = InsertedCard::new(Model::Plain);
    let (_, key, _) = key_with_certificate(&mut inserted.logged_in(), "first");
    let slot = Slot::AUTHENTICATION;
    // The same PIN again, so that the card can be opened whether it was changed or not.
    let still_good = |card: &mut PivCard| signs(card, slot, &key);
    for moment in [Moment::Before, Moment::After] {
        let changed = at_every_command(
            &mut inserted,
            |n| Pull::nth_of(0x24, n, moment),
            |_| (),
            |card| card.change_pin(&pin(), &pin()),
            still_good,
        );
        let unblocked = at_every_command(
            &mut inserted,
            |n| Pull::nth_of(0x2c, n, moment),
            |_| (),
            |card| card.unblock(&Pin::new(PUK), &pin()),
            still_good,
        );
        assert_eq!((changed, unblocked), (1, 1), "each is sent once");
    }
}

#[test]
fn while_it_is_looked_at() {
    let mut inserted = InsertedCard::new(Model::Plain);
    for n in [1, 2, 3, 9, 20] {
        let mut card = inserted.logged_in();
        inserted.card.pull_at(Pull::nth(n, Moment::Before));
        let removed = PivError::Pcsc(PcscError::Removed);
        assert_eq!(card.content(), Err(removed.clone()));
        // Later calls report it as well, and do not hang.
        assert!(card.pin_tries().is_err());
        drop(card);
        inserted.card.wait_until_out();
        let nothing = PivCard::open(&inserted.reader.name).map(drop);
        assert_eq!(nothing, Err(PivError::Pcsc(PcscError::NoCard)));
        let reader = inserted.reader.clone();
        inserted.card.insert(&reader);
    }
}
