//! A copy of an embedded database while servers use it.

use std::path::Path;
use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection};

use crate::{StoreError, pools};

/// Writes the database at `url` into the new file `to`: one moment of it, with everything that is in its log, and
/// without free pages. Writers wait for nothing.
///
/// # Errors
/// [`StoreError::Url`], [`StoreError::File`] for a path that is not UTF-8, errors of the database ([`StoreError::Busy`] when
/// the disk is full).
pub async fn copy(url: &str, to: &Path) -> Result<(), StoreError> {
    sqlx::any::install_default_drivers();
    pools::file(url)?;
    let options = AnyConnectOptions::from_str(url).map_err(|_| StoreError::Url("not a URL"))?;
    let path = to.to_str().ok_or_else(|| StoreError::File {
        path: to.display().to_string(),
        source: std::io::ErrorKind::InvalidFilename.into(),
    })?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    sqlx::raw_sql("PRAGMA busy_timeout = 5000")
        .execute(&mut connection)
        .await?;
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(path.to_owned())
        .execute(&mut connection)
        .await;
    connection.close().await?;
    copied?;
    Ok(())
}
