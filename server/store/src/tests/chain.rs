//! The audit chain.

use super::rows::{at, contract, empty, note};
use crate::audit::{self, Break, Chain};
use crate::sql::query;
use crate::{StoreError, contracts};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(audit_chain => scenario);

const WRITERS: i64 = 8;
const EACH: i64 = 12;

async fn scenario(place: &Place) {
    let store = empty(place, "chain").await;
    assert!(matches!(
        audit::verify(&store).await.unwrap(),
        Chain::Whole { rows: 0, .. }
    ));

    // Many writers at once, every third transaction rolled back: no gap, no fork.
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

    tampered(place).await;
}

/// Each kind of tampering, on a fresh log, is detected at its position and with its name.
async fn tampered(place: &Place) {
    const HEAD_BACK: &str =
        "UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_log WHERE seq = 9)";
    const BEFORE: &str = "INSERT INTO audit_log (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, \
         address, outcome, code, detail, previous_hash, hash) SELECT 0, at, actor_kind, actor_id, 'slipped.in', \
         subject_kind, subject_id, address, outcome, code, detail, previous_hash, hash FROM audit_log WHERE seq = 5";
    let tampering: [(&[&'static str], i64, Break); 10] = [
        (
            &["UPDATE audit_log SET subject_id = 'x' WHERE seq = 7"],
            7,
            Break::Edited,
        ),
        (
            &["UPDATE audit_log SET address = NULL WHERE seq = 5"],
            5,
            Break::Edited,
        ),
        (&["DELETE FROM audit_log WHERE seq = 3"], 3, Break::Missing),
        (&["DELETE FROM audit_log WHERE seq = 1"], 1, Break::Missing),
        // Swapped.
        (
            &[
                "UPDATE audit_log SET seq = 99 WHERE seq = 4",
                "UPDATE audit_log SET seq = 4 WHERE seq = 5",
                "UPDATE audit_log SET seq = 5 WHERE seq = 99",
            ],
            4,
            Break::Edited,
        ),
        (&["DELETE FROM audit_log WHERE seq > 8"], 9, Break::CutOff),
        (&[HEAD_BACK], 10, Break::PastHead),
        (&["UPDATE audit_head SET hash = 'x'"], 12, Break::Head),
        (
            &["UPDATE audit_log SET at = at - 1 WHERE seq = 12"],
            12,
            Break::Edited,
        ),
        (&[BEFORE], 0, Break::Unlinked),
    ];
    for (number, (statements, seq, why)) in tampering.into_iter().enumerate() {
        let store = empty(place, &format!("tampered{number}")).await;
        let mut tx = store.begin().await.unwrap();
        for round in 0..12 {
            note(&mut tx, &round.to_string()).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert!(matches!(
            audit::verify(&store).await.unwrap(),
            Chain::Whole { rows: 12, .. }
        ));
        let mut tx = store.begin().await.unwrap();
        for &statement in statements {
            assert_ne!(tx.upkeep(query(statement)).await.unwrap(), 0);
        }
        tx.commit().await.unwrap();
        let found = audit::verify(&store).await.unwrap();
        assert_eq!(found, Chain::Broken { seq, why }, "{statements:?}");
        store.close().await;
    }
    // A rebuilt row with a correct hash breaks the link of the row after it.
    let store = empty(place, "anew").await;
    let mut tx = store.begin().await.unwrap();
    for round in 0..3 {
        note(&mut tx, &round.to_string()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let rows = audit::after(&store, 0, 9).await.unwrap();
    let mut forged = rows[1].clone();
    forged.subject_id = "forged".to_owned();
    let hash = forged.computed_hash();
    let mut tx = store.begin().await.unwrap();
    let update = query("UPDATE audit_log SET subject_id = 'forged', hash = $1 WHERE seq = 2");
    assert_eq!(tx.upkeep(update.bind(hash)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let found = audit::verify(&store).await.unwrap();
    let expected = Chain::Broken {
        seq: 3,
        why: Break::Unlinked,
    };
    assert_eq!(found, expected);
}
