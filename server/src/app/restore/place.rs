//! A backup into an empty place. The database appears when it is whole, checked and marked as restored.

use std::fs::{self, File};
use std::io::Seek;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use jiff::Timestamp;

use crate::app::backup::create::private_directory;
use crate::app::backup::fault::BackupFault;
use crate::app::backup::manifest::{Kind, Manifest};
use crate::app::backup::postgres::Programs;
use crate::app::backup::{check, container};
use crate::app::config::Config;
use crate::app::database;
use crate::app::error::AppError;
use crate::app::owner;
use crate::services::account_service::AccountService;
use crate::services::accounts::passwords::Passwords;
use crate::services::certificates::status::StatusMemory;
use crate::store::restores::Restore;
use crate::store::{Store, id, open};

/// Restores a backup into the configuration's database.
///
/// # Errors
/// [`BackupFault`], [`AppError::Store`].
pub async fn restore(
    config: &Config,
    from: &Path,
    identities: &[Identity],
    programs: &Programs,
) -> Result<Manifest, AppError> {
    let url = &config.store.url;
    database::look(url)?;
    if !open::is_vacant(url).await? {
        return Err(BackupFault::NotVacant.into());
    }
    match url.strip_prefix("sqlite://").map(PathBuf::from) {
        Some(target) => sqlite(config, &target, from, identities).await,
        None => postgres(config, from, identities, programs).await,
    }
}

/// The backup must be of this bank and of this kind of database.
fn fits(config: &Config, manifest: &Manifest, kind: Kind) -> Result<(), BackupFault> {
    if manifest.database != kind {
        return Err(BackupFault::OtherDatabase {
            backup: manifest.database.name(),
        });
    }
    if manifest.bank != config.bank.id {
        return Err(BackupFault::OtherBank(manifest.bank.clone()));
    }
    Ok(())
}

async fn sqlite(
    config: &Config,
    target: &Path,
    from: &Path,
    identities: &[Identity],
) -> Result<Manifest, AppError> {
    let fail = |error: std::io::Error| BackupFault::writing(target, &error);
    let directory = target.parent().unwrap_or(Path::new("/"));
    let place = private_directory(directory).map_err(fail)?;
    let path = place.path().join("restored.db");
    let mut file = File::create_new(&path).map_err(fail)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(fail)?;
    let manifest = container::read(from, identities, &mut file)?;
    fits(config, &manifest, Kind::Sqlite)?;
    check::copy(&path, &manifest).await?;
    let store = Store::connect(&check::url(&path)).await?;
    let marked = mark(config, &store, &manifest).await;
    let whole = store.close().await;
    marked?;
    if !whole {
        return Err(AppError::System(
            "the restored database was not closed".to_owned(),
        ));
    }
    owner::keep(&file, target, directory).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    // Fails if somebody has created it meanwhile.
    fs::hard_link(&path, target).map_err(fail)?;
    let durable = File::open(directory).and_then(|directory| directory.sync_all());
    durable.map_err(fail)?;
    Ok(manifest)
}

async fn postgres(
    config: &Config,
    from: &Path,
    identities: &[Identity],
    programs: &Programs,
) -> Result<Manifest, AppError> {
    let temporary = std::env::temp_dir();
    let fail = |error: std::io::Error| BackupFault::writing(&temporary, &error);
    // It has no name: whatever happens, nothing stays.
    let mut file = tempfile::tempfile().map_err(fail)?;
    let manifest = container::read(from, identities, &mut file)?;
    fits(config, &manifest, Kind::Postgres)?;
    file.rewind().map_err(fail)?;
    programs.restore(&config.store.url, &file)?;
    let store = Store::open_copy(&config.store.url).await?;
    let checked = check::store_is(&store, &manifest).await;
    store.close().await;
    checked?;
    let store = database::connect(config).await?;
    let marked = mark(config, &store, &manifest).await;
    store.close().await;
    marked?;
    Ok(manifest)
}

async fn mark(config: &Config, store: &Store, manifest: &Manifest) -> Result<(), AppError> {
    let now = Timestamp::now();
    let random = id::new_id().map_err(AppError::Store)?;
    let restore = Restore {
        id: random,
        restored_at: now,
        backup_at: manifest.made_at,
        audit_seq: manifest.audit.seq,
        status_seq: manifest.status_seq,
    };
    let settings = config.settings();
    let passwords = Passwords::new(&settings.passwords);
    let status = StatusMemory::default();
    let accounts = AccountService::new(store, &settings, &passwords, &status);
    Ok(accounts.mark_restored(&restore, now).await?)
}
