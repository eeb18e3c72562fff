//! The audit chain.

use super::rows::{at, contract, note};
use crate::store::audit::{self, Chain};
use crate::store::testing::{Place, on_both};
use crate::store::{StoreError, contracts};

on_both!(audit_chain => scenario);

const WRITERS: i64 = 8;
const EACH: i64 = 12;

async fn scenario(place: &Place) {
    let store = place.store("chain").await;
    assert!(matches!(
        audit::verify(&store).await.unwrap(),
        Chain::Whole { rows: 0, .. }
    ));

    // Many writers at once, every third transaction thrown away: no gap, no fork.
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            for round in 0..EACH {
                let mut tx = store.begin().await.unwrap();
                note(&mut tx, &format!("{writer}/{round}")).await.unwrap();
                if round % 3 == 2 {
                    drop(tx);
                } else {
                    tx.commit().await.unwrap();
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let kept = WRITERS * EACH * 2 / 3;
    assert!(
        matches!(audit::verify(&store).await.unwrap(), Chain::Whole { rows, .. } if rows == kept)
    );
    let rows = audit::after(&store, 0, 1000).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        (1..=kept).collect::<Vec<_>>()
    );
    let first = rows.first().unwrap();
    assert_eq!(first.address.as_deref(), Some("192.0.2.1"));
    assert_eq!(first.at, at(0));
    assert!(first.detail.contains("漢字"));

    // A change without an audit row does not commit; a rollback leaves neither change nor row.
    let mut tx = store.begin().await.unwrap();
    contracts::insert(&mut tx, &contract("c", "0000001"))
        .await
        .unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Unaudited)));
    let mut tx = store.begin().await.unwrap();
    contracts::insert(&mut tx, &contract("c", "0000001"))
        .await
        .unwrap();
    note(&mut tx, "c").await.unwrap();
    assert!(
        contracts::find(&mut tx, "c").await.unwrap().is_some(),
        "a transaction sees its own rows"
    );
    assert!(
        contracts::find(&store, "c").await.unwrap().is_none(),
        "others do not see them yet"
    );
    tx.rollback().await.unwrap();
    assert!(contracts::find(&store, "c").await.unwrap().is_none());
    assert!(
        matches!(audit::verify(&store).await.unwrap(), Chain::Whole { rows, .. } if rows == kept)
    );

    // Tampering shows at its place.
    let tampering: [(&'static str, i64); 4] = [
        ("UPDATE audit_log SET subject_id = 'x' WHERE seq = 7", 7),
        ("UPDATE audit_log SET address = NULL WHERE seq = 5", 5),
        ("DELETE FROM audit_log WHERE seq = 3", 3),
        ("DELETE FROM audit_log WHERE seq = 1", 1),
    ];
    for (statement, place) in tampering {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.upkeep(sqlx::query(statement)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(
            audit::verify(&store).await.unwrap(),
            Chain::Broken { seq: place }
        );
    }
}
