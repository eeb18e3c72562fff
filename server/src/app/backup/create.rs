//! From the database in use to the file.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
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

/// How the names of temporary directories begin.
const PREFIX: &str = ".inkan-";

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
    remove_left(&place, directory(to)).map_err(fail)?;
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

/// A directory for its owner alone, which goes with this value. It is locked meanwhile, so that nobody takes it for a left one.
#[derive(Debug)]
pub struct PrivateDirectory {
    place: tempfile::TempDir,
    _lock: File,
}

impl PrivateDirectory {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.place.path()
    }
}

/// A new directory for its owner alone.
///
/// # Errors
/// Errors of the file system.
pub fn private_directory(within: &Path) -> std::io::Result<PrivateDirectory> {
    let place = tempfile::Builder::new()
        .prefix(PREFIX)
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .tempdir_in(within)?;
    let lock = File::open(place.path())?;
    lock.lock()?;
    Ok(PrivateDirectory { place, _lock: lock })
}

/// Removes what ended commands of the same user have left in a directory: copies that are not encrypted.
fn remove_left(own: &PrivateDirectory, within: &Path) -> std::io::Result<()> {
    let uid = own.path().metadata()?.uid();
    for entry in fs::read_dir(within)? {
        let path = entry?.path();
        let named = path.file_name().and_then(|name| name.to_str());
        let named = named.is_some_and(|name| name.starts_with(PREFIX));
        // Another command may remove it at the same time.
        let Ok(found) = path.symlink_metadata() else {
            continue;
        };
        if !named || !found.is_dir() || found.uid() != uid || path == own.path() {
            continue;
        }
        let Ok(left) = File::open(&path) else {
            continue;
        };
        // A command that runs has locked its directory.
        if left.try_lock().is_ok() {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_an_ended_backup_left_is_removed_and_one_in_use_stays() {
        let place = tempfile::TempDir::new().unwrap();
        let left = place.path().join(".inkan-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("copy.db"), "names").unwrap();
        let file = place.path().join(".inkan-file");
        let other = place.path().join("other");
        fs::write(&file, "").unwrap();
        fs::create_dir(&other).unwrap();
        let running = private_directory(place.path()).unwrap();
        let own = private_directory(place.path()).unwrap();
        remove_left(&own, place.path()).unwrap();
        assert!(!left.exists());
        for stays in [running.path(), own.path(), &file, &other] {
            assert!(stays.exists(), "{}", stays.display());
        }
    }
}
