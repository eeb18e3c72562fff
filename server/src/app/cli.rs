//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use super::audit::AuditCommand;
use super::letters::MailCommand;
use super::staff::StaffCommand;
use crate::workflow::step::Step;

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
    /// A self-contained server for development and tests: SoftHSM2, demo data, free ports.
    Dev(DevOptions),
}

/// What to do with a configuration file.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say whether it can be used.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
}

/// Options of `dev`.
#[derive(Debug, Clone, Args)]
pub struct DevOptions {
    /// Everything is kept here; a second start continues with it.
    #[arg(long)]
    pub data_dir: PathBuf,
    /// Start the clock at this time (RFC 3339).
    #[arg(long)]
    pub now: Option<Timestamp>,
    /// Another database: `postgres://…` (default: SQLite in the data directory).
    #[arg(long)]
    pub store_url: Option<String>,
    /// Leave the application of the demo's customer to the counter: nothing is entered or approved for it.
    #[arg(long)]
    pub leave_application: bool,
    /// Port of the portal (default: the one used before, else a free one).
    #[arg(long)]
    pub portal_port: Option<u16>,
    /// Port of the certificate listener.
    #[arg(long)]
    pub certificate_port: Option<u16>,
    /// Port of the staff console.
    #[arg(long)]
    pub staff_port: Option<u16>,
    /// Port for CRLs and CA certificates.
    #[arg(long)]
    pub public_port: Option<u16>,
    /// Port for health and figures.
    #[arg(long)]
    pub operations_port: Option<u16>,
    /// Send mail to a mail server on this port of 127.0.0.1, without TLS (kept for later starts; default: none is sent).
    #[arg(long)]
    pub smtp_port: Option<u16>,
    /// Die as by kill -9 at this point of an issue.
    #[arg(long, hide = true)]
    pub crash_at: Option<Step>,
}
