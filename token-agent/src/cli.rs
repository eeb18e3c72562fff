//! The command line. A PIN is never an argument: others could read it there.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inkan_pki::messages::identifier::Identifier;

use crate::catalogue::Lang;

/// Client certificates on your own token.
#[derive(Debug, Parser)]
#[command(name = "inkan-agent", version, about, max_term_width = 100)]
pub struct Cli {
    /// Where bank files and modules.toml are [default: $XDG_CONFIG_HOME/inkan]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// One JSON object per line instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of the text [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Pretend that it is this time (RFC 3339); for trying out another day
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    pub now: Option<String>,
    /// Give a token driver no more than this many seconds for one answer
    #[arg(long, global = true, hide = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=300))]
    pub driver_limit: Option<u64>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow an inkan: link from a bank's page
    Open(Open),
    /// Show the tokens and what is on them
    List(List),
    /// Ask a bank whether it takes the certificate on the token
    Verify(Verify),
    /// The banks this agent knows
    #[command(subcommand)]
    Bank(BankCommand),
}

/// `open`
#[derive(Debug, Args)]
pub struct Open {
    /// The link
    pub link: String,
    /// Agree without being asked
    #[arg(long)]
    pub yes: bool,
    /// How long to go on trying when the bank is busy or the connection breaks, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(0..=900))]
    pub patience: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
}

/// `list`
#[derive(Debug, Args)]
pub struct List {
    /// Ask for the PIN and show what needs it
    #[arg(long)]
    pub login: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Id of the bank
    pub bank: Identifier,
    /// Show this certificate, by serial number (hex), instead of the bank's newest (or any, if the token holds none of the bank)
    #[arg(long, value_name = "HEX")]
    pub serial: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
}

/// `bank`
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    /// Install a bank file
    Add {
        /// The file from the bank
        file: PathBuf,
        /// Install without being asked
        #[arg(long)]
        yes: bool,
    },
    /// Show the installed banks
    List,
    /// Remove a bank
    Remove {
        /// Its id
        id: Identifier,
    },
}

/// Which token.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Label or serial number of the token
    #[arg(long, value_name = "LABEL|SERIAL")]
    pub token: Option<String>,
    /// PKCS#11 module to use instead of the configured ones
    #[arg(long, value_name = "PATH")]
    pub module: Option<PathBuf>,
}

/// Where the PIN comes from, if not from a question.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PinArgs {
    /// File whose first line is the PIN
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// Environment variable that holds the PIN
    #[arg(long, value_name = "NAME")]
    pub pin_env: Option<String>,
}
