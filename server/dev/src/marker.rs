//! The database's marker: a table that only this program creates, and only in an empty database. A database that is not
//! empty and has no marker belongs to somebody else.

use std::path::Path;
use std::str::FromStr;

use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::{AnyConnection, Connection, Executor, Row};

use inkan_server::app::error::AppError;
use inkan_store::{StoreError, postgres_url};

use crate::DevError;

const MAKE: &str = "CREATE TABLE made_by_inkan_dev (format BIGINT NOT NULL PRIMARY KEY)";
const FILL: &str = "INSERT INTO made_by_inkan_dev (format) VALUES (1)";
const MADE: &str = "SELECT COUNT(*) FROM made_by_inkan_dev WHERE format = 1";
/// Names of everything in any schema of the database.
const SQLITE: &str = "SELECT name FROM sqlite_master";
const POSTGRES: &str = "SELECT CAST(c.relname AS TEXT) FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'";
/// As the tables are found without a schema before them.
const NAME: &str = "made_by_inkan_dev";

/// Content of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Marker,
    Other,
}

/// Refuses a database that is not empty and has no marker. Writes nothing.
pub async fn check(url: &str) -> Result<(), DevError> {
    let Some(url) = read_only(url) else {
        return Ok(());
    };
    let mut connection = open(&url).await?;
    let found = look(&mut connection, &url).await;
    connection.close().await.map_err(DevError::Store)?;
    allowed(found?).map(drop)
}

/// The same, and marks an empty database as this program's own.
pub async fn ensure(url: &str) -> Result<(), DevError> {
    let mut connection = match read_only(url) {
        // The file is there; the server makes it readable for its owner only.
        Some(_) => open(url).await?,
        None => {
            let path = url.strip_prefix("sqlite://").unwrap_or(url);
            crate::files::create(Path::new(path))?;
            open(url).await?
        }
    };
    let marked = mark(&mut connection, url).await;
    connection.close().await.map_err(DevError::Store)?;
    marked
}

async fn mark(connection: &mut AnyConnection, url: &str) -> Result<(), DevError> {
    let mut tx = connection.begin().await.map_err(DevError::Store)?;
    if allowed(look(&mut tx, url).await?)? == Found::Nothing {
        tx.execute(MAKE).await.map_err(DevError::Store)?;
        tx.execute(FILL).await.map_err(DevError::Store)?;
    }
    tx.commit().await.map_err(DevError::Store)
}

fn allowed(found: Found) -> Result<Found, DevError> {
    match found {
        Found::Nothing | Found::Marker => Ok(found),
        Found::Other => Err(DevError::Database),
    }
}

async fn look(connection: &mut AnyConnection, url: &str) -> Result<Found, DevError> {
    let names = if is_file(url) { SQLITE } else { POSTGRES };
    let rows = connection.fetch_all(names).await;
    let names: Result<Vec<String>, _> = rows
        .map_err(DevError::Store)?
        .iter()
        .map(|row| row.try_get(0))
        .collect();
    let names = names.map_err(DevError::Store)?;
    if names.is_empty() {
        return Ok(Found::Nothing);
    }
    if !names.iter().any(|name| name == NAME) {
        return Ok(Found::Other);
    }
    let row = connection.fetch_one(MADE).await.map_err(DevError::Store)?;
    let rows: i64 = row.try_get(0).map_err(DevError::Store)?;
    Ok(if rows == 1 {
        Found::Marker
    } else {
        Found::Other
    })
}

/// Connects only where the server would: to another computer only over verified TLS.
async fn open(url: &str) -> Result<AnyConnection, DevError> {
    install_default_drivers();
    if !is_file(url) {
        postgres_url::tls_files(url).map_err(|fault| AppError::from(StoreError::from(fault)))?;
    }
    let options = AnyConnectOptions::from_str(url).map_err(DevError::Store)?;
    AnyConnection::connect_with(&options)
        .await
        .map_err(DevError::Store)
}

/// The URL to check; none if there is no file yet.
fn read_only(url: &str) -> Option<String> {
    let Some(path) = url.strip_prefix("sqlite://") else {
        return Some(url.to_owned());
    };
    Path::new(path).exists().then(|| format!("{url}?mode=ro"))
}

fn is_file(url: &str) -> bool {
    url.starts_with("sqlite:")
}
