//! A full disk, and space again.

use super::rows::{at, bank, empty, note};
use crate::audit::Outcome;
use crate::login_history::{Login, Method};
use crate::row::Row;
use crate::sql::query;
use crate::{StoreError, Tx, id, login_history};
use inkan_server_fixtures::database::Place;

/// Rows until the file may not grow any more.
async fn fill(tx: &mut Tx) -> StoreError {
    for _ in 0..10_000 {
        let login = Login {
            user_id: "u1".to_owned(),
            at: at(1),
            method: Method::Password,
            via: None,
            outcome: Outcome::Refused,
            code: id::new_id().unwrap().repeat(8),
            address: None,
        };
        if let Err(error) = login_history::insert(tx, &login).await {
            return error;
        }
    }
    panic!("the file grew without end");
}

#[tokio::test]
async fn sqlite_writes_again_when_there_is_room_again() {
    let place = Place::sqlite();
    let store = empty(&place, "full").await;
    bank(&store).await;
    let mut tx = store.begin().await.unwrap();
    // The limit applies to this connection; a full disk would apply to all.
    let pages = tx.returning(query("PRAGMA page_count")).await.unwrap();
    let pages = Row::new("pragma", &pages.unwrap())
        .int("page_count")
        .unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 2).leak();
    tx.returning(query(limit)).await.unwrap();
    let error = fill(&mut tx).await;
    assert!(error.is_transient(), "{error:?}");
    drop(tx);

    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "u1").await.unwrap();
    tx.commit().await.unwrap();
}
