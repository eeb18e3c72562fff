//! A copy of an embedded database while servers use it.

use std::path::Path;

use crate::StoreError;
use crate::engine::{open, sqlite};

/// Writes the database at `url` into the new file `to`: one moment of it, with everything that is in its log, and
/// without free pages. Writers wait for nothing.
///
/// # Errors
/// [`StoreError::Url`], [`StoreError::File`] for a path that is not UTF-8, errors of the database ([`StoreError::Busy`] when
/// the disk is full).
pub async fn copy(url: &str, to: &Path) -> Result<(), StoreError> {
    let file = open::file(url)?;
    let path = to.to_str().ok_or_else(|| StoreError::File {
        path: to.display().to_string(),
        source: std::io::ErrorKind::InvalidFilename.into(),
    })?;
    sqlite::copy(file, path.to_owned()).await
}
