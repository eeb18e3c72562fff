//! The command line. No PIN is ever an argument.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use inkan_hsm_config::crl::RevocationReason;
use inkan_hsm_config::language::Language;

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
    Apply(ApplyArguments),
    /// Prove that the HSM and the files match specification and transcript; changes nothing
    #[command(after_help = super::exit::HELP)]
    Verify(VerifyArguments),
    /// Sign and record the root's next CRL; entries of the last one stay
    #[command(after_help = super::exit::HELP)]
    Crl(CrlArguments),
    /// Print the record of the ceremony, to be compared and signed on paper
    #[command(after_help = super::exit::HELP)]
    Record(RecordArguments),
    /// Check the transcript's hash chain and print it
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
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Guide the custodians through the ceremony at a terminal: presence, PINs one person at a time, each step confirmed by two
    #[arg(long)]
    pub(crate) guided: bool,
    /// Language of a guided ceremony
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = SpokenLanguage::En, requires = "guided")]
    pub(crate) lang: SpokenLanguage,
}

#[derive(Args)]
pub(crate) struct RecordArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Language of the record
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = SpokenLanguage::En)]
    pub(crate) lang: SpokenLanguage,
    /// Write an HTML page for printing on A4 to this file instead of text to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpokenLanguage {
    /// English
    En,
    /// Japanese
    Ja,
}

impl From<SpokenLanguage> for Language {
    fn from(language: SpokenLanguage) -> Self {
        match language {
            SpokenLanguage::En => Self::English,
            SpokenLanguage::Ja => Self::Japanese,
        }
    }
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
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) common: WithJson,
    /// Ids of tokens that are meant to be offline, separated by commas: not checked, and a finding if one is connected
    #[arg(long, value_name = "TOKEN", value_delimiter = ',')]
    pub(crate) offline: Vec<String>,
}

#[derive(Args)]
pub(crate) struct WithJson {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
