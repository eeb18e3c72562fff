//! One moment of a PostgreSQL database: what is read here and what `pg_dump` reads is the same.

use super::content::{self, Content};
use crate::engine::{Engine, Reading};
use crate::row::Row;
use crate::sql::query;
use crate::{Db, Store, StoreError};

/// An open snapshot; it ends when it is dropped.
pub struct Snapshot {
    reading: Reading,
    /// Its name, for `pg_dump --snapshot`.
    pub name: String,
    /// Major version of the server.
    pub server: i64,
}

impl Store {
    /// Opens a snapshot of a PostgreSQL database.
    ///
    /// # Errors
    /// [`StoreError::Url`] for another database; errors of the database.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let Engine::Postgres(engine) = self.engine() else {
            return Err(StoreError::Url("a snapshot is of a PostgreSQL database"));
        };
        let mut reading = engine.snapshot().await?;
        let exported = query(
            "SELECT pg_export_snapshot() AS name, \
             CAST(current_setting('server_version_num') AS BIGINT) / 10000 AS server",
        );
        let row = reading.optional(exported).await?;
        let row = row.ok_or(StoreError::Url("the server exported no snapshot"))?;
        let row = Row::new("pg_snapshot", &row);
        Ok(Snapshot {
            name: row.text("name")?,
            server: row.int("server")?,
            reading,
        })
    }

    /// How much a PostgreSQL database contains: tables, types and functions of anybody.
    ///
    /// # Errors
    /// Errors of the database.
    pub(crate) async fn objects(&self) -> Result<i64, StoreError> {
        let objects = query(
            "SELECT (SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%') \
             + (SELECT COUNT(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%') AS n",
        );
        match Db::from(self).optional(objects).await? {
            Some(row) => Row::new("pg_class", &row).int("n"),
            None => Ok(0),
        }
    }
}

impl Snapshot {
    /// The content of the database at this moment.
    ///
    /// # Errors
    /// Errors of the database.
    pub async fn content(&mut self) -> Result<Content, StoreError> {
        content::read(Db::from(&mut self.reading)).await
    }
}
