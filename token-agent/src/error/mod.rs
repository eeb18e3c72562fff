//! Failures as data. Their sentences are in [`crate::catalogue`].
//!
//! - `token`: tokens
//! - `bank`: the bank, the connection to it, and the issued certificate

mod bank;
mod token;

use std::path::PathBuf;

use inkan_pki::messages::identifier::Identifier;
use inkan_pki::messages::link::LinkError;

pub use bank::{BankError, ProxyFault, Refusal, ResponseError, Unreachable};
pub use token::TokenError;

/// Any failure of a command.
#[derive(Debug)]
pub enum Failure {
    /// Invalid use of the command line.
    Usage(UsageError),
    /// The agent's configuration.
    Setup(SetupError),
    /// The link.
    Link(LinkError),
    /// The token.
    Token(TokenError),
    /// The bank, or the connection to it.
    Bank(BankError),
    /// The issued certificate.
    Response(ResponseError),
    /// The user declined, or closed the input.
    Cancelled,
    /// An internal error; the text is for the help desk.
    Internal(String),
}

/// Invalid use of the command line that its parser does not detect.
#[derive(Debug)]
pub enum UsageError {
    /// The command-line parser refused the arguments.
    CommandLine {
        /// The parser's message, on one line.
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
        /// The error that the system reports.
        detail: String,
    },
    /// Users other than the owner can read the file named by `--pin-file`.
    PinFileShared {
        /// The file.
        path: PathBuf,
    },
    /// `--pin-env` names a variable that is not set.
    PinVariable {
        /// Its name.
        name: String,
    },
    /// The PIN source is empty or too long.
    PinEmpty,
    /// The file for the report exists already.
    ReportExists {
        /// The file.
        path: PathBuf,
    },
    /// The file to be written exists already.
    OutExists {
        /// The file.
        path: PathBuf,
    },
    /// The file to be signed is empty, or larger than any record.
    NotARecord {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a set of shares with one that is sealed to a token.
    NotASet {
        /// The file.
        path: PathBuf,
    },
    /// `--now` is not a valid time.
    Time,
    /// The two entries of the new PIN differ.
    PinsDiffer,
    /// The certificate is the last usable one of its bank on this token.
    LastCertificate {
        /// The bank's name.
        bank: String,
    },
    /// The token has certificates of several banks, and no bank was named.
    SeveralBanks {
        /// Their ids.
        ids: Vec<String>,
    },
    /// Neither a known token driver that is installed nor a file.
    NoSuchModule {
        /// As the user wrote it.
        wanted: String,
    },
    /// The token driver is not in the list.
    ModuleNotListed {
        /// As the user wrote it.
        wanted: String,
    },
}

/// Why a field of a configuration file is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// Not TOML, an unknown or missing field, or a wrong type: the parser's message.
    Syntax(String),
    /// Empty.
    Empty,
    /// Too many characters.
    TooLong(usize),
    /// Control characters.
    ControlCharacter,
    /// Not `https://host[:port]` alone.
    NotHttpsOrigin,
    /// No PEM certificate.
    NoCertificate,
    /// Too many certificates or entries.
    TooMany(usize),
    /// A certificate cannot be parsed.
    BadCertificate,
    /// A certificate is not a CA certificate.
    NotCa,
    /// The path is not absolute.
    NotAbsolute,
    /// The id differs from the file name.
    NotFileName,
    /// Neither `http://[user:password@]host[:port]` nor the same with `socks5`.
    NotProxy,
    /// The number is out of range.
    OutOfRange {
        /// The minimum.
        least: u8,
        /// The maximum.
        most: u8,
    },
    /// Not just the name of an environment variable.
    NotVariable,
    /// The file is written in a way that cannot be edited automatically.
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
    /// A file is UTF-16, as an editor on Windows writes it on request.
    Utf16 {
        /// The file.
        path: PathBuf,
    },
    /// Neither `--config-dir` nor a variable that defines the user's directory is set.
    NoDirectory,
    /// A file or directory cannot be read.
    Unreadable {
        /// The path.
        path: PathBuf,
        /// The error that the system reports.
        detail: String,
    },
    /// A file or directory cannot be written.
    Unwritable {
        /// The path.
        path: PathBuf,
        /// The error that the system reports.
        detail: String,
    },
    /// The file is over the size limit.
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A field of a file is invalid.
    Field {
        /// The file.
        path: PathBuf,
        /// The field; empty if the whole file is invalid.
        field: &'static str,
        /// The reason.
        fault: FieldFault,
    },
    /// A file holds a password, and users other than its owner can read it.
    SecretShared {
        /// The path.
        path: PathBuf,
    },
    /// The system could not open a browser.
    NoBrowser {
        /// The kind of error. The address is never included.
        kind: std::io::ErrorKind,
    },
    /// The bank is not installed.
    BankUnknown {
        /// Its id.
        id: Identifier,
    },
    /// A different file with this id is installed.
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
from!(UsageError => Usage, SetupError => Setup, LinkError => Link, TokenError => Token, BankError => Bank, ResponseError => Response);
