//! Enrolment requests of customers and staff through their states, and those of the two tables of earlier releases.

use super::rows::{at, bank, empty, note};
use crate::enrolment_requests::{self as requests, Authorization, NewRequest, Outcome, State};
use crate::migrate::MIGRATIONS;
use crate::sql::query;
use crate::{Store, Subject};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(
    one_request_is_picked_up_once_and_finished_once => scenario,
    requests_of_two_tables_come_into_one => migrated,
);

fn user() -> Subject {
    Subject::User("u1".to_owned())
}

fn new(id: &str, subject: Subject, authorization: Authorization) -> NewRequest {
    NewRequest {
        id: id.to_owned(),
        subject,
        authorization,
        browser_binding_sha256: "b".to_owned(),
        comparison_code: "A1-B2".to_owned(),
        created_at: at(0),
        pickup_expires_at: at(60),
        expires_at: at(900),
    }
}

fn grant() -> Authorization {
    Authorization::Grant("g1".to_owned())
}

async fn scenario(place: &Place) {
    let store = empty(place, "requests").await;
    bank(&store).await;
    picked_up_once(&store).await;
    finished_once(&store).await;
    apart_by_subject(&store).await;
}

async fn picked_up_once(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for id in ["r1", "r2"] {
        requests::create(&mut tx, &new(id, user(), grant()))
            .await
            .unwrap();
    }
    let early = requests::set_progress(&mut tx, "r1", "key-made").await;
    assert!(!early.unwrap(), "not picked up");
    let late = requests::pick_up(&mut tx, "r1", "x", at(60)).await;
    assert!(!late.unwrap(), "too late");
    assert!(requests::pick_up(&mut tx, "r1", "x", at(59)).await.unwrap());
    let twice = requests::pick_up(&mut tx, "r1", "y", at(59)).await;
    assert!(!twice.unwrap(), "twice");
    let noted = requests::set_progress(&mut tx, "r1", "key-made").await;
    assert!(noted.unwrap());
    note(&mut tx, "r1").await.unwrap();
    tx.commit().await.unwrap();
    let found = requests::find(store, "r1").await.unwrap().unwrap();
    assert_eq!((&found.subject, &found.authorization), (&user(), &grant()));
    assert_eq!(found.credential_sha256.as_deref(), Some("x"));
    assert_eq!(
        (found.picked_up_at, found.progress.as_deref()),
        (Some(at(59)), Some("key-made"))
    );
}

async fn open(store: &Store, subject: &Subject, now: i64) -> usize {
    let open = requests::open_for(store, subject, at(now)).await;
    open.unwrap().len()
}

async fn finished_once(store: &Store) {
    assert_eq!(open(store, &user(), 1).await, 2);
    assert_eq!(open(store, &user(), 900).await, 0, "expired");
    let mut tx = store.begin().await.unwrap();
    let ended = requests::finish(&mut tx, "r1", Outcome::Failed("why"), at(70)).await;
    assert!(ended.unwrap());
    let again = requests::finish(&mut tx, "r1", Outcome::Failed("other"), at(71)).await;
    assert!(!again.unwrap());
    note(&mut tx, "r1").await.unwrap();
    tx.commit().await.unwrap();
    let found = requests::find(store, "r1").await.unwrap().unwrap();
    assert_eq!(found.state, State::Failed);
    assert_eq!(
        (found.failure_code.as_deref(), found.finished_at),
        (Some("why"), Some(at(70)))
    );
    assert_eq!(open(store, &user(), 1).await, 1);
}

/// The same id as user and as staff account is two subjects; no authorization of one is valid for the other.
async fn apart_by_subject(store: &Store) {
    let teller = Subject::Staff("teller".to_owned());
    let code = || Authorization::ActivationCode("d".to_owned());
    let mut tx = store.begin().await.unwrap();
    requests::create(&mut tx, &new("s1", teller.clone(), code()))
        .await
        .unwrap();
    note(&mut tx, "s1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(open(store, &teller, 1).await, 1);
    assert_eq!(open(store, &Subject::User("teller".into()), 1).await, 0);
    let mut tx = store.begin().await.unwrap();
    let failed = Outcome::Failed("certificate-revoked");
    let ended = requests::finish_all(&mut tx, &teller, failed, at(1)).await;
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(
        requests::open_for(&mut tx, &user(), at(1))
            .await
            .unwrap()
            .len(),
        1
    );
    drop(tx);
    for (subject, authorization) in [(teller, grant()), (user(), code())] {
        let mut tx = store.begin().await.unwrap();
        let refused = requests::create(&mut tx, &new("x", subject, authorization)).await;
        assert!(refused.is_err());
    }
}

/// From the earlier schema version, with rows of both kinds in every relevant state.
async fn migrated(place: &Place) {
    let url = place.url("migrated");
    let (before, this) = MIGRATIONS.split_at(21);
    assert_eq!(this[0].name, "one_request_table");
    let store = Store::connect_to(&url, before).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for statement in [
        "INSERT INTO staff (id, name, employee_number, role, status, created_at) VALUES ('teller', 't', 'T', 'teller', 'active', 0)",
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, version, \
         created_at) VALUES ('c1', '100', 'ordinary', '0000001', 'n', 'k', 'certificate', 'active', 2, 0)",
        "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, created_at) VALUES \
         ('u1', 'c1', 'hanakodt', 'n', 'e', 'master', 'h', 'h', 0), ('u2', 'c1', 'tarodata', 'n', 'e', 'general', 'h', 'h', 0)",
        "INSERT INTO applications (id, contract_id, reference, contract_version, version, state, entered_by, entered_at) \
         VALUES ('a1', 'c1', 'x', 1, 1, 'entered', 'teller', 5)",
        "INSERT INTO grants (id, contract_id, application_id, user_id, state, created_at, expires_at) VALUES \
         ('g1', 'c1', 'a1', 'u1', 'open', 6, 900)",
        "INSERT INTO certificates (id, serial, issuer, user_id, staff_id, grant_id, spki_sha256, spki, tbs, der, sha256, \
         state, not_before, not_after, created_at, activated_at, replaces) VALUES \
         ('old', '01', 'customer', 'u1', NULL, 'g1', 'k1', 'k', 't', 'd', 'h1', 'superseded', 0, 9, 1, 10, NULL), \
         ('new', '02', 'customer', 'u1', NULL, NULL, 'k2', 'k', 't', 'd', 'h2', 'active', 0, 9, 1, 20, 'old'), \
         ('own', '03', 'staff', NULL, 'teller', NULL, 'k3', 'k', 't', 'd', 'h3', 'active', 0, 9, 1, 10, NULL)",
        "INSERT INTO enrolment_requests (id, user_id, action, grant_id, browser_binding_sha256, credential_sha256, \
         comparison_code, state, progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, \
         finished_at, certificate_id) VALUES \
         ('waits', 'u1', 'enroll', 'g1', 'b', NULL, '1', 'created', NULL, NULL, 5, 65, 965, NULL, NULL, NULL), \
         ('done', 'u1', 'renew', NULL, 'b', 'c', '2', 'done', 'key-made', NULL, 15, 75, 975, 16, 20, 'new'), \
         ('early', 'u1', 'renew', NULL, 'b', NULL, '3', 'failed', NULL, 'x', 7, 67, 967, NULL, 8, NULL), \
         ('idle', 'u2', 'renew', NULL, 'b', NULL, '3', 'failed', NULL, 'x', 7, 67, 967, NULL, 8, NULL)",
        "INSERT INTO staff_requests (id, staff_id, handover_sha256, replaces, browser_binding_sha256, credential_sha256, \
         comparison_code, state, progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, \
         finished_at, certificate_id) VALUES \
         ('staff-code', 'teller', 'digest', NULL, 'b', 'c', '4', 'picked_up', 'key-made', NULL, 5, 65, 965, 6, NULL, NULL), \
         ('staff-next', 'teller', NULL, 'own', 'b', NULL, '5', 'created', NULL, NULL, 5, 65, 965, NULL, NULL, NULL)",
    ] {
        tx.upkeep(query(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let store = Store::connect(&url).await.unwrap();

    let teller = Subject::Staff("teller".to_owned());
    let renewal = |id: &str| Authorization::Certificate(id.to_owned());
    for (id, subject, authorization, state) in [
        ("waits", user(), grant(), State::Created),
        ("done", user(), renewal("old"), State::Done),
        ("early", user(), renewal("new"), State::Failed),
        (
            "staff-code",
            teller.clone(),
            Authorization::ActivationCode("digest".to_owned()),
            State::PickedUp,
        ),
        ("staff-next", teller, renewal("own"), State::Created),
    ] {
        let found = requests::find(&store, id).await.unwrap().unwrap();
        assert_eq!(
            (found.subject, found.authorization, found.state),
            (subject, authorization, state),
            "{id}"
        );
    }
    let done = requests::find(&store, "done").await.unwrap().unwrap();
    assert_eq!(done.certificate_id.as_deref(), Some("new"));
    let first = requests::find(&store, "staff-code").await.unwrap();
    let first = first.unwrap();
    assert_eq!(
        (
            first.progress.as_deref(),
            first.credential_sha256.as_deref()
        ),
        (Some("key-made"), Some("c"))
    );
    let idle = requests::find(&store, "idle").await.unwrap();
    assert_eq!(idle, None, "a renewal of nothing");
}
