//! Opens a [`Store`] from a URL: migrates it, gives out one write transaction at a time, and closes it in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AnyPool, Executor, Row};

use super::audit::repeats::Repeats;
use super::deferred_commit::DeferredCommit;
use super::{StoreError, Tx, migrate, pools};

/// Serial writers, as in SQLite: a lock on one of our tables, held until the end of the transaction. Only a role that
/// may write to the table can take it; readers of the table, including a backup, do not wait for it.
const POSTGRES_WRITER_LOCK: &str = "LOCK TABLE schema_migrations IN EXCLUSIVE MODE";
/// How long a start waits for another program that migrates the same database.
const MIGRATION_WAIT: Duration = Duration::from_secs(3600);

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
    backend: Backend,
    writers: AnyPool,
    readers: AnyPool,
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
        sqlx::any::install_default_drivers();
        let backend = pools::backend(url)?;
        let store = Self::of(backend, pools::open(url, backend).await?);
        if migrate::is_current(&store.inner.readers, migrations).await? {
            return Ok(store);
        }
        migrate::ledger(&store.inner.writers).await?;
        let mut tx = store.begin_migration().await?;
        migrate::run(tx.connection(), backend, migrations).await?;
        tx.commit().await?;
        Ok(store)
    }

    pub(super) fn of(backend: Backend, (writers, readers): (AnyPool, AnyPool)) -> Store {
        Store {
            inner: Arc::new(Inner {
                backend,
                writers,
                readers,
                status_version: Arc::default(),
            }),
            letters: false,
            deferred_commit: None,
            repeats: Arc::default(),
        }
    }

    /// Another program may be migrating, which has no time limit.
    async fn begin_migration(&self) -> Result<Tx, StoreError> {
        let until = Instant::now() + MIGRATION_WAIT;
        loop {
            match self.begin().await {
                // The database reports this, not the network.
                Err(StoreError::Busy(error))
                    if error.as_database_error().is_some() && Instant::now() < until =>
                {
                    tracing::info!(%error, "another program is using the database; waiting for it");
                }
                other => return other,
            }
        }
    }

    /// Opens the one write transaction; waits for its turn, at most about ten seconds ([`StoreError::Busy`]).
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // An operation of several transactions: only the last one is deferred.
        if let Some(before) = self.deferred_commit.as_ref().and_then(DeferredCommit::take) {
            before.commit().await?;
        }
        let transaction = match self.inner.backend {
            Backend::Sqlite => self.inner.writers.begin_with("BEGIN IMMEDIATE").await?,
            Backend::Postgres => {
                let mut transaction = self.inner.writers.begin().await?;
                transaction.execute(POSTGRES_WRITER_LOCK).await?;
                transaction
            }
        };
        let version = Arc::clone(&self.inner.status_version);
        let tx = Tx::new(transaction, self.letters, version);
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
        self.inner.backend
    }

    /// Returns once the database responds (readiness probe).
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.readers.execute("SELECT 1").await?;
        Ok(())
    }

    /// Closes every connection after its current work; later calls fail. SQLite first writes its log into the file and
    /// empties it, so that the file alone contains everything. Returns whether it does (always, for PostgreSQL).
    pub async fn close(&self) -> bool {
        self.inner.readers.close().await;
        if self.inner.writers.is_closed() {
            return true;
        }
        let whole = match self.inner.backend {
            Backend::Postgres => true,
            Backend::Sqlite => self.checkpoint().await,
        };
        self.inner.writers.close().await;
        whole
    }

    /// False when another program reads the file, or the log could not be written into it.
    async fn checkpoint(&self) -> bool {
        let done = self
            .inner
            .writers
            .fetch_one("PRAGMA wal_checkpoint(TRUNCATE)");
        match done.await.and_then(|row| row.try_get::<i64, _>(0)) {
            Ok(busy) => busy == 0,
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log could not be written into the database file");
                false
            }
        }
    }

    pub(super) fn readers(&self) -> &AnyPool {
        &self.inner.readers
    }
}
