//! A URL becomes a [`Store`]: pools, settings of the connections, migrations.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};

use super::parking::Parking;
use super::{StoreError, Tx, migrate};

const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 8;
/// One at work, one waiting for the writer lock; further writers wait in this process and hold no connection.
const POSTGRES_WRITERS: u32 = 2;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Some five seconds in all, as `busy_timeout`.
const JOURNAL_MODE_TRIES: u32 = 200;
const JOURNAL_MODE_PAUSE: Duration = Duration::from_millis(25);

const SQLITE_WRITER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;";
const POSTGRES_SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on;";
/// Serial writers, as SQLite has them: one advisory lock per database, held to the end of the transaction.
const POSTGRES_WRITER_LOCK: &str = "SELECT pg_advisory_xact_lock(7308613, 1)";

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
    parking: Option<Parking>,
}

struct Inner {
    backend: Backend,
    writers: AnyPool,
    readers: AnyPool,
}

impl Store {
    /// Opens the database at `url` and brings it to the newest migration.
    ///
    /// `sqlite:///absolute/path.db` (the file is made when missing, readable by its owner only) or `postgres://…`
    /// (`postgres:///name?host=/socket/directory&user=…` for a unix socket).
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::File`], [`StoreError::SchemaNewer`], [`StoreError::MigrationChanged`],
    /// [`StoreError::Migration`], or what the database answered.
    pub async fn connect(url: &str) -> Result<Store, StoreError> {
        Self::connect_to(url, migrate::MIGRATIONS).await
    }

    /// As [`Self::connect`], with the schema as the last of `migrations` leaves it.
    pub(super) async fn connect_to(
        url: &str,
        migrations: &[migrate::Migration],
    ) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let store = if url.starts_with("sqlite:") {
            connect_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            connect_postgres(url).await?
        } else {
            return Err(StoreError::Url("expected sqlite:///path or postgres://…"));
        };
        let mut tx = store.begin().await?;
        migrate::run(tx.connection(), store.backend(), migrations).await?;
        tx.commit().await?;
        Ok(store)
    }

    /// Opens the one write transaction; waits for its turn, at most some ten seconds ([`StoreError::Busy`]).
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // A deed of several transactions: only the last one waits.
        if let Some(before) = self.parking.as_ref().and_then(Parking::take) {
            before.commit().await?;
        }
        let tx = match self.inner.backend {
            Backend::Sqlite => {
                let transaction = self.inner.writers.begin_with("BEGIN IMMEDIATE").await?;
                Tx::new(transaction, self.letters)
            }
            Backend::Postgres => {
                let mut transaction = self.inner.writers.begin().await?;
                transaction.execute(POSTGRES_WRITER_LOCK).await?;
                Tx::new(transaction, self.letters)
            }
        };
        Ok(tx.parked_in(self.parking.clone()))
    }

    /// The same store, for one deed: its last transaction waits in `parking` instead of being committed.
    #[must_use]
    pub fn parking_in(&self, parking: &Parking) -> Store {
        Store {
            parking: Some(parking.clone()),
            ..self.clone()
        }
    }

    /// The same store, for a bank that sends mail: transactions keep letters to customers.
    #[must_use]
    pub fn keeping_letters(self) -> Store {
        Store {
            letters: true,
            ..self
        }
    }

    /// Whether letters to customers are kept.
    #[must_use]
    pub fn keeps_letters(&self) -> bool {
        self.letters
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.inner.backend
    }

    /// Answers when the database does (readiness probe).
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.readers.execute("SELECT 1").await?;
        Ok(())
    }

    /// Closes every connection after its current work; later calls fail. SQLite folds its log into the file.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writers.close().await;
    }

    pub(super) fn readers(&self) -> &AnyPool {
        &self.inner.readers
    }
}

async fn connect_sqlite(url: &str) -> Result<Store, StoreError> {
    let path = url
        .strip_prefix("sqlite://")
        .ok_or(StoreError::Url("expected sqlite:///absolute/path.db"))?;
    if !path.starts_with('/') || path.contains(['?', '#', '%']) {
        return Err(StoreError::Url(
            "sqlite: an absolute path without ?, # and %",
        ));
    }
    create_private_file(Path::new(path)).map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })?;
    // What ends a transaction may fail: SQLite rolls back by itself when the disk is full, and then has nothing left to
    // roll back. Such a connection would refuse every transaction after it.
    let writer = options(url, SQLITE_WRITER, 1).after_release(|connection, _| {
        Box::pin(async move {
            // Lets a rollback that a drop has left behind run first.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    });
    let writers = pool(url, writer).await?;
    // The journal mode is a property of the file: set once, before there are readers.
    let mode = journal_mode_wal(&writers).await?;
    if mode != "wal" {
        return Err(StoreError::JournalMode(mode));
    }
    let readers = pool(url, options(url, SQLITE_READER, SQLITE_READERS)).await?;
    Ok(Store {
        inner: Arc::new(Inner {
            backend: Backend::Sqlite,
            writers,
            readers,
        }),
        letters: false,
        parking: None,
    })
}

/// SQLite answers BUSY at once, whatever `busy_timeout` says, to the second of two that change the mode of a file at the
/// same time: two programs that open a new database together.
async fn journal_mode_wal(writers: &AnyPool) -> Result<String, StoreError> {
    let mut tries = JOURNAL_MODE_TRIES;
    loop {
        let answer = writers.fetch_one("PRAGMA journal_mode = WAL").await;
        match answer.map_err(StoreError::from) {
            Err(StoreError::Busy(_)) if tries > 0 => tries -= 1,
            Err(error) => return Err(error),
            Ok(row) => return Ok(row.try_get(0)?),
        }
        tokio::time::sleep(JOURNAL_MODE_PAUSE).await;
    }
}

async fn connect_postgres(url: &str) -> Result<Store, StoreError> {
    let writers = pool(url, options(url, POSTGRES_SESSION, POSTGRES_WRITERS)).await?;
    let readers = pool(url, options(url, POSTGRES_SESSION, POSTGRES_READERS)).await?;
    Ok(Store {
        inner: Arc::new(Inner {
            backend: Backend::Postgres,
            writers,
            readers,
        }),
        letters: false,
        parking: None,
    })
}

fn options(url: &str, session: &'static str, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A connection to a file does not go away; asking each time would cost as much as the statement itself.
        .test_before_acquire(!url.starts_with("sqlite:"))
        .after_connect(move |connection: &mut AnyConnection, _| {
            Box::pin(async move {
                sqlx::raw_sql(session).execute(connection).await?;
                Ok(())
            })
        })
}

async fn pool(url: &str, options: AnyPoolOptions) -> Result<AnyPool, StoreError> {
    let url = AnyConnectOptions::from_str(url).map_err(|_| StoreError::Url("not a URL"))?;
    Ok(options.connect_with(url).await?)
}

/// The database holds password hashes: nobody but the service's user reads it (the log files take over its mode).
fn create_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
