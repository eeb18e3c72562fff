//! The command line. A PIN is never an argument: others could read it there.
//!
//! - [`sources`]: which token, and where PINs come from

mod sources;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inkan_pki::messages::identifier::Identifier;

use crate::catalogue::Lang;
pub use sources::{AdminArgs, NewPinArgs, PinArgs, PukArgs, TokenArgs};

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
    /// Renew the certificate on the token in its last weeks, without the bank's page
    Renew(Renew),
    /// Show the tokens and what is on them
    List(List),
    /// Ask a bank whether it takes the certificate on the token
    Verify(Verify),
    /// Delete a certificate and its key
    Delete(Delete),
    /// Change or unblock the PIN
    #[command(subcommand)]
    Pin(PinCommand),
    /// The banks this agent knows
    #[command(subcommand)]
    Bank(BankCommand),
    /// The token drivers this agent uses
    #[command(subcommand)]
    Module(ModuleCommand),
    /// Have inkan: links on this desktop opened by this program (for you alone)
    Register,
    /// Take that back
    Unregister,
}

/// `open`
#[derive(Debug, Args)]
pub struct Open {
    /// The link
    pub link: String,
    /// Agree without being asked
    #[arg(long)]
    pub yes: bool,
    /// After a renewal: delete the old certificate and its key, without being asked
    #[arg(long)]
    pub delete_old: bool,
    /// Where a certificate was issued for a key on another token and never used: give it up for a new key, without being asked
    #[arg(long)]
    pub new_key: bool,
    /// For a login: show the address instead of opening the browser
    #[arg(long)]
    pub print_url: bool,
    /// For a login: show this certificate, by serial number (hex), where the token has several of the bank
    #[arg(long, value_name = "HEX")]
    pub serial: Option<String>,
    /// How long to go on trying when the bank is busy or the connection breaks, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(0..=900))]
    pub patience: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub admin: AdminArgs,
}

/// `renew`
#[derive(Debug, Args)]
pub struct Renew {
    /// Id of the bank; needed where the token holds certificates of several
    pub bank: Option<Identifier>,
    /// Agree without being asked
    #[arg(long)]
    pub yes: bool,
    /// Afterwards delete the old certificate and its key, without being asked
    #[arg(long)]
    pub delete_old: bool,
    /// How long to go on trying when the bank is busy or the connection breaks, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(0..=900))]
    pub patience: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub admin: AdminArgs,
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

/// `delete`
#[derive(Debug, Args)]
pub struct Delete {
    /// Serial number of the certificate, as `list` shows it
    #[arg(value_name = "HEX")]
    pub serial: String,
    /// Delete without being asked
    #[arg(long)]
    pub yes: bool,
    /// Even the last usable one of its bank on this token
    #[arg(long)]
    pub last: bool,
    /// Have the bank revoke it first, for good: the token is handed on or thrown away
    #[arg(long)]
    pub revoke: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub admin: AdminArgs,
}

/// `pin`
#[derive(Debug, Subcommand)]
pub enum PinCommand {
    /// Change the PIN
    Change(PinChange),
    /// Set a new PIN with the PUK or the security officer's PIN
    Unblock(PinUnblock),
}

/// `pin change`
#[derive(Debug, Args)]
pub struct PinChange {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub new: NewPinArgs,
}

/// `pin unblock`
#[derive(Debug, Args)]
pub struct PinUnblock {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub puk: PukArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub new: NewPinArgs,
}

/// `module`
#[derive(Debug, Subcommand)]
pub enum ModuleCommand {
    /// Use a token driver: a known one by its word, any other by the absolute path of its file
    Add {
        /// Word or path
        #[arg(value_name = "WORD|PATH")]
        module: String,
        /// Name for people
        #[arg(long)]
        name: Option<String>,
        /// Text for C_Initialize, for drivers that want one
        #[arg(long)]
        parameters: Option<String>,
        /// An environment variable that it gets to see beside the usual ones; may be given several times
        #[arg(long, value_name = "NAME")]
        environment: Vec<String>,
        /// Add without being asked
        #[arg(long)]
        yes: bool,
    },
    /// Show the token drivers in use, and known ones that are installed
    List,
    /// Stop using a token driver
    Remove {
        /// Its name or path
        #[arg(value_name = "NAME|PATH")]
        module: String,
    },
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
