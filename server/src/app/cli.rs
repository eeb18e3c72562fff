//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::audit::AuditCommand;
use super::backup::command::BackupCommand;
use super::mail_commands::MailCommand;
use super::restore::command::RestoreCommand;
use super::staff::StaffCommand;

/// The bank's server: CA, screens, certificate login.
#[derive(Debug, Parser)]
#[command(name = "inkan-server", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve with a configuration file, until SIGTERM or SIGINT.
    Serve {
        /// The configuration file (docs/configuration.md).
        #[arg(long)]
        config: PathBuf,
    },
    /// Check a configuration file without serving.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Staff: register the first two security officers.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Audit log: verify, export, list signed heads.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Mail: process bounces, list and retry failed messages.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Backup of the database: one encrypted file, while servers use it.
    Backup(BackupCommand),
    /// Restore a backup into an empty place; reconcile it with what was published since.
    Restore(RestoreCommand),
}

/// What to do with a configuration file.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check whether it can be used; lists all findings.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// Also connect to the database and check whether the server could work with it.
        #[arg(long)]
        connect: bool,
    },
}
