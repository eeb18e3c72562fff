//! The command line.

use std::path::PathBuf;

use clap::Parser;
use inkan_server::services::step::Step;
use jiff::Timestamp;

/// A whole bank in one directory, for development and tests: SoftHSM2, demo data, free ports. Never for a real bank.
#[derive(Debug, Clone, Parser)]
#[command(name = "inkan-dev", version, about)]
pub struct Options {
    /// Everything is kept here; a second start continues with it.
    #[arg(long)]
    pub data_dir: PathBuf,
    /// Start the clock at this time (RFC 3339).
    #[arg(long)]
    pub now: Option<Timestamp>,
    /// Another database: `postgres://…`, empty at the first start (default: SQLite in the data directory).
    #[arg(long)]
    pub store_url: Option<String>,
    /// Leave the application of the demo's customer to the counter: nothing is entered or approved for it.
    #[arg(long)]
    pub leave_application: bool,
    /// Number of HSMs with the same keys, 1 to 4 (kept for later starts; default: 1).
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub hsms: Option<u8>,
    /// Port of the portal (default: the one used before, otherwise a free one).
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
    /// Port for health and metrics.
    #[arg(long)]
    pub operations_port: Option<u16>,
    /// Send mail to a mail server on this port of 127.0.0.1, without TLS (kept for later starts; default: none is sent).
    #[arg(long)]
    pub smtp_port: Option<u16>,
    /// Exit as if by kill -9 at this point of an issue.
    #[arg(long, hide = true)]
    pub crash_at: Option<Step>,
}
