//! The command line of `backup`, `restore` and `adopt`.

use std::path::PathBuf;

use clap::Args;

use super::args::WithSpec;

#[derive(Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Id of the token
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: String,
    /// age public key (age1…) of somebody who can open it; repeat for more
    #[arg(long, value_name = "KEY", required = true)]
    pub(crate) recipient: Vec<String>,
    /// The new file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Do not ask before it is done
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// File with an age identity (AGE-SECRET-KEY-1…) of one of its recipients
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: PathBuf,
    /// Do not ask before it is done
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct AdoptArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Id of the token whose place is taken
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: String,
    /// Name or initials of a custodian who answers for it; two of them
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) custodian: Vec<String>,
    /// Do not ask before it is recorded
    #[arg(long)]
    pub(crate) yes: bool,
}
