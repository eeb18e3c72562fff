//! The card pulled at every command of every change: what is on it afterwards is gone on with or cleared away, and nothing
//! is ever half done without being known.

use inkan_agent::pcsc::PcscError;
use inkan_agent::piv::container::Held;
use inkan_agent::piv::{PivCard, PivError, Slot};
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Pin;
use inkan_virtual_card::{Model, Moment, PUK, Pull};

use crate::harness::{Scene, certificate, key_in, key_with_certificate, pin, signs, slot_of};

const LABEL: &str = "inkan/bank/user/2026-11-22/01234567";

/// Does `deed` on the card again and again, pulled one command later each time, until it is not pulled any more. After
/// each, the card is put back and `after` looks at it. Gives how often it was pulled.
fn at_every_command(
    scene: &mut Scene,
    pull: impl Fn(usize) -> Pull,
    before: impl Fn(&mut PivCard),
    deed: impl Fn(&mut PivCard) -> Result<(), PivError>,
    after: impl Fn(&mut PivCard),
) -> usize {
    for n in 1..200 {
        let mut card = scene.logged_in();
        before(&mut card);
        scene.card.pull_at(pull(n));
        let done = deed(&mut card);
        scene.card.keep();
        drop(card);
        if scene.card.is_in() {
            done.unwrap();
            return n - 1;
        }
        assert_eq!(done, Err(PivError::Pcsc(PcscError::Removed)), "pull {n}");
        scene.card.wait_until_out();
        let reader = scene.reader.clone();
        scene.card.insert(&reader);
        after(&mut scene.logged_in());
    }
    panic!("no end of commands");
}

/// What the agent does when it comes back: it goes on with a key of that label, or makes one.
fn resume(card: &mut PivCard) {
    let content = card.content().unwrap();
    let ours = content
        .iter()
        .find(|c| matches!(&c.held, Held::Mark { label, .. } if label == LABEL) && !c.given_back());
    let (slot, key) = match ours.and_then(|c| Some((c.slot, key_in(&content, c.slot)?))) {
        Some(found) => found,
        None => card.generate(KeyAlgorithm::EcP256, LABEL, None).unwrap(),
    };
    assert_eq!(slot, Slot::AUTHENTICATION, "no slot is lost on the way");
    signs(card, slot, &key);
    let der = certificate(&key.spki_der, "resumed", 1);
    card.write_certificate(slot, &der).unwrap();
    let content = card.content().unwrap();
    assert_eq!(slot_of(&content, slot).held, Held::Certificate(der.clone()));
    let next = slot_of(&content, Slot::numbered(0x82).unwrap());
    assert_eq!(next.held, Held::Nothing, "no second key was begun");
    card.delete_certificate(&der).unwrap();
    card.delete_key(slot, None).unwrap();
}

fn generate(card: &mut PivCard) -> Result<(), PivError> {
    card.generate(KeyAlgorithm::EcP256, LABEL, None).map(drop)
}

fn generating(model: Model) {
    let mut scene = Scene::new(model);
    let before = |n| Pull::nth(n, Moment::Before);
    let pulled = at_every_command(&mut scene, before, |_| (), generate, resume);
    assert!(pulled > 10, "{pulled} commands only");
    resume(&mut scene.logged_in());
    // And where the card has done what it was told, and nobody heard of it.
    for ins in [0x47, 0xdb] {
        let after = |n| Pull::nth_of(ins, n, Moment::After);
        let pulled = at_every_command(&mut scene, after, |_| (), generate, resume);
        assert!(pulled > 0);
        resume(&mut scene.logged_in());
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
    let mut scene = Scene::new(Model::Plain);
    let (slot, key) = scene
        .logged_in()
        .generate(KeyAlgorithm::EcP256, LABEL, None)
        .unwrap();
    let first = certificate(&key.spki_der, "first", 1);
    let second = certificate(&key.spki_der, "second", 2);
    let one_of_them = |card: &mut PivCard| {
        let content = card.content().unwrap();
        match &slot_of(&content, slot).held {
            Held::Certificate(der) => assert!(*der == first || *der == second),
            other => panic!("{other:?}"),
        }
        signs(card, slot, &key);
    };
    scene.logged_in().write_certificate(slot, &first).unwrap();
    for moment in [Moment::Before, Moment::After] {
        // Each time from the first to the second.
        let pulled = at_every_command(
            &mut scene,
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
        let mut scene = Scene::new(model);
        let slot = Slot::AUTHENTICATION;
        let prepare = |card: &mut PivCard| {
            let content = card.content().unwrap();
            if key_in(&content, slot).is_none() || slot_of(&content, slot).given_back() {
                generate(card).unwrap();
            }
        };
        let whole_or_gone = |card: &mut PivCard| {
            let content = card.content().unwrap();
            let given_back = slot_of(&content, slot).given_back();
            match key_in(&content, slot).filter(|_| !given_back) {
                Some(key) => signs(card, slot, &key),
                None => {
                    let (again, _) = card.generate(KeyAlgorithm::EcP256, LABEL, None).unwrap();
                    assert_eq!(again, slot, "the slot is free");
                }
            }
        };
        let pulled = at_every_command(
            &mut scene,
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
    let mut scene = Scene::new(Model::Plain);
    let (_, key, _) = key_with_certificate(&mut scene.logged_in(), "first");
    let slot = Slot::AUTHENTICATION;
    // The same PIN again, so that the card can be opened whether it was changed or not.
    let still_good = |card: &mut PivCard| signs(card, slot, &key);
    for moment in [Moment::Before, Moment::After] {
        let changed = at_every_command(
            &mut scene,
            |n| Pull::nth_of(0x24, n, moment),
            |_| (),
            |card| card.change_pin(&pin(), &pin()),
            still_good,
        );
        let unblocked = at_every_command(
            &mut scene,
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
    let mut scene = Scene::new(Model::Plain);
    for n in [1, 2, 3, 9, 20] {
        let mut card = scene.logged_in();
        scene.card.pull_at(Pull::nth(n, Moment::Before));
        let removed = PivError::Pcsc(PcscError::Removed);
        assert_eq!(card.content(), Err(removed.clone()));
        // What comes after says it as well, and does not hang.
        assert!(card.pin_tries().is_err());
        drop(card);
        scene.card.wait_until_out();
        let nothing = PivCard::open(&scene.reader.name).map(drop);
        assert_eq!(nothing, Err(PivError::Pcsc(PcscError::NoCard)));
        let reader = scene.reader.clone();
        scene.card.insert(&reader);
    }
}
