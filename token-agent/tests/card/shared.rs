//! Other programs on the same card; readers and services that stop.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::pcsc::{PcscError, Watch, card_users, readers};
use inkan_agent::piv::{PivCard, PivError, PivStore};
use inkan_virtual_card::Model;
use pcsc::{Disposition, ShareMode};

use crate::harness::{InsertedCard, connect, key_with_certificate, pin, signs};

#[test]
fn a_card_locked_by_another_program_is_reported() {
    let inserted = InsertedCard::new(Model::Plain);
    let other = connect(&inserted, ShareMode::Exclusive);
    let held = PivCard::open(&inserted.reader.name).map(drop);
    assert!(
        matches!(held, Err(PivError::Pcsc(PcscError::InUse { .. }))),
        "{held:?}"
    );
    let store = PivStore::open(&inserted.reader.name).map(drop);
    assert!(
        matches!(store, Err(TokenError::CardInUse { .. })),
        "{store:?}"
    );
    drop(other);
    inserted.logged_in();
}

#[test]
fn programs_that_use_cards_are_named() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut program = Command::new("pcsc_scan")
        .stdout(Stdio::null())
        .spawn()
        .expect("pcsc_scan (Debian: apt-get install pcsc-tools)");
    let started = Instant::now();
    let mut named = false;
    while !named && started.elapsed() < Duration::from_secs(60) {
        named = card_users::programs()
            .iter()
            .any(|name| name == "pcsc_scan");
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(named);
    assert!(inserted.card.is_in());
}

#[test]
fn a_reset_by_another_program_costs_no_second_question() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    for _ in 0..3 {
        connect(&inserted, ShareMode::Shared)
            .disconnect(Disposition::ResetCard)
            .map_err(|(_, e)| e)
            .unwrap();
        signs(&mut card, slot, &key);
    }
    // Between our commands the other program has its turn: ours keeps no transaction open.
    let mut other = connect(&inserted, ShareMode::Shared);
    drop(other.transaction().unwrap());
    signs(&mut card, slot, &key);
}

#[test]
fn a_program_that_keeps_the_card_locked_is_not_waited_for_forever() {
    let inserted = InsertedCard::new(Model::Plain);
    let mut store = PivStore::open(&inserted.reader.name).unwrap();
    store.login(&pin()).unwrap();
    let mut other = connect(&inserted, ShareMode::Shared);
    let transaction = other.transaction().unwrap();
    let held = store.content();
    assert!(
        matches!(held, Err(TokenError::CardInUse { .. })),
        "{held:?}"
    );
    drop(transaction);
    // This one has given up; another one succeeds.
    assert!(store.content().is_err());
    PivStore::open(&inserted.reader.name).unwrap();
}

#[test]
fn readers_without_a_card_and_missing_readers() {
    let inserted = InsertedCard::new(Model::Plain);
    let open = |name: &str| PivCard::open(name).map(drop).unwrap_err();
    let empty = inserted.readers.second().name;
    assert_eq!(open(&empty), PivError::Pcsc(PcscError::NoCard));
    for none in ["No such reader 00 00", "", "with\0zero"] {
        assert_eq!(
            open(none),
            PivError::Pcsc(PcscError::ReaderGone),
            "{none:?}"
        );
    }
    let seen: Vec<(String, bool)> = readers()
        .unwrap()
        .into_iter()
        .map(|r| (r.name, r.card))
        .collect();
    assert_eq!(seen, [(inserted.reader.name.clone(), true), (empty, false)]);
}

#[test]
fn a_stopped_service_is_reported_as_stopped() {
    let mut inserted = InsertedCard::new(Model::Plain);
    let mut card = inserted.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    let mut store = PivStore::open(&inserted.reader.name).unwrap();
    inserted.readers.stop();
    let stopped = card.content();
    assert!(
        matches!(stopped, Err(PivError::Pcsc(PcscError::Service { .. }))),
        "{stopped:?}"
    );
    let stopped = store.content();
    assert!(
        matches!(stopped, Err(TokenError::ReaderService { .. })),
        "{stopped:?}"
    );
    assert!(matches!(readers(), Err(PcscError::Service { .. })));
    drop((card, store));
    inserted.readers.up();
    inserted.reader.wait_for_card(true);
    signs(&mut inserted.logged_in(), slot, &key);
}

#[test]
fn changes_of_cards_and_service_are_noticed() {
    let mut inserted = InsertedCard::new(Model::Plain);
    let mut watch = Watch::start();
    assert!(
        !watch.wait_for_change(Duration::ZERO),
        "nothing has changed yet"
    );
    let soon = Duration::from_secs(60);
    inserted.card.pull();
    assert!(watch.wait_for_change(soon), "pulled");
    let reader = inserted.reader.clone();
    inserted.card.insert(&reader);
    assert!(watch.wait_for_change(soon), "put in");
    // Another program's use of the card is no change.
    key_with_certificate(&mut inserted.logged_in(), "first");
    assert!(!watch.wait_for_change(Duration::from_millis(300)));
    inserted.readers.stop();
    assert!(watch.wait_for_change(soon), "the service is gone");
    assert!(!watch.wait_for_change(Duration::from_millis(50)));
    inserted.readers.up();
    assert!(watch.wait_for_change(soon), "the service is back");
}
