//! An existing database is opened, and none is created; an SQLite file contains everything after an orderly stop.

use std::fs;
use std::path::PathBuf;

use super::rows::{bank, note};
use crate::db::Db;
use crate::migrate::MIGRATIONS;
use crate::sql::query;
use crate::{Store, StoreError, contracts, open};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(opening => scenario_opening);

async fn scenario_opening(place: &Place) {
    // Nobody has used it.
    let url = place.url("unused");
    for found in [Store::open(&url).await, Store::open_to_read(&url).await] {
        let error = found.err().unwrap();
        let expected = match place {
            Place::Sqlite(_) => "store-missing",
            Place::Postgres(_) => "store-empty",
        };
        assert_eq!(error.code(), expected, "{error}");
    }
    assert!(open::reach(&url).await.is_err());
    if let Place::Sqlite(dir) = place {
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            0,
            "a file was made"
        );
        let file = dir.path().join("blank");
        fs::write(&file, "").unwrap();
        let blank = Store::open_to_read(&place.url("blank")).await;
        assert!(matches!(blank.err(), Some(StoreError::Empty)));
        fs::write(
            &file,
            "this is a text and no database, and it is long enough",
        )
        .unwrap();
        let text = Store::open_to_read(&place.url("blank")).await;
        assert_eq!(text.err().unwrap().code(), "store-failed");
    }

    // While in use, it can be read, and readers cannot write to it.
    let url = place.url("used");
    let store = Store::connect(&url).await.unwrap();
    bank(&store).await;
    open::reach(&url).await.unwrap();
    let reader = Store::open_to_read(&url).await.unwrap();
    assert!(contracts::find(&reader, "c1").await.unwrap().is_some());
    let write = Db::from(&reader)
        .optional(query("DELETE FROM sessions RETURNING token_sha256"))
        .await;
    assert!(write.is_err(), "a reader wrote");
    reader.close().await;
    let worker = Store::open(&url).await.unwrap();
    let mut tx = worker.begin().await.unwrap();
    note(&mut tx, "worker").await.unwrap();
    tx.commit().await.unwrap();
    worker.close().await;
    store.close().await;

    // Of another program's schema.
    let url = place.url("older");
    let older = &MIGRATIONS[..MIGRATIONS.len() - 1];
    Store::connect_to(&url, older).await.unwrap().close().await;
    let found = Store::open_to_read(&url).await.err().unwrap();
    assert!(
        matches!(found, StoreError::SchemaOlder { found, known } if found + 1 == known),
        "{found:?}"
    );
    assert_eq!(
        open::reach(&url).await.unwrap_err().code(),
        "store-schema-older"
    );
}

fn file(place: &Place, name: &str) -> PathBuf {
    match place {
        Place::Sqlite(dir) => dir.path().join(name),
        Place::Postgres(_) => panic!("no file"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_orderly_end_the_file_alone_holds_everything() {
    let place = Place::sqlite();
    let store = Store::connect(&place.url("whole")).await.unwrap();
    bank(&store).await;
    let wal = file(&place, "whole-wal");
    assert!(
        fs::metadata(&wal).unwrap().len() > 0,
        "what is not in the file yet"
    );
    assert!(store.close().await);
    assert!(!wal.exists());
    fs::copy(file(&place, "whole"), file(&place, "copy")).unwrap();
    let copy = Store::open_to_read(&place.url("copy")).await.unwrap();
    assert!(contracts::find(&copy, "c1").await.unwrap().is_some());
    copy.close().await;

    // Another connection reads the file: closing must report that the log is still needed, and it is.
    let store = Store::connect(&place.url("whole")).await.unwrap();
    let reader = Store::open_to_read(&place.url("whole")).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "one more").await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    assert!(contracts::find(&reader, "c1").await.unwrap().is_some());
    reader.close().await;
}

/// After a crash, the file and its log belong together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_the_three_files_together_hold_everything() {
    let place = Place::sqlite();
    let store = Store::connect(&place.url("crashed")).await.unwrap();
    bank(&store).await;
    for name in ["", "-wal", "-shm"] {
        let from = file(&place, &format!("crashed{name}"));
        fs::copy(from, file(&place, &format!("copy{name}"))).unwrap();
    }
    let copy = Store::open_to_read(&place.url("copy")).await.unwrap();
    assert!(contracts::find(&copy, "c1").await.unwrap().is_some());
    copy.close().await;
    // The file alone has the state of the last checkpoint: here nothing.
    fs::copy(file(&place, "crashed"), file(&place, "alone")).unwrap();
    let alone = Store::open_to_read(&place.url("alone")).await;
    assert!(
        matches!(alone.err(), Some(StoreError::Empty)),
        "it is not taken for a record without rows"
    );
}
