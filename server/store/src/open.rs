//! Opens an existing database: nothing is created and nothing is migrated. For commands that read an audit log or work
//! on it: a wrong path must not create a new, empty log that is then found to be intact.

use std::path::Path;
use std::time::Duration;

use super::engine::open::{self, file};
use super::{Backend, Db, Store, StoreError, migrate};

impl Store {
    /// Opens the database at `url`, which must exist and have this program's schema.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Empty`], [`StoreError::SchemaOlder`], [`StoreError::SchemaNewer`], and those
    /// of [`Store::connect`].
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let backend = there(url)?;
        let store = Store::of(open::open(url, backend).await?);
        store.must_be_current().await
    }

    /// As [`Self::open`], for reading only.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_to_read(url: &str) -> Result<Store, StoreError> {
        let backend = there(url)?;
        let store = Store::of(open::read_only(url, backend).await?);
        store.must_be_current().await
    }

    /// As [`Self::open_to_read`], also with the schema of an older program: a copy that was made before an upgrade.
    ///
    /// # Errors
    /// As [`Self::open`], without [`StoreError::SchemaOlder`].
    pub async fn open_copy(url: &str) -> Result<Store, StoreError> {
        let backend = there(url)?;
        let store = Store::of(open::read_only(url, backend).await?);
        match migrate::state(Db::from(&store), migrate::MIGRATIONS).await {
            Ok(()) | Err(StoreError::SchemaOlder { .. }) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    async fn must_be_current(self) -> Result<Store, StoreError> {
        let found = migrate::state(Db::from(&self), migrate::MIGRATIONS).await;
        match found {
            Ok(()) => Ok(self),
            Err(error) => {
                self.close().await;
                Err(error)
            }
        }
    }
}

/// Whether there is nothing yet at `url`: no file, and no object in a PostgreSQL database, which must exist. Creates nothing.
///
/// # Errors
/// Errors of the database.
pub async fn is_vacant(url: &str) -> Result<bool, StoreError> {
    match open::backend(url)? {
        Backend::Sqlite => {
            let file = file(url)?;
            let beside = |end: &str| {
                let mut name = file.clone().into_os_string();
                name.push(end);
                std::path::PathBuf::from(name)
            };
            // The log of another database beside a new file would be applied to it.
            Ok(["", "-wal", "-shm", "-journal"]
                .iter()
                .all(|end| beside(end).symlink_metadata().is_err()))
        }
        Backend::Postgres => {
            let store = Store::of(open::read_only(url, Backend::Postgres).await?);
            let objects = store.objects().await;
            store.close().await;
            Ok(objects? == 0)
        }
    }
}

/// Whether a server has ever used the database at `url`. Creates nothing.
///
/// # Errors
/// Errors of the database.
pub async fn is_used(url: &str) -> Result<bool, StoreError> {
    match Store::open_copy(url).await {
        Ok(store) => {
            store.close().await;
            Ok(true)
        }
        Err(StoreError::Missing(_) | StoreError::Empty) => Ok(false),
        Err(error) => Err(error),
    }
}

fn there(url: &str) -> Result<Backend, StoreError> {
    let backend = open::backend(url)?;
    if backend == Backend::Sqlite {
        is_there(&file(url)?)?;
    }
    Ok(backend)
}

fn is_there(path: &Path) -> Result<(), StoreError> {
    let named = || path.display().to_string();
    match std::fs::metadata(path) {
        Ok(found) if found.len() == 0 => Err(StoreError::Empty),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(StoreError::Missing(named()))
        }
        Err(source) => Err(StoreError::File {
            path: named(),
            source,
        }),
    }
}

/// How long a check whether a database can be reached waits for its answer.
const REACH: Duration = Duration::from_secs(10);

/// Connects once, as the server would, and takes the writer lock for a moment: whether the database at `url` can be
/// reached and written to, and what is wrong if not. Changes nothing.
///
/// # Errors
/// As [`Store::open`]; [`StoreError::NoAnswer`].
pub async fn reach(url: &str) -> Result<(), StoreError> {
    let reached = async {
        open::reach(url, there(url)?).await?;
        let store = Store::open(url).await?;
        let locked = async { store.begin().await?.rollback().await };
        let locked = locked.await;
        store.close().await;
        locked
    };
    tokio::time::timeout(REACH, reached)
        .await
        .unwrap_or(Err(StoreError::NoAnswer(REACH.as_millis())))
}
