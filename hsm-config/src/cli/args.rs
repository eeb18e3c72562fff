//! The command line. No PIN is ever an argument.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Sets up the HSM of an Inkan environment from a reviewed specification, and proves it later.
#[derive(Parser)]
#[command(name = "inkan-hsm", version, after_help = super::exit::HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the steps; opens no HSM and reads no PIN
    #[command(after_help = super::exit::HELP)]
    Plan(WithJson),
    /// Do the steps, once, and record them; goes on where a run broke off, overwrites nothing
    #[command(after_help = super::exit::HELP)]
    Apply(WithSpec),
    /// Prove that the HSM and the files hold what specification and record say; changes nothing
    #[command(after_help = super::exit::HELP)]
    Verify(WithJson),
    /// Check the transcript's chain and show it
    #[command(after_help = super::exit::HELP)]
    Transcript(WithJson),
}

#[derive(Args)]
pub(crate) struct WithSpec {
    /// The specification (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: PathBuf,
}

#[derive(Args)]
pub(crate) struct WithJson {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
