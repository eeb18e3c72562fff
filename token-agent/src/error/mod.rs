//! What can go wrong, as data. Sentences are in [`crate::catalogue`].
//!
//! - `token`: tokens
//! - `bank`: the bank, the way to it, and the certificate that comes back

mod bank;
mod token;

use std::path::PathBuf;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::LinkError;

pub use bank::{AnswerError, BankError, ProxyFault, Refusal, Unreachable};
pub use token::TokenError;

/// Any failure of a command.
#[derive(Debug)]
pub enum Failure {
    /// A PIN source or an answer that cannot be had.
    Usage(UsageError),
    /// Configuration of the agent.
    Setup(SetupError),
    /// The link.
    Link(LinkError),
    /// The token.
    Token(TokenError),
    /// The bank, or the way to it.
    Bank(BankError),
    /// The certificate in the bank's answer.
    Answer(AnswerError),
    /// The customer said no, or ended the input.
    Cancelled,
    /// A fault in the agent itself; the text is for the help desk.
    Internal(String),
}

/// Wrong use of the command line beyond what its parser sees.
#[derive(Debug)]
pub enum UsageError {
    /// The parser of the command line refused it.
    CommandLine {
        /// What it said, in one line.
        detail: String,
    },
    /// `--pin-file` names a file that is not UTF-8.
    PinFileNotText {
        /// The file.
        path: PathBuf,
    },
    /// `--pin-env` names a variable that is not UTF-8.
    PinVariableNotText {
        /// Its name.
        name: String,
    },
    /// `--pin-file` cannot be read.
    PinFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// `--pin-file` names a file that others than its owner may read.
    PinFileShared {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// `--pin-env` names a variable that is not set.
    PinVariable {
        /// Its name.
        name: String,
    },
    /// The PIN source holds nothing, or far too much.
    PinEmpty,
    /// `--now` is no time.
    Time,
    /// The new PIN was not typed the same twice.
    PinsDiffer,
    /// The certificate to be deleted is the last usable one of its bank on this token.
    LastCertificate {
        /// The bank's name.
        bank: String,
    },
    /// Several banks have certificates on this token, and none was named.
    SeveralBanks {
        /// Their ids.
        ids: Vec<String>,
    },
    /// Neither a known token driver that is installed here, nor a file.
    NoSuchModule {
        /// As given.
        wanted: String,
    },
    /// No such token driver is in the list.
    ModuleNotListed {
        /// As given.
        wanted: String,
    },
}

/// What is wrong with one field of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// Not TOML, an unknown field, a missing field, a wrong type: what the parser said.
    Syntax(String),
    /// Nothing in it.
    Empty,
    /// More characters than allowed.
    TooLong(usize),
    /// Control characters.
    ControlCharacter,
    /// Not `https://host[:port]` alone.
    NotHttpsOrigin,
    /// No PEM certificate.
    NoCertificate,
    /// More certificates (or entries) than allowed.
    TooMany(usize),
    /// A certificate that cannot be read.
    BadCertificate,
    /// A certificate that is no CA's.
    NotCa,
    /// A path that is not absolute.
    NotAbsolute,
    /// The id is not the one in the file's name.
    NotFileName,
    /// Not `http://[user:password@]host[:port]`, nor the same with `socks5`.
    NotProxy,
    /// A number outside its limits.
    OutOfRange {
        /// The least.
        least: u8,
        /// The most.
        most: u8,
    },
    /// Not the name of an environment variable alone.
    NotVariable,
    /// Written in a way that only its writer can change.
    NotByLines,
}

/// Configuration failures.
#[derive(Debug, Clone)]
pub enum SetupError {
    /// A file is not UTF-8.
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Neither `--config-dir` nor `XDG_CONFIG_HOME` nor `HOME`.
    NoDirectory,
    /// A file or directory cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A file or directory cannot be written.
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A file over the size limit.
    TooLarge {
        /// Which.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A field of a file is wrong.
    Field {
        /// Which file.
        path: PathBuf,
        /// Which field; empty when the file as a whole cannot be read.
        field: &'static str,
        /// What is wrong.
        fault: FieldFault,
    },
    /// A file that holds a password and that others than its owner may read.
    SecretShared {
        /// Which.
        path: PathBuf,
    },
    /// The system opens no browser.
    NoBrowser {
        /// What the system said. Never the address.
        kind: std::io::ErrorKind,
    },
    /// The bank is not in the list.
    BankUnknown {
        /// Its id.
        id: Identifier,
    },
    /// Another file with this id is installed and differs.
    BankDiffers {
        /// Its id.
        id: Identifier,
    },
}

macro_rules! from {
    ($($inner:ident => $variant:ident),*) => {
        $(impl From<$inner> for Failure {
            fn from(error: $inner) -> Self {
                Self::$variant(error)
            }
        })*
    };
}
from!(UsageError => Usage, SetupError => Setup, LinkError => Link, TokenError => Token, BankError => Bank, AnswerError => Answer);
