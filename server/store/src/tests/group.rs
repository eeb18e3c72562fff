//! Transactions that share a commit: what each sees, when it is answered, and what becomes of it if another one fails.

use super::rows::{bank, contract, empty, note};
use crate::audit::{self, Chain};
use crate::contracts;
use crate::{DeferredCommit, Store, StoreError};
use inkan_server_fixtures::database::Place;
use tokio::task::{JoinHandle, yield_now};

async fn store(place: &Place) -> Store {
    let store = empty(place, "group").await;
    bank(&store).await;
    store
}

/// Whether a reader finds the row.
async fn is_durable(store: &Store, seq: i64) -> bool {
    audit::hash_at(store, seq).await.unwrap().is_some()
}

/// A writer that waits for its turn: on one thread, it is in the queue when this returns.
async fn queued(store: &Store) -> JoinHandle<crate::Tx> {
    let store = store.clone();
    let waiting = tokio::spawn(async move { store.begin().await.unwrap() });
    yield_now().await;
    assert!(!waiting.is_finished());
    waiting
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit_and_a_later_one_sees_the_rows() {
    let place = Place::sqlite();
    let store = store(&place).await;
    let mut first = store.begin().await.unwrap();
    let seq = note(&mut first, "first").await.unwrap();
    let second = queued(&store).await;
    let committing = tokio::spawn(first.commit());
    let mut second = second.await.unwrap();
    yield_now().await;
    assert!(!committing.is_finished(), "answered before it is durable");
    assert!(!is_durable(&store, seq).await);
    assert!(audit::hash_at(&mut second, seq).await.unwrap().is_some());
    // It undoes its own work alone, and what it has read is durable when it answers.
    note(&mut second, "second").await.unwrap();
    second.rollback().await.unwrap();
    assert!(is_durable(&store, seq).await);
    assert!(!is_durable(&store, seq + 1).await);
    committing.await.unwrap().unwrap();

    // The same for one that is dropped, which cannot wait.
    let mut first = store.begin().await.unwrap();
    let seq = note(&mut first, "first").await.unwrap();
    let second = queued(&store).await;
    let committing = tokio::spawn(first.commit());
    let mut second = second.await.unwrap();
    assert!(audit::hash_at(&mut second, seq).await.unwrap().is_some());
    drop(second);
    assert!(is_durable(&store, seq).await);
    committing.await.unwrap().unwrap();
    let whole = audit::verify(&store).await.unwrap();
    assert!(matches!(whole, Chain::Whole { rows, .. } if rows == seq));
}

/// The caller has gone; what the process knows still follows what is durable, not before and not never.
#[tokio::test]
async fn a_status_change_counts_with_the_commit_even_if_nobody_waits() {
    let place = Place::sqlite();
    let store = store(&place).await;
    let mut first = store.begin().await.unwrap();
    first.mark_status_changed();
    note(&mut first, "first").await.unwrap();
    let before = store.status_version();
    let second = queued(&store).await;
    let committing = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    committing.abort();
    assert!(committing.await.unwrap_err().is_cancelled());
    assert_eq!(store.status_version(), before);
    second.rollback().await.unwrap();
    assert_eq!(store.status_version(), before + 1);
}

/// A writer that has given up in the queue gets no turn, and keeps none.
#[tokio::test]
async fn who_has_gone_holds_up_nobody() {
    let place = Place::sqlite();
    let store = store(&place).await;
    let mut first = store.begin().await.unwrap();
    note(&mut first, "first").await.unwrap();
    let gone = queued(&store).await;
    let third = queued(&store).await;
    gone.abort();
    assert!(gone.await.is_err());
    let committing = tokio::spawn(first.commit());
    third.await.unwrap().commit().await.unwrap();
    committing.await.unwrap().unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

/// An operation whose response is yet to be added has a group of its own: nobody's answer waits for it.
#[tokio::test]
async fn a_deferred_commit_holds_up_no_answer() {
    let place = Place::sqlite();
    let store = store(&place).await;
    let deferred = DeferredCommit::default();
    let operation = store.begin_deferred(&deferred);
    let mut first = store.begin().await.unwrap();
    let seq = note(&mut first, "first").await.unwrap();
    let second = tokio::spawn(async move { operation.begin().await.unwrap() });
    yield_now().await;
    let committing = tokio::spawn(first.commit());
    let mut second = second.await.unwrap();
    assert!(is_durable(&store, seq).await);
    note(&mut second, "second").await.unwrap();
    second.commit().await.unwrap();
    committing.await.unwrap().unwrap();
    assert!(!is_durable(&store, seq + 1).await);
    deferred.take().unwrap().commit().await.unwrap();
    assert!(is_durable(&store, seq + 1).await);
}

/// A refused statement undoes nothing of others, and the transaction goes on.
#[tokio::test]
async fn a_refused_statement_is_its_own_transactions_affair() {
    let place = Place::sqlite();
    let store = store(&place).await;
    let mut first = store.begin().await.unwrap();
    let seq = note(&mut first, "first").await.unwrap();
    let second = queued(&store).await;
    let committing = tokio::spawn(first.commit());
    let mut second = second.await.unwrap();
    let contract = contract("c1", "9999999");
    let twice = contracts::insert(&mut second, &contract).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));
    note(&mut second, "second").await.unwrap();
    second.commit().await.unwrap();
    committing.await.unwrap().unwrap();
    assert!(is_durable(&store, seq + 1).await);
}
