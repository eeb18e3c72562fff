//! Stored responses, deferred commits, and lists page by page.

use super::rows::{at, contract, empty, member, note};
use crate::contract_pages::{self, Place as After};
use crate::contracts::{self, Search};
use crate::idempotency::{self, RecordedResponse};
use crate::proposals::page::{self, Filter, Place as Before};
use crate::proposals::{self, Contributor, Kind, NewProposal, State};
use crate::staff::{self, Role};
use crate::{DeferredCommit, Store, StoreError};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(once => scenario, pages => listed);

fn answered(status: i64, seconds: i64) -> RecordedResponse {
    RecordedResponse {
        staff_id: "teller".to_owned(),
        key: "key".to_owned(),
        request_sha256: "a".to_owned(),
        status,
        response: format!("{{\"status\":{status}}}"),
        at: at(seconds),
    }
}

async fn enter(store: &Store, account: &str) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    contracts::insert(&mut tx, &contract(account, account)).await?;
    note(&mut tx, "test").await?;
    tx.commit().await
}

async fn known(store: &Store, id: &str) -> bool {
    contracts::find(store, id).await.unwrap().is_some()
}

async fn scenario(place: &Place) {
    let store = empty(place, "once").await;
    let mut tx = store.begin().await.unwrap();
    staff::insert(&mut tx, &member("teller", Role::Teller))
        .await
        .unwrap();
    note(&mut tx, "test").await.unwrap();
    tx.commit().await.unwrap();

    // Nothing is durable before the response is; if it is dropped, nothing remains.
    let deferred_commit = DeferredCommit::default();
    let operations = store.begin_deferred(&deferred_commit);
    enter(&operations, "0000001").await.unwrap();
    assert!(!known(&store, "0000001").await);
    drop(deferred_commit.take());
    assert!(!known(&store, "0000001").await);

    // Of several transactions the last one waits.
    enter(&operations, "0000001").await.unwrap();
    enter(&operations, "0000002").await.unwrap();
    assert!(known(&store, "0000001").await && !known(&store, "0000002").await);
    let mut tx = deferred_commit.take().unwrap();
    assert!(
        idempotency::keep(&mut tx, &answered(201, 10), at(0))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert!(known(&store, "0000002").await);
    let kept = idempotency::find(&store, "teller", "key", at(0))
        .await
        .unwrap();
    assert_eq!(kept, Some(answered(201, 10)));
    for (staff_id, key, since) in [
        ("teller", "key", 11),
        ("teller", "other", 0),
        ("x", "key", 0),
    ] {
        let none = idempotency::find(&store, staff_id, key, at(since)).await;
        assert_eq!(none.unwrap(), None);
    }
    // A change without an audit row does not wait, either.
    let mut tx = operations.begin().await.unwrap();
    contracts::insert(&mut tx, &contract("c3", "0000003"))
        .await
        .unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Unaudited)));
    assert!(deferred_commit.take().is_none());

    // A response is kept; one that is too old is not, and a refusal is replaced by a successful operation.
    let keep = async |status, seconds, since| {
        let mut tx = store.begin().await.unwrap();
        let kept = idempotency::keep(&mut tx, &answered(status, seconds), at(since)).await;
        tx.commit().await.unwrap();
        kept.unwrap()
    };
    assert!(!keep(201, 20, 0).await && !keep(409, 20, 0).await);
    assert!(keep(409, 100, 50).await);
    assert!(!keep(403, 101, 50).await);
    assert!(keep(200, 102, 50).await);
    assert!(!keep(409, 103, 50).await);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(
        idempotency::forget_before(&mut tx, at(102)).await.unwrap(),
        0
    );
    assert_eq!(
        idempotency::forget_before(&mut tx, at(103)).await.unwrap(),
        1
    );
    tx.commit().await.unwrap();
}

async fn listed(place: &Place) {
    let store = empty(place, "pages").await;
    let mut tx = store.begin().await.unwrap();
    let by = Contributor {
        staff_id: "teller".to_owned(),
        employee_number: "teller".to_owned(),
    };
    staff::insert(&mut tx, &member("teller", Role::Teller))
        .await
        .unwrap();
    for account in ["0000001", "0000002", "0000003"] {
        contracts::insert(&mut tx, &contract(account, account))
            .await
            .unwrap();
        let new = NewProposal {
            id: account,
            kind: Kind::Cancel,
            subject: account,
            contract_id: Some(account),
            content: "{}",
            seen: "",
            by: &by,
            at: at(1),
        };
        proposals::insert(&mut tx, &new).await.unwrap();
    }
    note(&mut tx, "test").await.unwrap();
    tx.commit().await.unwrap();

    let after = async |by: Option<&Search>, place: &After| {
        let found = contract_pages::after(&store, by, place, 2).await.unwrap();
        let ids: Vec<String> = found.iter().map(|one| one.id.clone()).collect();
        (ids, found.last().map(After::from))
    };
    let one = contracts::find(&store, "0000001").await.unwrap().unwrap();
    let account = |branch: Option<&str>| Search::Account {
        branch: branch.map(str::to_owned),
        account: "0000002".to_owned(),
    };
    let (name, kana) = (
        Search::Name(one.company_name),
        Search::Kana(one.company_kana),
    );
    for by in [None, Some(&name), Some(&kana)] {
        let (first, place) = after(by, &After::default()).await;
        assert_eq!(first, ["0000001", "0000002"]);
        assert_eq!(after(by, &place.unwrap()).await.0, ["0000003"]);
    }
    for by in [account(None), account(Some(&one.branch))] {
        let (found, place) = after(Some(&by), &After::default()).await;
        assert_eq!(found, ["0000002"]);
        assert!(after(Some(&by), &place.unwrap()).await.0.is_empty());
    }
    for by in [
        account(Some("999")),
        Search::LoginId("x".into()),
        Search::Name("%".into()),
    ] {
        assert!(after(Some(&by), &After::default()).await.0.is_empty());
    }

    let before = async |kinds: &[Kind], state, place: Option<&Before>| {
        let filter = Filter {
            kinds: kinds.to_vec(),
            state,
            contract_id: None,
        };
        let found = page::before(&store, &filter, place, 2).await.unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(before(Kind::ALL, None, None).await, ["0000003", "0000002"]);
    let place = Before {
        at: at(1),
        id: "0000002".to_owned(),
    };
    let waiting = Some(State::Entered);
    assert_eq!(
        before(&[Kind::Cancel], waiting, Some(&place)).await,
        ["0000001"]
    );
    assert!(before(&[Kind::Revoke], None, None).await.is_empty());
    assert!(before(&[], None, None).await.is_empty());
    assert!(
        before(Kind::ALL, Some(State::Approved), None)
            .await
            .is_empty()
    );
}
