//! Opens a [`Store`] from a URL: migrates it, gives out write transactions, and closes it in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::audit::repeats::Repeats;
use super::deferred_commit::DeferredCommit;
use super::engine::{self, Engine};
use super::sql::query;
use super::{Db, StoreError, Tx, migrate};

/// Which database is behind the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The open store; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    letters: bool,
    deferred_commit: Option<DeferredCommit>,
    repeats: Arc<Repeats>,
}

struct Inner {
    engine: Engine,
    status_version: Arc<AtomicU64>,
}

impl Store {
    /// Opens the database at `url` and brings it to the newest migration.
    ///
    /// `sqlite:///absolute/path.db` (the file is created if missing, readable by its owner only) or `postgres://…`
    /// (`postgres:///name?host=/socket/directory&user=…` for a Unix socket; another computer only over TLS:
    /// [`super::postgres_url`]).
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::PostgresUrl`], [`StoreError::Tls`], [`StoreError::File`],
    /// [`StoreError::SchemaNewer`], [`StoreError::MigrationChanged`], [`StoreError::Migration`], or another error of
    /// the database.
    pub async fn connect(url: &str) -> Result<Store, StoreError> {
        Self::connect_to(url, migrate::MIGRATIONS).await
    }

    /// As [`Self::connect`], with the schema of the last of `migrations`.
    pub(super) async fn connect_to(
        url: &str,
        migrations: &[migrate::Migration],
    ) -> Result<Store, StoreError> {
        let backend = engine::open::backend(url)?;
        let store = Self::of(engine::open::open(url, backend).await?);
        if !migrate::is_current(Db::from(&store), migrations).await? {
            migrate::bring(url, backend, migrations).await?;
        }
        Ok(store)
    }

    pub(super) fn of(engine: Engine) -> Store {
        Store {
            inner: Arc::new(Inner {
                engine,
                status_version: Arc::default(),
            }),
            letters: false,
            deferred_commit: None,
            repeats: Arc::default(),
        }
    }

    /// Opens a write transaction; waits for its turn, at most about ten seconds ([`StoreError::Busy`]).
    ///
    /// Until it ends, no other transaction of the database writes.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // An operation of several transactions: only the last one is deferred.
        if let Some(before) = self.deferred_commit.as_ref().and_then(DeferredCommit::take) {
            before.commit().await?;
        }
        // Nobody's answer waits for somebody who is yet to add to an operation.
        let alone = self.deferred_commit.is_some();
        let writing = self.inner.engine.begin(alone).await?;
        let version = Arc::clone(&self.inner.status_version);
        let tx = Tx::new(writing, self.letters, version);
        Ok(tx.deferred_in(self.deferred_commit.clone()))
    }

    /// The same store, for one operation: the commit of its last transaction is deferred to `deferred_commit`.
    #[must_use]
    pub fn begin_deferred(&self, deferred_commit: &DeferredCommit) -> Store {
        Store {
            deferred_commit: Some(deferred_commit.clone()),
            ..self.clone()
        }
    }

    /// The same store, for a bank that sends mail: transactions store messages to customers.
    #[must_use]
    pub fn with_mail(self) -> Store {
        Store {
            letters: true,
            ..self
        }
    }

    /// Whether messages to customers are stored.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.letters
    }

    /// Incremented by each commit of this process that makes a certificate inactive, or active again.
    #[must_use]
    pub fn status_version(&self) -> u64 {
        self.inner.status_version.load(Ordering::Acquire)
    }

    /// Refusals that this process counts instead of recording each one.
    #[must_use]
    pub fn repeats(&self) -> &Arc<Repeats> {
        &self.repeats
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.inner.engine.backend()
    }

    /// Returns once the database responds (readiness probe).
    pub async fn ping(&self) -> Result<(), StoreError> {
        Db::from(self).optional(query("SELECT 1")).await?;
        Ok(())
    }

    /// Closes every connection after its current work; later calls fail. SQLite first writes its log into the file and
    /// empties it, so that the file alone contains everything. Returns whether it does (always, for PostgreSQL).
    pub async fn close(&self) -> bool {
        self.inner.engine.close().await
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.inner.engine
    }
}
