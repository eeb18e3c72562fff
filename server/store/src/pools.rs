//! The connections of a store: how many, and the settings of each.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};

use super::{Backend, StoreError, postgres_url};

const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 8;
/// One active, one waiting for the writer lock; further writers wait in this process without a connection.
const POSTGRES_WRITERS: u32 = 2;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// About five seconds in total, like `busy_timeout`.
const JOURNAL_MODE_TRIES: u32 = 200;
const JOURNAL_MODE_PAUSE: Duration = Duration::from_millis(25);

const SQLITE_WRITER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;";
const POSTGRES_SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on;";
const POSTGRES_READ_ONLY: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
     SET default_transaction_read_only = on;";

/// Which database a URL names, after a check that it is safe to connect to.
pub(super) fn backend(url: &str) -> Result<Backend, StoreError> {
    if url.starts_with("sqlite:") {
        file(url)?;
        Ok(Backend::Sqlite)
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        postgres_url::tls_files(url)?;
        Ok(Backend::Postgres)
    } else {
        Err(StoreError::Url("expected sqlite:///path or postgres://…"))
    }
}

/// The file of an SQLite database.
pub(super) fn file(url: &str) -> Result<PathBuf, StoreError> {
    let path = url
        .strip_prefix("sqlite://")
        .ok_or(StoreError::Url("expected sqlite:///absolute/path.db"))?;
    if !path.starts_with('/') || path.contains(['?', '#', '%']) {
        return Err(StoreError::Url(
            "sqlite: an absolute path without ?, # and %",
        ));
    }
    Ok(PathBuf::from(path))
}

/// Writers and readers.
pub(super) async fn open(url: &str, backend: Backend) -> Result<(AnyPool, AnyPool), StoreError> {
    match backend {
        Backend::Sqlite => sqlite(url).await,
        Backend::Postgres => {
            let writers = pool(url, options(url, POSTGRES_SESSION, POSTGRES_WRITERS)).await?;
            let readers = pool(url, options(url, POSTGRES_SESSION, POSTGRES_READERS)).await?;
            Ok((writers, readers))
        }
    }
}

/// Connections that change nothing, also in place of the writers.
pub(super) async fn read_only(
    url: &str,
    backend: Backend,
) -> Result<(AnyPool, AnyPool), StoreError> {
    let (session, connections) = match backend {
        Backend::Sqlite => (SQLITE_READER, SQLITE_READERS),
        Backend::Postgres => (POSTGRES_READ_ONLY, 2),
    };
    let readers = pool(url, options(url, session, connections)).await?;
    Ok((readers.clone(), readers))
}

async fn sqlite(url: &str) -> Result<(AnyPool, AnyPool), StoreError> {
    let path = file(url)?;
    create_private_file(&path).map_err(|source| StoreError::File {
        path: path.display().to_string(),
        source,
    })?;
    // The statement that ends a transaction may fail: SQLite rolls back automatically when the disk is full, and then
    // has nothing left to roll back. Such a connection would refuse every later transaction.
    let writer = options(url, SQLITE_WRITER, 1).after_release(|connection, _| {
        Box::pin(async move {
            // Lets a rollback that a drop has started run first.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    });
    let writers = pool(url, writer).await?;
    // The journal mode is a property of the file: it is set once, before there are readers.
    let mode = journal_mode_wal(&writers).await?;
    if mode != "wal" {
        return Err(StoreError::JournalMode(mode));
    }
    let readers = pool(url, options(url, SQLITE_READER, SQLITE_READERS)).await?;
    Ok((writers, readers))
}

/// If two programs open a new database together and change its mode at the same time, SQLite returns BUSY to the second
/// at once, whatever `busy_timeout` is.
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

fn options(url: &str, session: &'static str, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A connection to a file does not disappear; a check each time would cost as much as the statement itself.
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

/// The database contains password hashes: only the service's user may read it (the log files get the same mode).
fn create_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
