//! The command line. No PIN is ever an argument.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inkan_hsm_config::crl::RevocationReason;

use super::share_args::{SharesCommand, SocketArguments, UnsealArguments};

/// Set up the HSM of an Inkan environment from a reviewed specification, and verify it later.
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
    /// Do the steps once and record them; resumes an interrupted run, overwrites nothing
    #[command(after_help = super::exit::HELP)]
    Apply(WithSpec),
    /// Prove that the HSM and the files match specification and transcript; changes nothing
    #[command(after_help = super::exit::HELP)]
    Verify(WithJson),
    /// Sign and record the root's next CRL; entries of the last one stay
    #[command(after_help = super::exit::HELP)]
    Crl(CrlArguments),
    /// Check the transcript's hash chain and print it
    #[command(after_help = super::exit::HELP)]
    Transcript(WithJson),
    /// Share a token's PIN among officers
    #[command(subcommand)]
    Shares(SharesCommand),
    /// Give one officer's share to a sealed server; from standard input if that is no terminal
    #[command(after_help = super::exit::HELP)]
    Unseal(UnsealArguments),
    /// Make a server forget its PIN, and all shares entered so far
    #[command(after_help = super::exit::HELP)]
    Seal(SocketArguments),
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
    /// Id of the root CA's key
    #[arg(long, value_name = "KEY", default_value = "root-ca")]
    pub(crate) ca: String,
    /// Validity of the CRL in days
    #[arg(long, value_name = "N", default_value_t = 365)]
    pub(crate) days: u32,
    /// Revoke the certificate of this CA; reasons: ca-compromise, superseded, cessation-of-operation, affiliation-changed,
    /// unspecified
    #[arg(long, value_name = "KEY=REASON", value_parser = revocation)]
    pub(crate) revoke: Vec<(String, RevocationReason)>,
}

fn revocation(text: &str) -> Result<(String, RevocationReason), String> {
    let (key, word) = text
        .split_once('=')
        .ok_or("use KEY=REASON, for example customer-ca=superseded")?;
    let reason = RevocationReason::parse(word).ok_or_else(|| {
        let words = RevocationReason::ALL
            .map(RevocationReason::as_str)
            .join(", ");
        format!("unknown reason; use one of {words}")
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
