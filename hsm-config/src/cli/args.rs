//! The command line. No PIN is ever an argument.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use inkan_hsm_config::crl::RevocationReason;
use inkan_hsm_config::language::Language;
use inkan_hsm_config::probe;
use inkan_hsm_config::profile::Profile;

use super::recovery_args::{AdoptArguments, BackupArguments, RestoreArguments};
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
    Apply(ApplyArguments),
    /// Prove that the HSM and the files match specification and transcript; changes nothing
    #[command(after_help = super::exit::HELP)]
    Verify(VerifyArguments),
    /// Sign and record the root's next CRL; entries of the last one stay
    #[command(after_help = super::exit::HELP)]
    Crl(CrlArguments),
    /// Show what a device can do; reads, and with --keys makes keys that vanish
    #[command(after_help = super::exit::HELP)]
    Probe(ProbeArguments),
    /// The process of `probe` that loads the module
    #[command(hide = true)]
    ProbeWorker,
    /// PINs of the tokens
    #[command(subcommand)]
    Pin(PinCommand),
    /// Print the record of the ceremony, to be compared and signed on paper
    #[command(after_help = super::exit::HELP)]
    Record(RecordArguments),
    /// Check the transcript's hash chain and print it
    #[command(after_help = super::exit::HELP)]
    Transcript(WithJson),
    /// Share a token's PIN among officers
    #[command(subcommand)]
    Shares(SharesCommand),
    /// Back a token up into an encrypted archive; needs no PIN, and the server may run
    #[command(after_help = super::exit::HELP)]
    Backup(BackupArguments),
    /// Restore a token from an archive, on an HSM that does not have it
    #[command(after_help = super::exit::HELP)]
    Restore(RestoreArguments),
    /// Record that another token takes the place of the recorded one: it must hold every recorded key
    #[command(after_help = super::exit::HELP)]
    Adopt(AdoptArguments),
    /// The process of `backup` and `restore` that loads the module
    #[command(hide = true)]
    TokenContents,
    /// Give one officer's share to a sealed server; from standard input if that is no terminal
    #[command(after_help = super::exit::HELP)]
    Unseal(UnsealArguments),
    /// Make a server forget its PIN, and all shares entered so far
    #[command(after_help = super::exit::HELP)]
    Seal(SocketArguments),
}

impl Command {
    /// Whether results and errors are JSON.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Plan(a) | Self::Transcript(a) => a.json,
            Self::Verify(a) => a.common.json,
            Self::Probe(a) => a.json,
            Self::Apply(_)
            | Self::Record(_)
            | Self::Crl(_)
            | Self::Pin(_)
            | Self::ProbeWorker
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Adopt(_)
            | Self::TokenContents
            | Self::Shares(_)
            | Self::Unseal(_)
            | Self::Seal(_) => false,
        }
    }
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

#[derive(Subcommand)]
pub(crate) enum PinCommand {
    /// Change the user PIN of a token after the ceremony, and record it
    #[command(after_help = super::exit::HELP)]
    Change(PinChangeArguments),
}

#[derive(Args)]
pub(crate) struct PinChangeArguments {
    #[command(flatten)]
    pub(crate) spec: WithSpec,
    /// Id of the token
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: String,
    /// Where the new PIN comes from: prompt (twice), file:PATH, env:NAME, credential:NAME
    #[arg(long, value_name = "SOURCE", default_value = "prompt")]
    pub(crate) new: String,
}

#[derive(Args)]
pub(crate) struct ProbeArguments {
    #[command(flatten)]
    pub(crate) target: ProbeTarget,
    /// Text for the reserved argument of `C_Initialize`, which NSS needs
    #[arg(long, value_name = "TEXT", conflicts_with = "spec")]
    pub(crate) parameters: Option<String>,
    /// Label of the token, or its id in the specification; by default the specification's first, or the only initialised one
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Log in, and make keys that vanish with their session: templates and speed
    #[arg(long)]
    pub(crate) keys: bool,
    /// Where the PIN comes from: prompt, file:PATH, env:NAME, credential:NAME; by default the specification's source, else a prompt
    #[arg(long, value_name = "SOURCE", requires = "keys")]
    pub(crate) pin: Option<String>,
    /// Most sessions to open at the same time; 0 opens none
    #[arg(long, value_name = "N", default_value_t = probe::MAX_SESSIONS, value_parser = clap::value_parser!(u32).range(0..=i64::from(probe::MAX_SESSIONS)))]
    pub(crate) sessions: u32,
    /// Most signatures per kind of key
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=i64::from(probe::MAX_CALLS)))]
    pub(crate) calls: u32,
    /// Leave a session idle for so long, and try it again
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=probe::MAX_IDLE))]
    pub(crate) idle: u64,
    /// Deadline of each phase
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) deadline: u64,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ProbeTarget {
    /// The PKCS#11 module
    #[arg(long, value_name = "PATH")]
    pub(crate) module: Option<PathBuf>,
    /// A profile, whose usual modules are tried
    #[arg(long, value_name = "NAME", value_parser = profile_argument)]
    pub(crate) profile: Option<&'static Profile>,
    /// A specification: its module, and what contradicts it
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,
}

fn profile_argument(name: &str) -> Result<&'static Profile, String> {
    Profile::named(name).ok_or_else(|| {
        let names: Vec<_> = Profile::all().iter().map(|profile| profile.name).collect();
        format!("unknown profile; use one of {}", names.join(", "))
    })
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
