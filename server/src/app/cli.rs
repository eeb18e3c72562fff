//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::audit::AuditCommand;
use super::mail_commands::MailCommand;
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
    /// Look at a configuration file without serving.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The staff: the first two security officers.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// The audit log: verify, export, signed heads.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The mail: bounces, letters that were given up.
    #[command(subcommand)]
    Mail(MailCommand),
}

/// What to do with a configuration file.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say whether it can be used.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
        /// Connect to the database, too, and say whether the server could work with it.
        #[arg(long)]
        connect: bool,
    },
}
