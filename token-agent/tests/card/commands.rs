//! How many commands a card receives: with a slow reader each takes a third of a second.

use inkan_agent::keystore::KeyStore as _;
use inkan_agent::keystore::capabilities::NewKey;
use inkan_agent::piv::PivStore;
use inkan_agent::piv::discovery::find_cards;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_virtual_card::Model;

use crate::harness::{InsertedCard, certificate, pin};

/// The commands that the card received since the last call.
fn commands_sent(inserted: &InsertedCard) -> usize {
    inserted.card.seen().len()
}

#[test]
fn each_slot_is_read_once_and_only_if_it_may_hold_something() {
    let mut inserted = InsertedCard::new(Model::Yubico);
    // Model; commands to find the card, to open it, and to read it: an object for each of 24 slots, and, if the card
    // reports its keys, a key for each of the four that are not retired.
    for (model, find, open, read) in [(Model::Yubico, 4, 4, 29), (Model::Plain, 6, 4, 25)] {
        inserted.another(model);
        let _ = commands_sent(&inserted);
        assert_eq!(find_cards().tokens.len(), 1);
        assert_eq!(commands_sent(&inserted), find, "{model:?}");
        let mut store = PivStore::open(&inserted.reader.name).unwrap();
        assert_eq!(commands_sent(&inserted), open, "{model:?}");
        store.content().unwrap();
        assert_eq!(commands_sent(&inserted), read, "{model:?}");
        // Nothing is read twice, except whether the application is still selected.
        store.content().unwrap();
        assert_eq!(commands_sent(&inserted), 1, "{model:?}");
    }
}

#[test]
fn generated_keys_and_written_certificates_are_cached() {
    let mut inserted = InsertedCard::new(Model::Yubico);
    for model in [Model::Yubico, Model::Plain] {
        inserted.another(model);
        let mut store = PivStore::open(&inserted.reader.name).unwrap();
        store.login(&pin()).unwrap();
        store.content().unwrap();
        let new = NewKey {
            algorithm: KeyAlgorithm::EcP256,
            label: "a label".to_owned(),
            replaces: None,
            certificate_size: 0,
            key_store: None,
            windows_prompt: false,
        };
        let made = store.generate(&new).unwrap();
        let der = certificate(&made.spki_der, "a certificate", 7);
        store
            .write_certificate(Some(&made.reference), &der, "")
            .unwrap();
        let _ = commands_sent(&inserted);
        let remembered = store.content().unwrap();
        assert_eq!(commands_sent(&inserted), 1, "{model:?}");
        drop(store);
        let mut store = PivStore::open(&inserted.reader.name).unwrap();
        assert_eq!(store.content().unwrap(), remembered, "{model:?}");
        assert!(remembered.holds(&der) && remembered.key(&made.spki_der).is_some());
    }
}
