//! Who can block the writers of a PostgreSQL database, and how long a migration may take.

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection, Executor};

use super::rows::{bank, note};
use crate::Store;
use crate::db::Db;
use crate::migrate::{MIGRATIONS, Migration};
use crate::row::Row;
use crate::sql::query;
use inkan_server_fixtures::database::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_only_connect_holds_up_no_writer() {
    let place = Place::postgres();
    let url = place.url("held");
    let store = Store::connect(&url).await.unwrap();
    bank(&store).await;
    let Place::Postgres(cluster) = &place else {
        panic!("not a cluster");
    };
    cluster.administer("held", "CREATE ROLE stranger LOGIN");
    cluster.administer("held", "CREATE ROLE reader LOGIN");
    cluster.administer(
        "held",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    );
    for role in ["stranger", "reader"] {
        let url = url.replace("user=postgres", &format!("user={role}"));
        let options: AnyConnectOptions = url.parse().unwrap();
        let mut other = AnyConnection::connect_with(&options).await.unwrap();
        // It locks everything that it can: a number that writers might have agreed on, and the tables that it may read.
        other
            .execute("SELECT pg_advisory_lock(7308613, 1)")
            .await
            .unwrap();
        other.execute("BEGIN").await.unwrap();
        for mode in ["EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "ROW EXCLUSIVE"] {
            let statement = format!("LOCK TABLE schema_migrations IN {mode} MODE");
            other.execute("SAVEPOINT tried").await.unwrap();
            let refused = other.execute(sqlx::AssertSqlSafe(statement)).await;
            let refused = refused.unwrap_err();
            let code = refused.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some("42501"), "{mode}: {refused}");
            other.execute("ROLLBACK TO tried").await.unwrap();
        }
        if role == "reader" {
            other
                .execute("LOCK TABLE schema_migrations IN ACCESS SHARE MODE")
                .await
                .unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        note(&mut tx, role).await.unwrap();
        tx.commit().await.unwrap();
        other.close().await.unwrap();
    }
}

/// A backup reads during a write, and no two writers run at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_keeps_out_writers_and_no_reader() {
    let place = Place::postgres();
    let url = place.url("pairs");
    let (one, other) = (
        Store::connect(&url).await.unwrap(),
        Store::connect(&url).await.unwrap(),
    );
    let mut writing = one.begin().await.unwrap();
    let options: AnyConnectOptions = url.parse().unwrap();
    let mut reader = AnyConnection::connect_with(&options).await.unwrap();
    reader
        .execute("SELECT version FROM schema_migrations")
        .await
        .unwrap();
    reader.execute("SET lock_timeout = '1ms'").await.unwrap();
    let busy = reader
        .execute("LOCK TABLE schema_migrations IN EXCLUSIVE MODE")
        .await;
    assert!(busy.is_err(), "LOCK TABLE outside of a transaction");
    reader.execute("BEGIN").await.unwrap();
    let busy = reader
        .execute("LOCK TABLE schema_migrations IN EXCLUSIVE MODE")
        .await
        .unwrap_err();
    let code = busy.as_database_error().and_then(|error| error.code());
    assert_eq!(code.as_deref(), Some("55P03"), "{busy}");
    note(&mut writing, "one").await.unwrap();
    let waiting = tokio::spawn(async move {
        let mut tx = other.begin().await.unwrap();
        note(&mut tx, "other").await.unwrap();
        tx.commit().await.unwrap();
    });
    writing.commit().await.unwrap();
    waiting.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_may_take_as_long_as_it_takes() {
    let place = Place::postgres();
    let url = place.url("slow");
    let mut migrations = MIGRATIONS.to_vec();
    let version = migrations.last().unwrap().version + 1;
    migrations.push(Migration {
        version,
        name: "slow",
        sql: "CREATE TABLE seen AS SELECT current_setting('statement_timeout') AS statement, \
              current_setting('idle_in_transaction_session_timeout') AS idle",
    });
    let store = Store::connect_to(&url, &migrations).await.unwrap();
    let limits = async |mut db: Db<'_>, statement: &'static str| {
        let row = db.again().optional(query(statement)).await.unwrap();
        let row = row.unwrap();
        let row = Row::new("seen", &row);
        (row.text("statement").unwrap(), row.text("idle").unwrap())
    };
    let seen = limits(Db::from(&store), "SELECT statement, idle FROM seen").await;
    assert_eq!(seen, ("0".to_owned(), "0".to_owned()), "while migrating");
    let mut tx = store.begin().await.unwrap();
    let now = "SELECT current_setting('statement_timeout') AS statement, \
               current_setting('idle_in_transaction_session_timeout') AS idle";
    let serving = limits(Db::from(&mut tx), now).await;
    assert_eq!(
        serving,
        ("30s".to_owned(), "1min".to_owned()),
        "while serving"
    );
}
