//! The two databases behind one set of functions. Nothing outside this module names a driver, except what is only about
//! the URL of a PostgreSQL database.
//!
//! - [`error`]: an error of either
//! - [`open`]: which database a URL names; its connections
//! - [`sqlite`]: statements in place on the caller's thread, and commits of several transactions at once
//! - [`postgres`]: a pool of connections
//! - [`schema`]: a connection for migrations

pub(crate) mod error;
pub(crate) mod open;
pub(crate) mod postgres;
pub(crate) mod schema;
pub(crate) mod sqlite;

pub(crate) use postgres::Reading;

use super::audit::Head;
use super::sql::{Record, Sql};
use super::tx::Effects;
use super::{Backend, StoreError};

/// An open database.
pub(crate) enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// An open write transaction; dropped, nothing of it remains.
pub(crate) enum Writing {
    Sqlite(sqlite::Writing),
    Postgres(postgres::Writing),
}

impl Engine {
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Engine::Sqlite(_) => Backend::Sqlite,
            Engine::Postgres(_) => Backend::Postgres,
        }
    }

    /// The rows of a statement that changes nothing.
    pub(crate) async fn all(&self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        match self {
            Engine::Sqlite(engine) => engine.all(sql).await,
            Engine::Postgres(engine) => engine.all(sql).await,
        }
    }

    /// The first row of a statement that changes nothing.
    pub(crate) async fn optional(&self, sql: Sql) -> Result<Option<Record>, StoreError> {
        match self {
            Engine::Sqlite(engine) => engine.optional(sql).await,
            Engine::Postgres(engine) => engine.optional(sql).await,
        }
    }

    /// Waits for its turn. `alone`: no other transaction waits for the end of this one.
    pub(crate) async fn begin(&self, alone: bool) -> Result<Writing, StoreError> {
        Ok(match self {
            Engine::Sqlite(engine) => Writing::Sqlite(engine.begin(alone).await?),
            Engine::Postgres(engine) => Writing::Postgres(engine.begin().await?),
        })
    }

    /// Ends every connection after its current work; later calls fail. Returns whether the database's file alone
    /// contains everything (always, for PostgreSQL).
    pub(crate) async fn close(&self) -> bool {
        match self {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }
}

impl Writing {
    /// The rows of a statement, which may change something.
    pub(crate) async fn all(&mut self, sql: Sql) -> Result<Vec<Record>, StoreError> {
        match self {
            Writing::Sqlite(writing) => writing.all(&sql),
            Writing::Postgres(writing) => writing.all(sql).await,
        }
    }

    /// The first row of a statement, which may change something.
    pub(crate) async fn optional(&mut self, sql: Sql) -> Result<Option<Record>, StoreError> {
        match self {
            Writing::Sqlite(writing) => writing.optional(&sql),
            Writing::Postgres(writing) => writing.optional(sql).await,
        }
    }

    /// Changes rows; returns how many.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<u64, StoreError> {
        match self {
            Writing::Sqlite(writing) => writing.execute(&sql),
            Writing::Postgres(writing) => writing.execute(sql).await,
        }
    }

    /// The head of the audit chain by earlier transactions that are durable with this one; `None` if it is the one in the
    /// database.
    pub(crate) fn head(&self) -> Option<Head> {
        match self {
            Writing::Sqlite(writing) => writing.head(),
            Writing::Postgres(_) => None,
        }
    }

    /// Returns when everything is durable; `effects` take place then, also if nobody waits any more. `head`: that of the
    /// audit chain, if it has changed.
    pub(crate) async fn commit(
        self,
        effects: Effects,
        head: Option<Head>,
    ) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(writing) => writing.commit(effects, head).await,
            Writing::Postgres(writing) => writing.commit(effects, head).await,
        }
    }

    /// Undoes everything. Returns when what it has read is durable.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(writing) => writing.rollback().await,
            Writing::Postgres(writing) => writing.rollback().await,
        }
    }
}
