//! The command line of `inkan-server restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::reconcile::{self, ReconcileOptions};
use crate::app::backup::key;
use crate::app::backup::postgres::Programs;
use crate::app::config;
use crate::app::error::AppError;
use crate::app::log::say;

/// Restore a backup, or reconcile a restored database.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct RestoreCommand {
    /// Reconcile instead.
    #[command(subcommand)]
    pub reconcile: Option<ReconcileCommand>,
    /// The configuration file; the database that it names must be missing (SQLite) or empty (PostgreSQL).
    #[arg(long, required = true)]
    pub config: Option<PathBuf>,
    /// The backup.
    #[arg(long, required = true)]
    pub from: Option<PathBuf>,
    /// File with the age identity (AGE-SECRET-KEY-1…).
    #[arg(long, required = true)]
    pub identity: Option<PathBuf>,
    /// Directory of pg_restore (default: where PATH finds it).
    #[arg(long)]
    pub pg_bin: Option<PathBuf>,
}

/// After a restore.
#[derive(Debug, Clone, Subcommand)]
pub enum ReconcileCommand {
    /// Revoke again what was revoked since the backup, move numbers past the published ones, list what is unknown.
    Reconcile(ReconcileOptions),
}

/// Runs the command.
///
/// # Errors
/// [`AppError::Backup`], [`AppError::Evidence`], [`AppError::Store`].
pub async fn run(command: RestoreCommand) -> Result<(), AppError> {
    if let Some(ReconcileCommand::Reconcile(options)) = command.reconcile {
        return reconcile::run(options).await;
    }
    let (Some(config), Some(from), Some(identity)) =
        (command.config, command.from, command.identity)
    else {
        // The command line requires them.
        return Err(AppError::System(
            "restore: --config, --from and --identity".to_owned(),
        ));
    };
    let config = config::load(&config)?;
    let identities = key::identities(&identity)?;
    let programs = Programs::in_directory(command.pg_bin.as_deref());
    let manifest = super::place::restore(&config, &from, &identities, &programs).await?;
    say(&format!(
        "restored: {} of {}, audit log to row {}",
        from.display(),
        manifest.made_at,
        manifest.audit.seq
    ));
    say("Nothing is served yet. Next: inkan-server restore reconcile --dry-run");
    Ok(())
}
