//! The connections of a store: how many, and the settings of each.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection as _};

use super::{Engine, postgres, sqlite};
use crate::{Backend, StoreError, postgres_url};

const POSTGRES_READERS: u32 = 8;
/// One active, one waiting for the writer lock; further writers wait in this process without a connection.
const POSTGRES_WRITERS: u32 = 2;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) const POSTGRES_SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on;";
const POSTGRES_READ_ONLY: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
     SET default_transaction_read_only = on;";

/// Which database a URL names, after a check that it is safe to connect to.
pub(crate) fn backend(url: &str) -> Result<Backend, StoreError> {
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
pub(crate) fn file(url: &str) -> Result<PathBuf, StoreError> {
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

/// Opens a database for reading and writing; a file is created if it is missing.
pub(crate) async fn open(url: &str, backend: Backend) -> Result<Engine, StoreError> {
    match backend {
        Backend::Sqlite => {
            let path = file(url)?;
            create_private_file(&path).map_err(|source| StoreError::File {
                path: path.display().to_string(),
                source,
            })?;
            Ok(Engine::Sqlite(sqlite::Engine::open(&path).await?))
        }
        Backend::Postgres => Ok(Engine::Postgres(postgres::Engine {
            writers: pool(url, POSTGRES_SESSION, POSTGRES_WRITERS).await?,
            readers: pool(url, POSTGRES_SESSION, POSTGRES_READERS).await?,
        })),
    }
}

/// Opens a database that exists with connections that change nothing, also in place of the writers.
pub(crate) async fn read_only(url: &str, backend: Backend) -> Result<Engine, StoreError> {
    match backend {
        Backend::Sqlite => Ok(Engine::Sqlite(sqlite::Engine::open_to_read(&file(url)?)?)),
        Backend::Postgres => {
            let readers = pool(url, POSTGRES_READ_ONLY, 2).await?;
            Ok(Engine::Postgres(postgres::Engine {
                writers: readers.clone(),
                readers,
            }))
        }
    }
}

/// Connects to a server once, without the pool, which retries and in the end only reports that it took too long.
pub(crate) async fn reach(url: &str, backend: Backend) -> Result<(), StoreError> {
    if backend == Backend::Postgres {
        connect(url).await?.close().await?;
    }
    Ok(())
}

/// One connection of the library for both databases.
pub(super) async fn connect(url: &str) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    Ok(AnyConnection::connect_with(&options(url)?).await?)
}

fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    AnyConnectOptions::from_str(url).map_err(|_| StoreError::Url("not a URL"))
}

async fn pool(url: &str, session: &'static str, connections: u32) -> Result<AnyPool, StoreError> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection: &mut AnyConnection, _| {
            Box::pin(async move {
                sqlx::raw_sql(session).execute(connection).await?;
                Ok(())
            })
        });
    Ok(pool.connect_with(options(url)?).await?)
}

/// The database contains password hashes: only the service's user may read it (the log files get the same mode).
fn create_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
