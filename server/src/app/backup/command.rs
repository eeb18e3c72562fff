//! The command line of `inkan-server backup`.

use std::path::{Path, PathBuf};

use age::x25519::Recipient;
use clap::{Args, Subcommand};
use serde_json::json;

use super::container;
use super::create::{create, private_directory};
use super::fault::BackupFault;
use super::manifest::{Kind, Manifest};
use super::postgres::Programs;
use super::{check, key};
use crate::app::config;
use crate::app::error::AppError;
use crate::app::log::say;

/// Make a backup, or check one.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BackupCommand {
    /// Check one instead.
    #[command(subcommand)]
    pub check: Option<CheckCommand>,
    /// The configuration file.
    #[arg(long, required = true)]
    pub config: Option<PathBuf>,
    /// The new file; its directory also gets a temporary copy of the database.
    #[arg(long, required = true)]
    pub to: Option<PathBuf>,
    /// age public key (age1…) for which the backup is encrypted.
    #[arg(long, required = true, value_parser = recipient)]
    pub recipient: Option<Recipient>,
    /// Directory of pg_dump (default: where PATH finds it).
    #[arg(long)]
    pub pg_bin: Option<PathBuf>,
    /// Print the manifest as JSON.
    #[arg(long)]
    pub json: bool,
}

fn recipient(text: &str) -> Result<Recipient, String> {
    key::recipient(text).map_err(|fault| format!("{fault} [{}]", fault.code()))
}

/// What to do with a backup.
#[derive(Debug, Clone, Subcommand)]
pub enum CheckCommand {
    /// Decrypt a backup and check everything in it, without restoring it.
    Verify {
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// File with the age identity (AGE-SECRET-KEY-1…).
        #[arg(long)]
        identity: PathBuf,
        /// Print the manifest as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Backup`], [`AppError::Store`].
pub async fn run(command: BackupCommand) -> Result<(), AppError> {
    if let Some(CheckCommand::Verify {
        from,
        identity,
        json,
    }) = command.check
    {
        let manifest = verify(&from, &identity).await?;
        report("whole", &from, &manifest, json);
        return Ok(());
    }
    let (Some(config), Some(to), Some(recipient)) = (command.config, command.to, command.recipient)
    else {
        // The command line requires them.
        return Err(AppError::System(
            "backup: --config, --to and --recipient".to_owned(),
        ));
    };
    let config = config::load(&config)?;
    let programs = Programs::in_directory(command.pg_bin.as_deref());
    let manifest = create(&config, &to, &recipient, &programs).await?;
    report("written", &to, &manifest, command.json);
    Ok(())
}

/// Checks a backup. A copy of an SQLite database is opened in a temporary directory.
async fn verify(from: &Path, identity: &Path) -> Result<Manifest, AppError> {
    let identities = key::identities(identity)?;
    let temporary = std::env::temp_dir();
    let fail = |error: std::io::Error| BackupFault::writing(&temporary, &error);
    let place = private_directory(&temporary).map_err(fail)?;
    let path = place.path().join("copy.db");
    let mut copy = std::fs::File::create_new(&path).map_err(fail)?;
    let manifest = container::read(from, &identities, &mut copy)?;
    match manifest.database {
        Kind::Sqlite => check::copy(&path, &manifest).await?,
        // Only a server can open it: a rehearsal restores it.
        Kind::Postgres => {}
    }
    Ok(manifest)
}

fn report(what: &str, file: &Path, manifest: &Manifest, as_json: bool) {
    if as_json {
        say(&json!(manifest).to_string());
        return;
    }
    let size: u64 = manifest.members.iter().map(|member| member.size).sum();
    say(&format!(
        "{what}: {} ({}, {size} bytes, made {})",
        file.display(),
        manifest.database.name(),
        manifest.made_at
    ));
    let certificates = manifest.rows.get("certificates").copied().unwrap_or(0);
    say(&format!(
        "audit log: {} rows, last hash {}; {certificates} certificates; status change {}",
        manifest.audit.seq, manifest.audit.hash, manifest.status_seq
    ));
    if what == "whole" && manifest.database == Kind::Postgres {
        say(
            "the content of the dump was not opened: restore it into an empty database to rehearse",
        );
    }
}
