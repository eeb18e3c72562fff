//! The command line of everything about shares.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::WithSpec;

#[derive(Subcommand)]
pub(crate) enum SharesCommand {
    /// Make a random PIN, set it on the token, and share it among officers
    #[command(after_help = super::exit::HELP)]
    Create(NewSetArguments),
    /// The same for other officers: the shares from before stop working, the keys stay
    #[command(after_help = super::exit::HELP)]
    Reshare(NewSetArguments),
    /// Finish a change that was interrupted; one login shows which PIN is in force
    #[command(after_help = super::exit::HELP)]
    Resume(ResumeArguments),
    /// Check an officer's page: whose it is, and whether it is good; reveals nothing
    #[command(after_help = super::exit::HELP)]
    Check(SetArguments),
    /// Show the set: officers, how many are needed
    #[command(after_help = super::exit::HELP)]
    Show(ShowArguments),
}

#[derive(Args)]
pub(crate) struct SetArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Id of the token in the specification
    #[arg(long, value_name = "ID")]
    pub(crate) token: String,
}

#[derive(Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) set: SetArguments,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct NewSetArguments {
    #[command(flatten)]
    pub(crate) set: SetArguments,
    /// How many officers must act together
    #[arg(long, value_name = "M")]
    pub(crate) threshold: u8,
    /// An officer with a share on paper, once for each; without any officer the specification's custodians
    #[arg(long, value_name = "NAME")]
    pub(crate) officer: Vec<String>,
    /// The file of an officer's key (`inkan-agent officer-key create`), once for each: the share is sealed to the token
    #[arg(long, value_name = "FILE")]
    pub(crate) officer_token: Vec<PathBuf>,
    /// Write the pages to this directory, which must be in memory (tmpfs), instead of showing them
    #[arg(long, value_name = "DIR")]
    pub(crate) pages: Option<PathBuf>,
    /// Allow a directory on a disk, which keeps what was deleted
    #[arg(long, requires = "pages")]
    pub(crate) allow_disk: bool,
}

#[derive(Args)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    pub(crate) set: SetArguments,
    /// With which PIN to find out: the new pages, or what was in force before
    #[arg(long, value_enum, default_value = "new")]
    pub(crate) with: Which,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    New,
    Old,
}

#[derive(Args)]
pub(crate) struct SocketArguments {
    /// The server's socket, `hsm.unseal_socket` of its configuration
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: PathBuf,
}

#[derive(Args)]
pub(crate) struct UnsealArguments {
    #[command(flatten)]
    pub(crate) socket: SocketArguments,
    /// Only show how far it is
    #[arg(long)]
    pub(crate) status: bool,
}
