//! The outbox: one message per key, in the transaction of its operation; sent, deferred, given up.

use jiff::Timestamp;

use super::rows::{at, bank, empty, note};
use crate::outbox::{self, Language, NewMail, State};
use crate::{Store, StoreError};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(letters => scenario_outbox);

fn mail(id: &str, key: &str, second: i64) -> NewMail {
    NewMail {
        id: id.to_owned(),
        key: key.to_owned(),
        kind: "certificate-issued",
        user_id: Some("u1".to_owned()),
        recipient: "hanakodt@oozora.co.jp".to_owned(),
        lang: Language::Ja,
        facts: r#"{"to":"株式会社大空商事"}"#.to_owned(),
        created_at: at(second),
    }
}

async fn write(store: &Store, new: &NewMail) -> bool {
    let mut tx = store.begin().await.unwrap();
    let written = outbox::insert(&mut tx, new).await.unwrap();
    note(&mut tx, &new.id).await.unwrap();
    tx.commit().await.unwrap();
    written
}

async fn due(store: &Store, second: i64) -> Vec<String> {
    let due = outbox::due(store, at(second), at(second + 100), 10).await;
    due.unwrap().into_iter().map(|mail| mail.id).collect()
}

async fn scenario_outbox(place: &Place) {
    let store = empty(place, "outbox").await;
    bank(&store).await;

    // Not without an audit row, and not if the operation is rolled back.
    let mut tx = store.begin().await.unwrap();
    outbox::insert(&mut tx, &mail("m0", "k0", 0)).await.unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Unaudited)));
    let mut tx = store.begin().await.unwrap();
    outbox::insert(&mut tx, &mail("m0", "k0", 0)).await.unwrap();
    note(&mut tx, "m0").await.unwrap();
    tx.rollback().await.unwrap();
    assert!(due(&store, 0).await.is_empty());

    // One per key.
    assert!(write(&store, &mail("m1", "k1", 0)).await);
    assert!(!write(&store, &mail("m2", "k1", 1)).await);
    assert!(write(&store, &mail("m3", "k3", 2)).await);
    assert!(outbox::is_written(&store, "k1").await.unwrap());
    assert!(!outbox::is_written(&store, "k2").await.unwrap());
    assert_eq!(due(&store, 1).await, ["m1"]);
    assert_eq!(due(&store, 2).await, ["m1", "m3"]);
    assert_eq!(outbox::counts(&store).await.unwrap(), (2, 0));

    // Deferred: after the others, and not forever when the clock is set back.
    let mut tx = store.begin().await.unwrap();
    outbox::defer(&mut tx, "m1", at(90), "mail-put-off", "450 later")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(due(&store, 2).await, ["m3"]);
    assert_eq!(due(&store, 90).await, ["m3", "m1"]);
    assert_eq!(
        due(&store, -20).await,
        ["m1"],
        "set by a clock that was ahead"
    );

    // Ended once.
    let mut tx = store.begin().await.unwrap();
    assert!(
        outbox::set_sent(&mut tx, "m3", "250 ok", at(3))
            .await
            .unwrap()
    );
    assert!(
        !outbox::set_sent(&mut tx, "m3", "250 ok", at(4))
            .await
            .unwrap()
    );
    let refused = ("mail-recipient-refused", "550 no such user");
    assert!(
        outbox::set_failed(&mut tx, "m1", refused.0, refused.1, at(5))
            .await
            .unwrap()
    );
    assert!(
        !outbox::set_failed(&mut tx, "m3", refused.0, refused.1, at(5))
            .await
            .unwrap()
    );
    note(&mut tx, "ended").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(outbox::counts(&store).await.unwrap(), (0, 1));
    let failed = outbox::failed_before(&store, Timestamp::MAX, "", 10)
        .await
        .unwrap();
    assert_eq!(
        (failed.len(), failed[0].id.as_str(), failed[0].attempts),
        (1, "m1", 2)
    );
    assert_eq!(failed[0].reply.as_deref(), Some("550 no such user"));
    let sent = outbox::find(&store, "m3").await.unwrap().unwrap();
    assert_eq!(sent.state, State::Sent);

    // A key stays used after the end; messages that ended long ago are deleted.
    assert!(!write(&store, &mail("m4", "k3", 6)).await);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(outbox::delete_ended(&mut tx, at(4)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert!(outbox::find(&store, "m3").await.unwrap().is_none());
    assert!(outbox::find(&store, "m1").await.unwrap().is_some());

    // Languages.
    assert_eq!(outbox::language(&store, "u1").await.unwrap(), Language::Ja);
    for lang in [Language::Ja, Language::En] {
        let mut tx = store.begin().await.unwrap();
        outbox::set_language(&mut tx, "u1", lang).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(outbox::language(&store, "u1").await.unwrap(), lang);
    }
}
