//! Migrations and types.

use super::rows::{at, bank, contract, empty, note, published};
use crate::db::Db;
use crate::engine::schema::SchemaConnection;
use crate::migrate::{self, MIGRATIONS, Migration};
use crate::sql::{Value, query};
use crate::{Store, StoreError, contracts, crls, sessions};
use inkan_server_fixtures::database::{Place, on_both};

on_both!(migrations => scenario_migrations, types => scenario_types);

async fn scenario_migrations(place: &Place) {
    // From empty, and once more on an existing schema.
    let url = place.url("again");
    let store = Store::connect(&url).await.unwrap();
    bank(&store).await;
    store.close().await;
    let store = Store::connect(&url).await.unwrap();
    assert!(
        contracts::find(&store, "c1").await.unwrap().is_some(),
        "a restart keeps the rows"
    );

    // Two programs starting at once.
    let url = place.url("race");
    let (one, two) = tokio::join!(Store::connect(&url), Store::connect(&url));
    one.unwrap();
    two.unwrap();

    // A later migration is applied to an existing schema; a program without it refuses.
    let mut newer = MIGRATIONS.to_vec();
    let version = newer.last().unwrap().version + 1;
    newer.push(Migration {
        version,
        name: "later",
        sql: "CREATE TABLE later (id TEXT); DROP TABLE later;",
    });
    let url = place.url_of("again");
    let migrated = async |url: &str, migrations: &[Migration]| {
        let backend = store.backend();
        let mut connection = SchemaConnection::open(url, backend).await?;
        connection.begin().await?;
        migrate::run(&mut connection, migrations).await?;
        connection.commit().await
    };
    migrated(&url, &newer).await.unwrap();
    let error = migrated(&url, MIGRATIONS).await.unwrap_err();
    assert!(
        matches!(error, StoreError::SchemaNewer { found, known } if found == version && known == version - 1),
        "{error:?}"
    );

    // A migration that was changed after it was applied is detected.
    newer.last_mut().unwrap().sql = "CREATE TABLE other (id TEXT)";
    let error = migrated(&url, &newer).await.unwrap_err();
    assert!(
        matches!(error, StoreError::MigrationChanged { version: v, .. } if v == version),
        "{error:?}"
    );

    // One that fails leaves nothing.
    let fresh = empty(place, "broken").await;
    newer.last_mut().unwrap().sql = "CREATE TABLE half (id TEXT); CREATE TABLE half (id TEXT);";
    let error = migrated(&place.url_of("broken"), &newer).await.unwrap_err();
    assert!(matches!(error, StoreError::Migration { .. }), "{error:?}");
    let half = Db::from(&fresh)
        .optional(query("SELECT id FROM half"))
        .await;
    assert!(half.is_err(), "the table of the failed migration is there");

    assert!(matches!(
        Store::connect("mysql://localhost/x").await,
        Err(StoreError::Url(_))
    ));
    assert!(matches!(
        Store::connect("sqlite://relative.db").await,
        Err(StoreError::Url(_))
    ));
    assert!(matches!(
        Store::connect("sqlite:///nowhere/at/all.db").await,
        Err(StoreError::File { path, .. }) if path == "/nowhere/at/all.db"
    ));
}

async fn scenario_types(place: &Place) {
    let store = empty(place, "types").await;

    // NULL bound to and read from TEXT, BIGINT and BLOB columns.
    let mut bare = contract("bare", "0000001");
    (bare.temp_login_hash, bare.temp_confirmation_hash) = (None, None);
    let mut full = contract("full", "0000002");
    full.temp_locked_until = Some(at(7));
    full.temp_failures = 3;
    // BLOB with every byte, empty BLOB, the largest integer.
    let bytes: Vec<u8> = (0..=255).collect();
    let session = sessions::Session {
        token_sha256: "t".to_owned(),
        user_id: None,
        certificate_id: None,
        stage: "account-proved".to_owned(),
        csrf: "c".to_owned(),
        data: serde_json::json!({ "name": "髙﨑㈱", "quote": "';--\"" }),
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(9),
    };
    let mut tx = store.begin().await.unwrap();
    contracts::insert(&mut tx, &bare).await.unwrap();
    contracts::insert(&mut tx, &full).await.unwrap();
    let mut staff = published(1);
    staff.scope = "staff".to_owned();
    for (list, der) in [(&staff, bytes.clone()), (&published(i64::MAX), Vec::new())] {
        crls::insert(&mut tx, list, der, "d").await.unwrap();
    }
    sessions::insert(&mut tx, &session).await.unwrap();
    note(&mut tx, "types").await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(
        contracts::find(&store, "bare").await.unwrap().unwrap(),
        bare
    );
    assert_eq!(
        contracts::find(&store, "full").await.unwrap().unwrap(),
        full
    );
    assert_eq!(contracts::find(&store, "none").await.unwrap(), None);
    let full = crls::Kind::Full;
    let latest = crls::latest(&store, "customer", full).await;
    assert_eq!(latest.unwrap().unwrap(), published(i64::MAX));
    let none = crls::latest(&store, "root", full).await;
    assert_eq!(none.unwrap(), None);
    let stored = Db::from(&store)
        .all(query("SELECT der FROM crl_publications ORDER BY number"))
        .await
        .unwrap();
    assert_eq!(
        stored.first().unwrap().get("der"),
        Some(&Value::Blob(bytes))
    );
    assert_eq!(sessions::find(&store, "t").await.unwrap().unwrap(), session);

    // NULL in a BLOB column, bound as NULL in an UPDATE.
    let mut tx = store.begin().await.unwrap();
    contracts::set_temp_failures(&mut tx, "full", 0, None)
        .await
        .unwrap();
    note(&mut tx, "types").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        contracts::find(&store, "full")
            .await
            .unwrap()
            .unwrap()
            .temp_locked_until,
        None
    );

    // Readers cannot write (SQLite), and only the owner can read the file.
    if let Place::Sqlite(dir) = place {
        let write = Db::from(&store)
            .optional(query("DELETE FROM sessions RETURNING token_sha256"))
            .await;
        assert!(write.is_err(), "a reader connection wrote");
        let mode = |name: &str| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::metadata(dir.path().join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!((mode("types"), mode("types-wal")), (0o600, 0o600));
        let mut tx = store.begin().await.unwrap();
        for (pragma, value) in [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1)] {
            let row = tx.returning(query(pragma)).await.unwrap().unwrap();
            assert_eq!(row.values, [Value::Int(value)], "{pragma}");
        }
    }
}
