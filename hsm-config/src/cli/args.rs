//! The command line. No PIN is ever an argument.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inkan_hsm_config::list::Reason;

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
    /// Sign the root's next revocation list and record it; what was on the last one stays on it
    #[command(after_help = super::exit::HELP)]
    Crl(CrlArguments),
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
pub(crate) struct CrlArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Id of the root's key
    #[arg(long, value_name = "KEY", default_value = "root-ca")]
    pub(crate) ca: String,
    /// For how many days the list is good
    #[arg(long, value_name = "N", default_value_t = 365)]
    pub(crate) days: u32,
    /// A CA whose certificate ends with this list, and why: ca-compromise, superseded, cessation-of-operation,
    /// affiliation-changed, unspecified
    #[arg(long, value_name = "KEY=REASON", value_parser = revocation)]
    pub(crate) revoke: Vec<(String, Reason)>,
}

fn revocation(text: &str) -> Result<(String, Reason), String> {
    let (key, word) = text
        .split_once('=')
        .ok_or("write KEY=REASON, as in customer-ca=superseded")?;
    let reason = Reason::parse(word).ok_or_else(|| {
        let words = Reason::ALL.map(Reason::as_str).join(", ");
        format!("no such reason; there are {words}")
    })?;
    Ok((key.to_owned(), reason))
}

#[derive(Args)]
pub(crate) struct WithJson {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
