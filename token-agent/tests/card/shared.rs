//! Other programs on the same card; readers and service that go.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inkan_agent::error::TokenError;
use inkan_agent::keystore::KeyStore as _;
use inkan_agent::pcsc::{PcscError, Watch, holders, readers};
use inkan_agent::piv::{PivCard, PivError, PivStore};
use inkan_virtual_card::Model;
use pcsc::{Disposition, ShareMode};

use crate::harness::{Scene, connect, key_with_certificate, pin, signs};

#[test]
fn a_card_held_by_another_program_is_said_to_be() {
    let scene = Scene::new(Model::Plain);
    let other = connect(&scene, ShareMode::Exclusive);
    let held = PivCard::open(&scene.reader.name).map(drop);
    assert!(
        matches!(held, Err(PivError::Pcsc(PcscError::Held { .. }))),
        "{held:?}"
    );
    let store = PivStore::open(&scene.reader.name).map(drop);
    assert!(
        matches!(store, Err(TokenError::HeldByOther { .. })),
        "{store:?}"
    );
    drop(other);
    scene.logged_in();
}

#[test]
fn programs_that_use_cards_are_named() {
    let scene = Scene::new(Model::Plain);
    let mut program = Command::new("pcsc_scan")
        .stdout(Stdio::null())
        .spawn()
        .expect("pcsc_scan (Debian: apt-get install pcsc-tools)");
    let started = Instant::now();
    let mut named = false;
    while !named && started.elapsed() < Duration::from_secs(60) {
        named = holders::programs().iter().any(|name| name == "pcsc_scan");
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(named);
    assert!(scene.card.is_in());
}

#[test]
fn a_reset_by_another_program_costs_no_second_question() {
    let scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    for _ in 0..3 {
        connect(&scene, ShareMode::Shared)
            .disconnect(Disposition::ResetCard)
            .map_err(|(_, e)| e)
            .unwrap();
        signs(&mut card, slot, &key);
    }
    // And between, the other program has its turn: ours keeps no transaction open.
    let mut other = connect(&scene, ShareMode::Shared);
    drop(other.transaction().unwrap());
    signs(&mut card, slot, &key);
}

#[test]
fn a_program_that_does_not_let_go_is_not_waited_for_for_ever() {
    let scene = Scene::new(Model::Plain);
    let mut store = PivStore::open(&scene.reader.name).unwrap();
    store.login(&pin()).unwrap();
    let mut other = connect(&scene, ShareMode::Shared);
    let transaction = other.transaction().unwrap();
    let held = store.content();
    assert!(
        matches!(held, Err(TokenError::HeldByOther { .. })),
        "{held:?}"
    );
    drop(transaction);
    // This one has given up; another does what is wanted.
    assert!(store.content().is_err());
    PivStore::open(&scene.reader.name).unwrap();
}

#[test]
fn readers_without_card_and_readers_that_are_not_there() {
    let scene = Scene::new(Model::Plain);
    let open = |name: &str| PivCard::open(name).map(drop).unwrap_err();
    let empty = scene.readers.second().name;
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
    assert_eq!(seen, [(scene.reader.name.clone(), true), (empty, false)]);
}

#[test]
fn a_service_that_stops_is_said_to_have_stopped() {
    let mut scene = Scene::new(Model::Plain);
    let mut card = scene.logged_in();
    let (slot, key, _) = key_with_certificate(&mut card, "first");
    let mut store = PivStore::open(&scene.reader.name).unwrap();
    scene.readers.stop();
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
    scene.readers.up();
    scene.reader.wait_for_card(true);
    signs(&mut scene.logged_in(), slot, &key);
}

#[test]
fn cards_and_service_are_seen_to_come_and_go() {
    let mut scene = Scene::new(Model::Plain);
    let mut watch = Watch::new();
    assert!(
        !watch.changed_within(Duration::ZERO),
        "nothing has changed yet"
    );
    let soon = Duration::from_secs(60);
    scene.card.pull();
    assert!(watch.changed_within(soon), "pulled");
    let reader = scene.reader.clone();
    scene.card.insert(&reader);
    assert!(watch.changed_within(soon), "put in");
    // Another program at work is no change.
    key_with_certificate(&mut scene.logged_in(), "first");
    assert!(!watch.changed_within(Duration::from_millis(300)));
    scene.readers.stop();
    assert!(watch.changed_within(soon), "the service is gone");
    assert!(!watch.changed_within(Duration::from_millis(50)));
    scene.readers.up();
    assert!(watch.changed_within(soon), "the service is back");
}
