//! The command line. A PIN is never an argument, because other users could read it there.
//!
//! - [`token_args`]: which token, and where PINs come from

mod token_args;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inkan_pki::messages::identifier::Identifier;

use crate::catalogue::Lang;
pub use token_args::{AdminArgs, NewPinArgs, PinArgs, PukArgs, TokenArgs};

/// Client certificates on your own token.
#[derive(Debug, Parser)]
#[command(name = "inkan-agent", version, about, max_term_width = 100)]
pub struct Cli {
    /// Directory with the bank files and modules.toml [default: $XDG_CONFIG_HOME/inkan]
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Print one JSON object per line instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of the output [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Use this time instead of the system's (RFC 3339), to test another day
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    pub now: Option<String>,
    /// Wait at most this many seconds for each response of a token driver
    #[arg(long, global = true, hide = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=300))]
    pub driver_timeout: Option<u64>,
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
    /// List the tokens and what is on them
    List(List),
    /// Check whether a bank accepts the certificate on the token
    Verify(Verify),
    /// Delete a certificate and its key
    Delete(Delete),
    /// Change or unblock the PIN
    #[command(subcommand)]
    Pin(PinCommand),
    /// Manage the banks that this agent knows
    #[command(subcommand)]
    Bank(BankCommand),
    /// Manage the token drivers that this agent uses
    #[command(subcommand)]
    Module(ModuleCommand),
    /// For officers who hold a share of an HSM's PIN: the key on the token that opens the share
    #[command(subcommand)]
    OfficerKey(OfficerKeyCommand),
    /// For officers: sign the record of a ceremony with the token's certificate; `openssl cms` verifies it
    SignRecord(SignRecord),
    /// Check what the agent needs of this computer, and write a report without personal data
    SelfTest(SelfTest),
    /// Open inkan: links on this desktop with this program (for the current user only)
    Register,
    /// Undo `register`
    Unregister,
}

/// `open`
#[derive(Debug, Args)]
pub struct Open {
    /// The link
    pub link: String,
    /// Consent without a question
    #[arg(long)]
    pub yes: bool,
    /// After a renewal, delete the old certificate and its key without a question
    #[arg(long)]
    pub delete_old: bool,
    /// If a certificate was issued for a key on another token and never used, replace it with one for a new key without
    /// a question
    #[arg(long)]
    pub new_key: bool,
    /// For a login, print the URL instead of opening the browser
    #[arg(long)]
    pub print_url: bool,
    /// For a login, use the certificate with this serial number (hex) if the token has several certificates of the bank
    #[arg(long, value_name = "HEX")]
    pub serial: Option<String>,
    /// How long to retry while the bank is busy or the connection fails, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(0..=900))]
    pub retry_for: u64,
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
    /// Id of the bank; required if the token holds certificates of several banks
    pub bank: Option<Identifier>,
    /// Consent without a question
    #[arg(long)]
    pub yes: bool,
    /// Delete the old certificate and its key afterwards, without a question
    #[arg(long)]
    pub delete_old: bool,
    /// How long to retry while the bank is busy or the connection fails, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(0..=900))]
    pub retry_for: u64,
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
    /// Log in with the PIN and list private objects too; also ask the banks whether they accept the certificates
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
    /// Use the certificate with this serial number (hex) instead of the bank's newest (or the newest of any bank, if
    /// the token holds none of this bank)
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
    /// Delete without a question
    #[arg(long)]
    pub yes: bool,
    /// Delete it even if it is the last usable certificate of its bank on this token
    #[arg(long)]
    pub last: bool,
    /// Have the bank revoke the certificate first, permanently; for a token that is given away or discarded
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

/// `officer-key`
#[derive(Debug, Subcommand)]
pub enum OfficerKeyCommand {
    /// Make the key on the token (or use the one that was made before) and write the file for the ceremony
    Create(OfficerKeyCreate),
    /// Open the share of a new set, and print the code that inkan-hsm asks for
    Confirm(OfficerKeyConfirm),
    /// Open the share of a set, and print it: for inkan-hsm at a ceremony, and for nothing else
    Reveal(OfficerKeyConfirm),
}

/// `officer-key create`
#[derive(Debug, Args)]
pub struct OfficerKeyCreate {
    /// Id of the bank whose certificate on the token vouches for the key
    pub bank: Identifier,
    /// The file to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
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

/// `officer-key confirm` and `officer-key reveal`
#[derive(Debug, Args)]
pub struct OfficerKeyConfirm {
    /// The file of the set that inkan-hsm shows
    pub set: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
}

/// `sign-record`
#[derive(Debug, Args)]
pub struct SignRecord {
    /// Id of the bank whose certificate on the token signs
    pub bank: Identifier,
    /// The record, as `inkan-hsm record` wrote it
    pub record: PathBuf,
    /// The file for the signature; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub token: TokenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pin: PinArgs,
}

/// `self-test`
#[derive(Debug, Args)]
pub struct SelfTest {
    /// Write the report to this file (JSON); an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
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
    /// Set a new PIN with the PUK or the security officer PIN
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
    /// Use a token driver: a known one by its id, any other by the absolute path of its file
    Add {
        /// Id or path
        #[arg(value_name = "WORD|PATH")]
        module: String,
        /// Display name
        #[arg(long)]
        name: Option<String>,
        /// Initialisation string for C_Initialize, for drivers that require one
        #[arg(long)]
        parameters: Option<String>,
        /// An environment variable to pass to the driver in addition to the usual ones; may be repeated
        #[arg(long, value_name = "NAME")]
        environment: Vec<String>,
        /// Add without a question
        #[arg(long)]
        yes: bool,
    },
    /// List the token drivers in use, and known drivers that are installed
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
        /// Install without a question
        #[arg(long)]
        yes: bool,
    },
    /// List the installed banks
    List,
    /// Remove a bank
    Remove {
        /// Its id
        id: Identifier,
    },
}
