//! A connection for migrations, which are texts of several statements: a library that knows both databases, and another
//! thread, cost nothing that counts here.

use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::open::{POSTGRES_SESSION, connect};
use super::postgres::{self, WRITER_LOCK};
use crate::sql::{Record, Sql};
use crate::{Backend, StoreError};

/// As for writers: what is committed stays, and references hold.
const SQLITE_SESSION: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
/// How long a start waits for another program that migrates the same database.
const WAIT: Duration = Duration::from_secs(3600);

/// A connection that may change the schema. Dropped before [`Self::commit`], nothing of its transaction remains.
pub(crate) struct SchemaConnection {
    inner: AnyConnection,
    backend: Backend,
}

impl SchemaConnection {
    pub(crate) async fn open(url: &str, backend: Backend) -> Result<Self, StoreError> {
        let mut inner = connect(url).await?;
        let session = match backend {
            Backend::Sqlite => SQLITE_SESSION,
            Backend::Postgres => POSTGRES_SESSION,
        };
        sqlx::raw_sql(session).execute(&mut inner).await?;
        Ok(SchemaConnection { inner, backend })
    }

    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// Takes the writer lock, and waits for another program that has it.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        let until = Instant::now() + WAIT;
        loop {
            match self.lock().await {
                // The database reports this, not the network.
                Err(StoreError::Busy(error))
                    if error.code().is_some() && Instant::now() < until =>
                {
                    tracing::info!(%error, "another program is using the database; waiting for it");
                }
                other => return other,
            }
        }
    }

    async fn lock(&mut self) -> Result<(), StoreError> {
        match self.backend {
            Backend::Sqlite => {
                self.inner.execute("BEGIN IMMEDIATE").await?;
            }
            Backend::Postgres => {
                self.inner.execute("BEGIN").await?;
                if let Err(error) = self.inner.execute(WRITER_LOCK).await {
                    self.inner.execute("ROLLBACK").await?;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Executes a text of one or several statements without values.
    pub(crate) async fn script(&mut self, text: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(text).execute(&mut self.inner).await?;
        Ok(())
    }

    /// Executes one statement; returns its rows.
    pub(crate) async fn all(&mut self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        postgres::all_in(&mut self.inner, sql).await
    }

    /// Makes the transaction durable and ends the connection.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.inner.execute("COMMIT").await?;
        Ok(self.inner.close().await?)
    }
}
