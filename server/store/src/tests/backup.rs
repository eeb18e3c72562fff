//! Copies of a database in use, and the numbers with which a restored one continues.

use std::fs;

use super::rows::{at, bank, empty, intent, note, published};
use crate::audit::Actor;
use crate::backup::{content, sqlite};
use crate::certificates::{self, Ca, Issuer, State};
use crate::restores::{self, Restore};
use crate::sequence_floors::{self, Floor};
use crate::unknown_serials::{self, UnknownSerial};
use crate::{Db, Store, StoreError, crls, open, positions, status_changes};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(continues => scenario_continues, vacant => scenario_vacant);

async fn issued(store: &Store) {
    let by = Actor::System;
    let mut tx = store.begin().await.unwrap();
    let new = intent("k1", "u1", Some("g1"));
    certificates::insert_intent(&mut tx, &new).await.unwrap();
    let issued = certificates::set_issued(&mut tx, "k1", b"der", "digest", &by, at(1));
    assert!(issued.await.unwrap());
    assert!(
        certificates::set_active(&mut tx, "k1", &by, at(2))
            .await
            .unwrap()
    );
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();
}

async fn suspended(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let step = (State::Active, State::Suspended);
    let done = certificates::set_state(&mut tx, "k1", step, &Actor::System, at(9), Some("x"));
    assert!(done.await.unwrap());
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();
}

async fn scenario_continues(place: &Place) {
    let store = empty(place, "continues").await;
    bank(&store).await;
    issued(&store).await;
    let mut tx = store.begin().await.unwrap();
    crls::insert(&mut tx, &published(4), b"crl".to_vec(), "digest")
        .await
        .unwrap();
    note(&mut tx, "crl").await.unwrap();
    tx.commit().await.unwrap();
    let before = positions::read(&store).await.unwrap();
    assert_eq!((before.status_seq, before.reconciliations), (2, 0));
    assert_eq!(before.crls.crls["customer"].number, 4);

    // Marked, and reconciled once: numbers continue after those that were lost.
    let restore = Restore {
        id: "r1".to_owned(),
        restored_at: at(5),
        backup_at: at(3),
        audit_seq: before.audit.seq,
        status_seq: before.status_seq,
    };
    let ca = Ca::from(Issuer::Customer);
    let lost = UnknownSerial {
        ca,
        serial: "ab12".to_owned(),
        reason: "keyCompromise".to_owned(),
        revoked_at: at(4),
    };
    let mut tx = store.begin().await.unwrap();
    restores::insert(&mut tx, &restore).await.unwrap();
    assert_eq!(restores::open(&mut tx).await.unwrap(), Some(restore));
    restores::reconcile(&mut tx, 1, before.audit.seq, at(6))
        .await
        .unwrap();
    assert!(unknown_serials::insert(&mut tx, &lost, 1).await.unwrap());
    assert!(
        !unknown_serials::insert(&mut tx, &lost, 1).await.unwrap(),
        "twice"
    );
    let floor = |value| Floor {
        value,
        at: at(value),
    };
    let crl = sequence_floors::of_crl("customer");
    for value in [9, 7] {
        sequence_floors::raise(&mut tx, &crl, floor(value))
            .await
            .unwrap();
        let name = sequence_floors::STATUS;
        sequence_floors::raise(&mut tx, name, floor(40 + value))
            .await
            .unwrap();
    }
    note(&mut tx, "reconciled").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(restores::open(&store).await.unwrap(), None);
    let again = async {
        let mut tx = store.begin().await.unwrap();
        restores::reconcile(&mut tx, 1, 0, at(6)).await
    };
    assert!(matches!(again.await, Err(StoreError::Duplicate(_))));
    assert_eq!(
        sequence_floors::find(&store, &crl).await.unwrap(),
        Some(floor(9))
    );
    let after = positions::read(&store).await.unwrap();
    assert_eq!((after.status_seq, after.reconciliations), (49, 1));
    assert_eq!(
        (
            after.crls.crls["customer"].number,
            after.crls.crls["customer"].status_seq
        ),
        (9, 0)
    );
    // A scope that the database does not know has the floor of its CA.
    let mut tx = store.begin().await.unwrap();
    let other = sequence_floors::of_other_crls("customer");
    sequence_floors::raise(&mut tx, &other, floor(1000))
        .await
        .unwrap();
    note(&mut tx, "other").await.unwrap();
    tx.commit().await.unwrap();
    let crls = positions::read(&store).await.unwrap().crls;
    let numbers = ["customer", "customer/209901", "staff/209901"].map(|scope| crls.number(scope));
    assert_eq!(numbers, [9, 1000, 0]);
    for (scope, value) in [("customer", 9), ("customer/209901", 1000)] {
        let found = sequence_floors::of_scope(&store, scope).await.unwrap();
        assert_eq!(found.unwrap().value, value, "{scope}");
    }
    suspended(&store).await;
    assert_eq!(status_changes::last(&store).await.unwrap(), 50);
    let ended = |seq| status_changes::last_on_crls_after(&store, seq);
    assert_eq!(ended(2).await.unwrap(), [(ca, 50)]);
    assert_eq!(ended(50).await.unwrap(), []);
    suspended_of(&store, ca).await;
    let listed = unknown_serials::list(&store, ca, "", 10).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&lost));
    assert_eq!(
        unknown_serials::find(&store, ca, "ab12").await.unwrap(),
        Some(lost)
    );
    assert_eq!(
        unknown_serials::find(&store, Issuer::Staff.into(), "ab12")
            .await
            .unwrap(),
        None
    );
}

async fn suspended_of(store: &Store, ca: Ca) {
    let of = async |ca, after: &str| {
        let found = certificates::in_state(store, (ca, State::Suspended), at(0), after, 10);
        found.await.unwrap()
    };
    assert_eq!(of(ca, "").await, ["k1"]);
    assert!(of(ca, "k1").await.is_empty());
    assert!(of(Issuer::Staff.into(), "").await.is_empty());
    let mut tx = store.begin().await.unwrap();
    assert!(
        certificates::set_ended_at(&mut tx, "k1", at(4))
            .await
            .unwrap()
    );
    assert!(
        !certificates::set_ended_at(&mut tx, "k1", at(8))
            .await
            .unwrap(),
        "later"
    );
    tx.rollback().await.unwrap();
}

async fn scenario_vacant(place: &Place) {
    let url = place.url("vacant");
    assert!(open::is_vacant(&url).await.unwrap());
    assert!(!open::is_used(&url).await.unwrap());
    if let Place::Sqlite(dir) = place {
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            0,
            "a file was made"
        );
        // The log of another database would be applied to a restored one.
        let log = dir.path().join("vacant-wal");
        fs::write(&log, "").unwrap();
        assert!(!open::is_vacant(&url).await.unwrap());
        fs::remove_file(&log).unwrap();
    }
    Store::connect(&url).await.unwrap().close().await;
    assert!(!open::is_vacant(&url).await.unwrap());
    assert!(open::is_used(&url).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_copied_whole_while_it_is_written_and_its_file_alone_is_not_it() {
    let place = Place::sqlite();
    let store = empty(&place, "used").await;
    bank(&store).await;
    let Place::Sqlite(dir) = &place else {
        panic!("another database");
    };
    // Everything is in the log: the file alone is empty, and noticed.
    fs::copy(dir.path().join("used"), dir.path().join("alone")).unwrap();
    assert!(!open::is_used(&place.url("alone")).await.unwrap());
    // A copy of all files after a crash is the database.
    for end in ["", "-wal", "-shm"] {
        let from = dir.path().join(format!("used{end}"));
        fs::copy(from, dir.path().join(format!("cold{end}"))).unwrap();
    }
    let cold = Store::open(&place.url("cold")).await.unwrap();
    let head = |store: &Store| {
        let store = store.clone();
        async move { crate::audit::head(&store).await.unwrap().seq }
    };
    assert_eq!(head(&cold).await, head(&store).await);
    cold.close().await;

    // A transaction is open, and is not in it.
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "open").await.unwrap();
    let to = dir.path().join("copy");
    sqlite::copy(&place.url("used"), &to).await.unwrap();
    tx.commit().await.unwrap();
    let copy = Store::open_copy(&place.url("copy")).await.unwrap();
    let read = content::read(Db::from(&copy)).await.unwrap();
    assert_eq!(read.audit.seq + 1, head(&store).await);
    assert_eq!(
        (read.rows["users"], read.rows["audit_log"]),
        (2, read.audit.seq)
    );
    copy.close().await;
    // Never over something.
    assert!(sqlite::copy(&place.url("used"), &to).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_shows_one_moment_while_it_is_written() {
    let place = Place::postgres();
    let store = empty(&place, "used").await;
    bank(&store).await;
    let reader = Store::open_to_read(&place.url_of("used")).await.unwrap();
    let mut snapshot = reader.snapshot().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "later").await.unwrap();
    tx.commit().await.unwrap();
    let read = snapshot.content().await.unwrap();
    let head = crate::audit::head(&store).await.unwrap();
    assert_eq!(read.audit.seq + 1, head.seq);
    assert!(
        !snapshot.name.is_empty() && snapshot.server >= 12,
        "{}",
        snapshot.server
    );
}
