//! How many commands a card gets: with a slow reader each takes a third of a second.

use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::abilities::NewKey;
use inkan_agent::piv::PivStore;
use inkan_agent::piv::look::look;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::Model;

use crate::harness::{Scene, certificate, pin};

/// What the card was asked since the last time.
fn asked(scene: &Scene) -> usize {
    scene.card.seen().len()
}

#[test]
fn each_slot_is_asked_once_and_only_where_something_may_be() {
    let mut scene = Scene::new(Model::Yubico);
    // Model, commands to find the card, to open it, and to read what is on it: an object for each of 24 slots; and where the
    // card tells of keys, a key for each of the four that are not retired.
    for (model, find, open, read) in [(Model::Yubico, 4, 4, 29), (Model::Plain, 6, 4, 25)] {
        scene.another(model);
        let _ = asked(&scene);
        assert_eq!(look().tokens.len(), 1);
        assert_eq!(asked(&scene), find, "{model:?}");
        let mut store = PivStore::open(&scene.reader.name).unwrap();
        assert_eq!(asked(&scene), open, "{model:?}");
        store.content().unwrap();
        assert_eq!(asked(&scene), read, "{model:?}");
        // Nothing is read twice: only whether the card still has the application selected.
        store.content().unwrap();
        assert_eq!(asked(&scene), 1, "{model:?}");
    }
}

#[test]
fn what_was_made_and_written_is_known_without_reading_it_again() {
    let mut scene = Scene::new(Model::Yubico);
    for model in [Model::Yubico, Model::Plain] {
        scene.another(model);
        let mut store = PivStore::open(&scene.reader.name).unwrap();
        store.login(&pin()).unwrap();
        store.content().unwrap();
        let new = NewKey {
            algorithm: KeyAlgorithm::EcP256,
            label: "a label".to_owned(),
            instead_of: None,
            room: 0,
        };
        let made = store.generate(&new).unwrap();
        let der = certificate(&made.spki_der, "a certificate", 7);
        store
            .write_certificate(Some(&made.reference), &der, "")
            .unwrap();
        let _ = asked(&scene);
        let remembered = store.content().unwrap();
        assert_eq!(asked(&scene), 1, "{model:?}");
        drop(store);
        let mut store = PivStore::open(&scene.reader.name).unwrap();
        assert_eq!(store.content().unwrap(), remembered, "{model:?}");
        assert!(remembered.holds(&der) && remembered.key(&made.spki_der).is_some());
    }
}
