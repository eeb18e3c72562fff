//! A database that is older than what the bank has published is not served: compared at every start, and while the server
//! runs.
//!
//! - [`file`](mod@file): the high-water file, outside of the database
//! - [`follow`]: keeps it up to date
//! - [`place`]: whether the file is at a useful place
//! - [`published`]: CRLs that were published, from files, a directory or another server

pub mod file;
pub mod follow;
pub mod place;
pub mod published;

use self::file::HighWaterFile;
use super::config::Config;
use super::error::AppError;
use super::hsm;
use crate::services::recovery::{HighWater, Regression, regression};
use crate::store::{Store, open, restores};

/// What is known before the database is opened: opening creates a missing one. Refuses a database that is missing or empty
/// although it was in use.
///
/// # Errors
/// [`AppError::RolledBack`], [`AppError::HighWater`], [`AppError::Store`].
pub async fn seen(config: &Config) -> Result<Option<HighWater>, AppError> {
    let seen = HighWaterFile::of(config).read()?;
    let used_before = seen.as_ref().is_some_and(|seen| !seen.is_beginning());
    if used_before && !open::is_used(&config.store.url).await? {
        return Err(AppError::RolledBack(vec![Regression::Empty]));
    }
    Ok(seen)
}

/// Refuses a database that is marked as restored, or older than what was seen or published.
///
/// # Errors
/// [`AppError::NotReconciled`], [`AppError::RolledBack`], [`AppError::HighWater`], [`AppError::Store`].
pub async fn check(
    config: &Config,
    store: &Store,
    seen: Option<HighWater>,
) -> Result<(), AppError> {
    if let Some(restore) = restores::open(store).await? {
        return Err(AppError::NotReconciled(restore.backup_at));
    }
    if let Some(warning) = place::warning(config) {
        tracing::warn!(code = warning.code(), "{warning}");
    }
    let mut found = match &seen {
        Some(seen) => regression::since(store, seen).await?,
        None => Vec::new(),
    };
    let crls = published::configured(config, &hsm::cas(config)?).await?;
    found.extend(regression::of_published(store, &crls).await?);
    if !found.is_empty() {
        return Err(AppError::RolledBack(found));
    }
    let file = HighWaterFile::of(config);
    let now = HighWater::of(
        store,
        &config.bank.id,
        seen.as_ref(),
        jiff::Timestamp::now(),
    )
    .await?;
    if seen.is_none() && !now.is_beginning() {
        tracing::warn!(
            code = "high-water-created",
            file = %file.path().display(),
            "there was no high-water file: whether this database is older than what was published is not known"
        );
    }
    if seen.as_ref() == Some(&now) {
        return Ok(());
    }
    // A database that is not older is served: the file is written as soon as that is possible.
    if let Err(error) = file.write(&now) {
        tracing::warn!(code = "high-water-not-written", %error, "the high-water file is not up to date");
    }
    Ok(())
}
