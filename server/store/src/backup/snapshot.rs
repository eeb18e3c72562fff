//! One moment of a PostgreSQL database: what is read here and what `pg_dump` reads is the same.

use sqlx::{Any, AnyConnection, Executor, Transaction};

use super::content::{self, Content};
use crate::row::Row;
use crate::{Db, Store, StoreError};

/// A backup may take long; it holds no lock.
const BEGIN: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// An open snapshot; it ends when it is dropped.
pub struct Snapshot {
    transaction: Transaction<'static, Any>,
    /// Its name, for `pg_dump --snapshot`.
    pub name: String,
    /// Major version of the server.
    pub server: i64,
}

impl Store {
    /// Opens a snapshot of a PostgreSQL database.
    ///
    /// # Errors
    /// Errors of the database.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let connection: &mut AnyConnection = &mut transaction;
        sqlx::raw_sql(BEGIN).execute(&mut *connection).await?;
        let row = connection
            .fetch_one(
                "SELECT pg_export_snapshot() AS name, \
                 CAST(current_setting('server_version_num') AS BIGINT) / 10000 AS server",
            )
            .await?;
        let row = Row::new("pg_snapshot", &row);
        let (name, server) = (row.text("name")?, row.int("server")?);
        Ok(Snapshot {
            transaction,
            name,
            server,
        })
    }

    /// Whether a PostgreSQL database contains nothing: no table, type or function of anybody.
    ///
    /// # Errors
    /// Errors of the database.
    pub(crate) async fn objects(pool: &sqlx::AnyPool) -> Result<i64, StoreError> {
        let row = pool
            .fetch_one(
                "SELECT (SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%') \
                 + (SELECT COUNT(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
                 WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%') AS n",
            )
            .await?;
        Row::new("pg_class", &row).int("n")
    }
}

impl Snapshot {
    /// The content of the database at this moment.
    ///
    /// # Errors
    /// Errors of the database.
    pub async fn content(&mut self) -> Result<Content, StoreError> {
        content::read(Db::Connection(&mut self.transaction)).await
    }
}
