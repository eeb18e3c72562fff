//! What the constraints refuse, and how it is reported.

use super::rows::{
    application, at, bank, contract, empty, grant, intent, member, note, published, user,
};
use crate::audit::Actor;
use crate::certificates::{self, Issuer, State};
use crate::staff::{self, Role};
use crate::{Store, StoreError, Tx, Unique, applications, contracts, crls, grants, users};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(constraints => scenario);

/// Runs one write in a separate transaction that is rolled back (PostgreSQL accepts nothing after an error anyway).
macro_rules! refused {
    ($store:expr, $tx:ident => $write:expr) => {{
        let mut transaction = $store.begin().await.unwrap();
        let $tx: &mut Tx = &mut transaction;
        $write.await.unwrap_err()
    }};
}

fn assert_duplicate(error: &StoreError, expected: Unique) {
    assert!(
        matches!(error, StoreError::Duplicate(found) if *found == expected),
        "{error:?}, not {expected:?}"
    );
}

async fn scenario(place: &Place) {
    let store = empty(place, "rules").await;
    bank(&store).await;
    accounts(&store).await;
    keys(&store).await;
    nul(&store).await;
}

/// No name contains a NUL; a search for one is no fault of the database, and the refusal can be recorded.
async fn nul(store: &Store) {
    let found = users::by_login_id(store, "login-u1\0").await;
    assert!(found.unwrap().is_none());
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "u1\0").await.unwrap();
    tx.commit().await.unwrap();
    let chain = crate::audit::verify(store).await.unwrap();
    assert!(matches!(chain, crate::audit::Chain::Whole { .. }));
}

async fn accounts(store: &Store) {
    let error = refused!(store, tx => contracts::insert(tx, &contract("c9", "1234567")));
    assert_duplicate(&error, Unique::ContractAccount);
    let error = refused!(store, tx => contracts::insert(tx, &contract("c1", "7654321")));
    assert_duplicate(&error, Unique::PrimaryKey);
    let error = refused!(store, tx => contracts::insert(tx, &contract("c9", "123")));
    assert!(
        matches!(error, StoreError::Constraint(_)),
        "a short account: {error:?}"
    );

    let mut twin = user("u9", "c1");
    twin.login_id = "login-u1".to_owned();
    let error = refused!(store, tx => users::insert(tx, &twin));
    assert_duplicate(&error, Unique::LoginId);
    twin.login_id = "LOGIN-u1".to_owned();
    let mut tx = store.begin().await.unwrap();
    users::insert(&mut tx, &twin)
        .await
        .expect("login IDs are case-sensitive");
    assert!(
        users::by_login_id(&mut tx, "Login-u1")
            .await
            .unwrap()
            .is_none()
    );
    drop(tx);
    let error = refused!(store, tx => users::insert(tx, &user("u9", "nowhere")));
    assert!(
        matches!(error, StoreError::Constraint(_)),
        "a user of no contract: {error:?}"
    );
    let mut tx = store.begin().await.unwrap();
    let mut master = user("m1", "c1");
    master.role = users::Role::Master;
    users::insert(&mut tx, &master).await.unwrap();
    (master.id, master.login_id) = ("m2".to_owned(), "login-m2".to_owned());
    assert_duplicate(
        &users::insert(&mut tx, &master).await.unwrap_err(),
        Unique::MasterUser,
    );
    drop(tx);

    let mut tx = store.begin().await.unwrap();
    let mut known = member("s1", Role::Auditor);
    known.certificate_sha256 = Some("ab".to_owned());
    staff::insert(&mut tx, &known).await.unwrap();
    known.id = "s2".to_owned();
    assert_duplicate(
        &staff::insert(&mut tx, &known).await.unwrap_err(),
        Unique::StaffCertificate,
    );
    drop(tx);

    // Four eyes, whatever the program above does.
    let mut tx = store.begin().await.unwrap();
    applications::insert(&mut tx, &application("a3", "c1"))
        .await
        .unwrap();
    note(&mut tx, "a3").await.unwrap();
    tx.commit().await.unwrap();
    let error = refused!(store, tx => applications::insert(tx, &application("a4", "c1")));
    assert_duplicate(&error, Unique::ApplicationOpen);
    let state = applications::State::Approved;
    let error =
        refused!(store, tx => applications::decide(tx, "a3", 1, state, "teller", at(1), None));
    assert!(matches!(error, StoreError::Constraint(_)), "{error:?}");
    let mut tx = store.begin().await.unwrap();
    let decided = applications::decide(&mut tx, "a3", 2, state, "approver", at(1), None)
        .await
        .unwrap();
    assert!(!decided, "a version nobody has seen");
    drop(tx);
    let error = refused!(store, tx => grants::create(tx, &grant("g9", "c1", "a1", "u1")));
    assert_duplicate(&error, Unique::GrantApplication);
}

async fn keys(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    certificates::insert_intent(&mut tx, &intent("k1", "u1", Some("g1")))
        .await
        .unwrap();
    note(&mut tx, "k1").await.unwrap();
    tx.commit().await.unwrap();

    let mut other = intent("k2", "u2", Some("g1"));
    let error = refused!(store, tx => certificates::insert_intent(tx, &other));
    assert_duplicate(&error, Unique::CertificateGrant);
    other.grant_id = Some("g2".to_owned());
    other.spki = intent("k1", "u1", None).spki;
    let error = refused!(store, tx => certificates::insert_intent(tx, &other));
    assert_duplicate(&error, Unique::CertificateKey);
    let mut other = intent("k2", "u2", Some("g2"));
    other.serial = "00k1".to_owned();
    let error = refused!(store, tx => certificates::insert_intent(tx, &other));
    assert_duplicate(&error, Unique::CertificateSerial);
    let error =
        refused!(store, tx => certificates::insert_intent(tx, &intent("k2", "u1", Some("g2"))));
    assert_duplicate(&error, Unique::CertificatePending);

    // No customer certificate without a grant or a predecessor; owner and CA must match.
    let error = refused!(store, tx => certificates::insert_intent(tx, &intent("k2", "u2", None)));
    assert!(matches!(error, StoreError::Constraint(_)), "{error:?}");
    let mut other = intent("k2", "u2", Some("g2"));
    other.issuer = Issuer::Staff;
    let error = refused!(store, tx => certificates::insert_intent(tx, &other));
    assert!(matches!(error, StoreError::Constraint(_)), "{error:?}");
    let error =
        refused!(store, tx => certificates::insert_intent(tx, &intent("k2", "nobody", Some("g2"))));
    assert!(matches!(error, StoreError::Constraint(_)), "{error:?}");

    // One active certificate per user, while a successor is pending.
    let mut tx = store.begin().await.unwrap();
    assert!(
        certificates::set_issued(&mut tx, "k1", b"der-1", "d1", &Actor::System, at(1))
            .await
            .unwrap()
    );
    assert!(
        certificates::set_active(&mut tx, "k1", &Actor::System, at(2))
            .await
            .unwrap()
    );
    let mut successor = intent("k3", "u1", None);
    successor.replaces = Some("k1".to_owned());
    certificates::insert_intent(&mut tx, &successor)
        .await
        .unwrap();
    assert!(
        certificates::set_issued(&mut tx, "k3", b"der-3", "d3", &Actor::System, at(3))
            .await
            .unwrap()
    );
    note(&mut tx, "k3").await.unwrap();
    tx.commit().await.unwrap();
    let error = refused!(store, tx => certificates::set_active(tx, "k3", &Actor::System, at(4)));
    assert_duplicate(&error, Unique::CertificateActive);
    let mut tx = store.begin().await.unwrap();
    certificates::insert_intent(&mut tx, &intent("k2", "u2", Some("g2")))
        .await
        .unwrap();
    let error = certificates::set_issued(&mut tx, "k2", b"der-1", "d1", &Actor::System, at(5))
        .await
        .unwrap_err();
    assert_duplicate(&error, Unique::CertificateDigest);
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    let superseded = certificates::set_state(
        &mut tx,
        "k1",
        (State::Active, State::Superseded),
        &Actor::System,
        at(4),
        None,
    )
    .await;
    assert!(superseded.unwrap());
    assert!(
        certificates::set_active(&mut tx, "k3", &Actor::System, at(4))
            .await
            .unwrap()
    );
    drop(tx);

    // A CRL number is used once.
    let list = published(1);
    let mut tx = store.begin().await.unwrap();
    crls::insert(&mut tx, &list, vec![1], "d").await.unwrap();
    let again = crls::insert(&mut tx, &list, vec![1], "d").await;
    assert_duplicate(&again.unwrap_err(), Unique::PrimaryKey);
}
