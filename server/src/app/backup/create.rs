//! From the database in use to the file.

use std::fs::{self, File};
use std::path::Path;

use age::x25519::Recipient;
use jiff::Timestamp;

use super::check;
use super::container::{self, directory, member};
use super::fault::BackupFault;
use super::manifest::{Kind, Manifest};
use super::postgres::Programs;
use crate::app::config::Config;
use crate::app::database;
use crate::app::error::AppError;
use crate::store::{Backend, StoreError, backup};

/// Makes a backup of the configuration's database.
///
/// # Errors
/// [`BackupFault`], [`AppError::Store`]. Then nothing is left.
pub async fn create(
    config: &Config,
    to: &Path,
    recipient: &Recipient,
    programs: &Programs,
) -> Result<Manifest, AppError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupFault::TargetExists(to.to_owned()).into());
    }
    let store = database::open_to_read(config).await?;
    let made_at = Timestamp::now();
    let copied = match store.backend() {
        Backend::Sqlite => sqlite(config, to, made_at).await,
        Backend::Postgres => {
            let mut snapshot = store.snapshot().await?;
            let content = snapshot.content().await?;
            let mut manifest = Manifest::of(&content, &config.bank.id, Kind::Postgres, made_at);
            manifest.server_version = Some(snapshot.server);
            postgres(config, to, programs, (&snapshot.name, snapshot.server))
                .map(|file| (manifest, file))
        }
    };
    store.close().await;
    let (mut manifest, mut file) = copied?;
    let database = member(manifest.database.member(), &mut file);
    let database = database.map_err(|error| BackupFault::writing(to, &error))?;
    manifest.members = vec![database];
    container::write(to, recipient, &manifest, &mut file)?;
    Ok(manifest)
}

/// A copy in a directory of its own, which goes with it; the copy stays readable while it is open.
async fn sqlite(
    config: &Config,
    to: &Path,
    made_at: Timestamp,
) -> Result<(Manifest, File), AppError> {
    let fail = |error: std::io::Error| BackupFault::writing(to, &error);
    let place = private_directory(directory(to)).map_err(fail)?;
    let path = place.path().join("copy.db");
    let copied = backup::sqlite::copy(&config.store.url, &path).await;
    copied.map_err(|error| match error {
        // SQLITE_FULL; PostgreSQL is not meant here.
        StoreError::Busy(error) if is_full(&error) => {
            AppError::from(BackupFault::DiskFull(to.to_owned()))
        }
        other => other.into(),
    })?;
    let content = check::content(&path).await?;
    let manifest = Manifest::of(&content, &config.bank.id, Kind::Sqlite, made_at);
    Ok((manifest, fs::File::open(&path).map_err(fail)?))
}

fn is_full(error: &dyn std::fmt::Display) -> bool {
    error.to_string().contains("database or disk is full")
}

fn postgres(
    config: &Config,
    to: &Path,
    programs: &Programs,
    snapshot: (&str, i64),
) -> Result<File, AppError> {
    let fail = |error: std::io::Error| BackupFault::writing(to, &error);
    // It has no name: whatever happens, nothing stays.
    let file = tempfile::tempfile_in(directory(to)).map_err(fail)?;
    programs.dump(&config.store.url, snapshot, &file)?;
    Ok(file)
}

/// A new directory for its owner alone.
///
/// # Errors
/// Errors of the file system.
pub fn private_directory(within: &Path) -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix(".inkan-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .tempdir_in(within)
}
