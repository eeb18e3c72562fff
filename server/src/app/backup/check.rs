//! Whether a copy of a database is what its manifest says.

use std::path::Path;

use super::fault::BackupFault;
use super::manifest::Manifest;
use crate::app::error::AppError;
use crate::services::audit::checkpoint::{from_json, is_genuine};
use crate::store::audit::{self, Chain};
use crate::store::backup::content::{self, Content};
use crate::store::{Store, StoreError};

/// The content of a copy that nobody else uses.
///
/// # Errors
/// [`AppError::Store`].
pub async fn content(copy: &Path) -> Result<Content, AppError> {
    let store = Store::open_copy(&url(copy)).await?;
    let read = content::read((&store).into()).await;
    store.close().await;
    Ok(read?)
}

/// The URL of a file.
#[must_use]
pub fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Compares an SQLite copy with its manifest; its audit chain must be intact to the head.
///
/// # Errors
/// [`BackupFault::Differs`].
pub async fn copy(copy: &Path, manifest: &Manifest) -> Result<(), AppError> {
    let opened = Store::open_copy(&url(copy)).await;
    let store = opened.map_err(not_a_database)?;
    let checked = store_is(&store, manifest).await;
    store.close().await;
    checked
}

/// The same for an open database.
///
/// # Errors
/// [`BackupFault::Differs`]; [`AppError::Store`].
pub async fn store_is(store: &Store, manifest: &Manifest) -> Result<(), AppError> {
    let found = content::read(store.into()).await?;
    let found = Manifest::of(&found, &manifest.bank, manifest.database, manifest.made_at);
    if let Some(what) = manifest.difference(&found) {
        return Err(BackupFault::Differs(what.to_owned()).into());
    }
    let signed = manifest.checkpoint.as_deref();
    if !signed.is_none_or(|line| from_json(line).is_some_and(|one| is_genuine(&one))) {
        let what = "the signature of the newest signed head is invalid";
        return Err(BackupFault::Differs(what.to_owned()).into());
    }
    match audit::verify(store).await? {
        Chain::Whole { .. } => Ok(()),
        Chain::Broken { seq, .. } => {
            let what = format!("the audit chain is broken at row {seq}");
            Err(BackupFault::Differs(what).into())
        }
    }
}

fn not_a_database(error: StoreError) -> AppError {
    match error {
        StoreError::SchemaNewer { .. } | StoreError::MigrationChanged { .. } => error.into(),
        other => BackupFault::Differs(other.to_string()).into(),
    }
}
