//! Grants and certificates through their states; logins and locks.

use super::rows::{at, bank, empty, intent, note};
use crate::audit::{Actor, Outcome};
use crate::certificates::{self, Issuer, State};
use crate::crls::{self, EndedRow};
use crate::login_history::{self, Login, Method, Via};
use crate::ocsp_responses::{self, StoredResponse};
use crate::shadow_locks::{self, Kind, ShadowLock};
use crate::users::{self, PasswordKind};
use crate::{DeferredCommit, Store, contracts, grants, id};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(life => scenario);

async fn scenario(place: &Place) {
    let store = empty(place, "life").await;
    bank(&store).await;
    grant_once(&store).await;
    grant_waits(&store).await;
    leaves(&store).await;
    certificate(&store).await;
    doors(&store).await;
}

async fn grant_once(store: &Store) {
    let open = |user: &'static str, now| grants::open_for_user(store, user, "c1", at(now));
    assert_eq!(
        open("u1", 0).await.unwrap().unwrap().id,
        "g1",
        "the user's own"
    );
    assert_eq!(open("u3", 0).await.unwrap(), None, "both are others'");
    assert_eq!(open("u1", 1000).await.unwrap(), None, "its time is over");
    let mut tx = store.begin().await.unwrap();
    assert!(
        !grants::use_up(&mut tx, "g1", at(1000)).await.unwrap(),
        "too late"
    );
    assert!(grants::use_up(&mut tx, "g1", at(999)).await.unwrap());
    assert!(
        !grants::use_up(&mut tx, "g1", at(999)).await.unwrap(),
        "twice"
    );
    assert_eq!(
        grants::open_for_user(&mut tx, "u1", "c1", at(0))
            .await
            .unwrap(),
        None
    );
    tx.rollback().await.unwrap();
    assert_eq!(
        open("u1", 0).await.unwrap().unwrap().state,
        grants::State::Open
    );
    assert_eq!(
        grants::list_for_contract(store, "c1").await.unwrap().len(),
        2
    );
}

/// A grant that waits is the user's, and cannot be used before its time; another wait never shortens it.
async fn grant_waits(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(grants::postpone(&mut tx, "u1", at(50)).await.unwrap(), 1);
    assert_eq!(grants::postpone(&mut tx, "u1", at(40)).await.unwrap(), 0);
    let open = grants::open_for_user(&mut tx, "u1", "c1", at(0)).await;
    let open = open.unwrap().unwrap();
    assert_eq!(
        (open.usable_at, open.waits_until(at(49))),
        (Some(at(50)), Some(at(50)))
    );
    assert_eq!(open.waits_until(at(50)), None);
    assert!(
        !grants::use_up(&mut tx, "g1", at(49)).await.unwrap(),
        "too early"
    );
    assert!(grants::use_up(&mut tx, "g1", at(50)).await.unwrap());
    tx.rollback().await.unwrap();
}

/// Who has left is no user of the contract any more, and the login ID opens nothing and stays taken.
async fn leaves(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let master = users::find(&mut tx, "u1").await.unwrap().unwrap();
    let (login_id, count) = (
        master.login_id.clone(),
        users::count_in_contract(&mut tx, "c1").await.unwrap(),
    );
    assert!(
        users::set_details(&mut tx, "u1", "次郎", "j@example.com")
            .await
            .unwrap()
    );
    assert!(users::leave(&mut tx, "u1", at(5)).await.unwrap());
    assert!(!users::leave(&mut tx, "u1", at(6)).await.unwrap(), "twice");
    assert!(!users::set_details(&mut tx, "u1", "x", "y").await.unwrap());
    assert!(!users::make_master(&mut tx, "u1").await.unwrap());
    let left = users::find(&mut tx, "u1").await.unwrap().unwrap();
    assert_eq!(
        (left.left_at, left.role, &*left.name, &*left.email),
        (Some(at(5)), users::Role::General, "次郎", "j@example.com")
    );
    assert_eq!(users::by_login_id(&mut tx, &login_id).await.unwrap(), None);
    assert_eq!(
        users::find_in_contract(&mut tx, "c1", "u1").await.unwrap(),
        None
    );
    let listed = users::list_for_contract(&mut tx, "c1").await.unwrap();
    assert!(listed.iter().all(|one| one.id != "u1"));
    let page = users::page_of_contract(&mut tx, "c1", "", 100)
        .await
        .unwrap();
    assert_eq!(page, listed);
    assert_eq!(
        users::count_in_contract(&mut tx, "c1").await.unwrap(),
        count - 1
    );
    let former = users::former_of_contract(&mut tx, "c1", 10).await.unwrap();
    assert_eq!(former, [left]);
    tx.rollback().await.unwrap();
}

async fn certificate(store: &Store) {
    let mut new = intent("k1", "u1", Some("g1"));
    new.request_id = Some("r2".to_owned());
    new.csr = Some(vec![1, 2, 3]);
    let mut tx = store.begin().await.unwrap();
    certificates::insert_intent(&mut tx, &new).await.unwrap();
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();
    let left = certificates::intents_without_result(store).await.unwrap();
    assert_eq!(left.len(), 1);
    let row = left.into_iter().next().unwrap();
    assert_eq!(
        (row.state, row.der.as_deref(), row.csr.as_deref()),
        (State::Intent, None, Some(&[1, 2, 3][..]))
    );
    assert_eq!(row.spki_sha256, id::sha256_hex(&new.spki));
    assert_eq!(
        certificates::by_spki_sha256(store, &row.spki_sha256)
            .await
            .unwrap()
            .unwrap(),
        row
    );

    let mut tx = store.begin().await.unwrap();
    assert!(
        !certificates::set_active(&mut tx, "k1", &Actor::System, at(1))
            .await
            .unwrap(),
        "not issued"
    );
    assert!(
        certificates::set_issued(&mut tx, "k1", b"der", "d1", &Actor::System, at(2))
            .await
            .unwrap()
    );
    assert!(
        !certificates::set_issued(&mut tx, "k1", b"other", "d2", &Actor::System, at(2))
            .await
            .unwrap(),
        "twice"
    );
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();
    for found in [
        certificates::find(store, "k1").await,
        certificates::by_sha256(store, "d1").await,
        certificates::by_serial(store, "00k1").await,
        certificates::by_grant(store, "g1").await,
        certificates::pending_for_user(store, "u1").await,
    ] {
        assert_eq!(found.unwrap().unwrap().der.as_deref(), Some(&b"der"[..]));
    }
    assert!(
        certificates::intents_without_result(store)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        certificates::active_for_user(store, "u1")
            .await
            .unwrap()
            .is_none()
    );

    let before = store.status_version();
    let mut tx = store.begin().await.unwrap();
    assert!(
        certificates::set_active(&mut tx, "k1", &Actor::System, at(3))
            .await
            .unwrap()
    );
    let by = Actor::System;
    let held = (State::Active, State::Suspended);
    assert!(
        certificates::set_state(&mut tx, "k1", held, &by, at(4), Some("lost"))
            .await
            .unwrap()
    );
    assert!(
        !certificates::set_state(&mut tx, "k1", held, &by, at(5), None)
            .await
            .unwrap()
    );
    note(&mut tx, "k1").await.unwrap();
    assert_eq!(store.status_version(), before);
    tx.commit().await.unwrap();
    assert_eq!(store.status_version(), before + 1, "held");
    lists(store).await;

    // Rolled back, nothing has changed; deferred, nothing before the commit.
    let deferred = DeferredCommit::default();
    for keep in [false, true] {
        let mut tx = store.begin_deferred(&deferred).begin().await.unwrap();
        let (from, to) = match keep {
            false => (State::Suspended, State::Revoked),
            true => (State::Suspended, State::Active),
        };
        let moved = certificates::set_state(&mut tx, "k1", (from, to), &by, at(6), None);
        assert!(moved.await.unwrap());
        note(&mut tx, "k1").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.status_version(), before + 1);
        let tx = deferred.take().unwrap();
        match keep {
            false => tx.rollback().await.unwrap(),
            true => tx.commit().await.unwrap(),
        }
    }
    assert_eq!(store.status_version(), before + 2, "released");
    let mut tx = store.begin().await.unwrap();
    let ends = (State::Active, State::Revoked);
    let ended = certificates::set_state(&mut tx, "k1", ends, &by, at(7), Some("key")).await;
    assert!(ended.unwrap());
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.status_version(), before + 3, "revoked");
    let row = certificates::find(store, "k1").await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.ended_at, row.activated_at),
        (State::Revoked, Some(at(7)), Some(at(3)))
    );
    assert_eq!(
        certificates::list_for_user(store, "u1").await.unwrap(),
        [row]
    );
}

async fn doors(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let kind = PasswordKind::Confirmation;
    assert!(
        users::set_password_state(&mut tx, "u1", kind, 5, Some(at(9)), true)
            .await
            .unwrap()
    );
    for (millisecond, method, outcome) in [
        (1, Method::Password, Outcome::Done),
        (2, Method::Password, Outcome::Refused),
        (3, Method::Enrolment, Outcome::Done),
        (4, Method::Certificate, Outcome::Done),
    ] {
        let at = at(0) + jiff::SignedDuration::from_millis(millisecond);
        let (code, address) = (String::new(), None);
        let login = Login {
            user_id: "u1".to_owned(),
            at,
            method,
            via: (method == Method::Certificate).then_some(Via::Agent),
            outcome,
            code,
            address,
        };
        login_history::insert(&mut tx, &login).await.unwrap();
    }
    let lock = ShadowLock {
        failures: 2,
        locked_until: Some(at(5)),
        suspended: false,
        last_at: Some(at(1)),
    };
    shadow_locks::set(&mut tx, Kind::Login, "k", ShadowLock::default(), at(0))
        .await
        .unwrap();
    shadow_locks::set(&mut tx, Kind::Login, "k", lock, at(1))
        .await
        .unwrap();
    assert!(
        contracts::consume_temp_passwords(&mut tx, "c1")
            .await
            .unwrap()
    );
    assert!(
        !contracts::consume_temp_passwords(&mut tx, "c1")
            .await
            .unwrap(),
        "twice"
    );
    note(&mut tx, "u1").await.unwrap();
    tx.commit().await.unwrap();
    let user = users::find(store, "u1").await.unwrap().unwrap();
    assert_eq!(
        (user.login.failures, user.login.suspended),
        (0, false),
        "the other password is apart"
    );
    assert_eq!(
        (user.confirmation.failures, user.confirmation.suspended),
        (5, true)
    );
    assert!(
        !format!("{user:?}").contains("hash-"),
        "a hash in a log line"
    );
    let last = login_history::last_logins(store, "u1", 3).await.unwrap();
    assert_eq!(
        last.iter()
            .map(|login| (login.method, login.via))
            .collect::<Vec<_>>(),
        [
            (Method::Certificate, Some(Via::Agent)),
            (Method::Password, None)
        ]
    );
    assert_eq!(
        shadow_locks::find(store, Kind::Login, "k").await.unwrap(),
        lock
    );
    assert_eq!(
        shadow_locks::find(store, Kind::Account, "k").await.unwrap(),
        ShadowLock::default()
    );
    let mut tx = store.begin().await.unwrap();
    assert_eq!(shadow_locks::delete_older(&mut tx, at(2)).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// The suspended `k1`, as a CRL, the memory and a response read it.
async fn lists(store: &Store) {
    let shard = (Issuer::Customer, "202610");
    let listed = crls::ended(store, shard, at(0), "", 10).await.unwrap();
    let expected = EndedRow {
        serial: "00k1".to_owned(),
        at: at(4),
        reason: Some("lost".to_owned()),
    };
    assert_eq!(listed, [expected]);
    let over = crls::ended(store, shard, at(10_001), "", 10).await;
    assert!(over.unwrap().is_empty(), "it was over before");
    let behind = crls::ended(store, shard, at(0), "00k1", 10).await;
    assert!(behind.unwrap().is_empty());
    let elsewhere = (Issuer::Customer, "202601");
    let none = crls::ended(store, elsewhere, at(0), "", 10).await;
    assert!(none.unwrap().is_empty());
    let serials = certificates::ended_serials(store, shard, "", 10).await;
    assert_eq!(serials.unwrap(), [("00k1".to_owned(), State::Suspended)]);
    let shards = crls::all_shards(store, Issuer::Customer).await;
    assert_eq!(shards.unwrap(), ["202610"]);
    let later = crls::shards(store, Issuer::Customer, at(10_001)).await;
    assert!(later.unwrap().is_empty());
    let none = crls::all_shards(store, Issuer::Staff).await;
    assert!(none.unwrap().is_empty());

    // A response is required until one for its state is stored.
    let wanted = async || {
        let found = ocsp_responses::wanted(store, "sha1", at(20), at(10), "", 10).await;
        found
            .unwrap()
            .into_iter()
            .map(|row| row.serial)
            .collect::<Vec<_>>()
    };
    assert_eq!(wanted().await, ["00k1"]);
    let mut answer = StoredResponse {
        serial: "00k1".to_owned(),
        digest: "sha1",
        ca: Issuer::Customer.into(),
        state: State::Active,
        der: vec![1],
        this_update: at(15),
        next_update: at(25),
        certificate_end: at(10_000),
    };
    keep(store, &answer).await;
    assert_eq!(wanted().await, ["00k1"], "made for another state");
    answer.state = State::Suspended;
    keep(store, &answer).await;
    assert!(wanted().await.is_empty());
    let found = ocsp_responses::find(store, "00k1", "sha1").await.unwrap();
    let (certificate_status, kept) = found.unwrap();
    assert_eq!(
        (certificate_status.state, certificate_status.ended_at),
        (State::Suspended, Some(at(4)))
    );
    assert_eq!(kept.unwrap().state, State::Suspended);
    let (_, kept) = ocsp_responses::find(store, "00k1", "sha256")
        .await
        .unwrap()
        .unwrap();
    assert!(kept.is_none());
    assert!(
        ocsp_responses::find(store, "none\0", "sha1")
            .await
            .unwrap()
            .is_none()
    );
    let mut tx = store.begin().await.unwrap();
    assert_eq!(
        ocsp_responses::forget_before(&mut tx, at(10_000))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        ocsp_responses::forget_before(&mut tx, at(10_001))
            .await
            .unwrap(),
        1
    );
    tx.commit().await.unwrap();
}

async fn keep(store: &Store, answer: &StoredResponse) {
    let mut tx = store.begin().await.unwrap();
    ocsp_responses::keep(&mut tx, answer).await.unwrap();
    tx.commit().await.unwrap();
}
