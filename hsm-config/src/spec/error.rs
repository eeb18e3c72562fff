//! What can be wrong with a specification, without prose.

use std::path::PathBuf;

use thiserror::Error;

/// A specification that cannot be used: which file, which field, what is wrong. Sentences are in
/// [`catalogue::spec`](crate::catalogue::spec).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub struct SpecError {
    /// The specification.
    pub file: PathBuf,
    /// Where in it, e.g. `certificate.staff-ca.issuer`; empty when it is the whole file.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The file could not be read.
    Unreadable(std::io::ErrorKind),
    /// The file is larger than this many bytes.
    FileTooLarge(u64),
    /// Not TOML, or a field is unknown, missing or of another type; with line and the parser's message.
    Syntax {
        /// Line, from 1; 0 when the parser does not know.
        line: usize,
        /// The parser's message; never a value from the file.
        message: String,
    },
    /// The value is not what is expected.
    Malformed {
        /// The value.
        value: String,
        /// What is expected.
        expected: Expected,
    },
    /// The value is longer than this many characters, or the list longer than this many entries.
    TooLong(usize),
    /// A required value is missing.
    Missing,
    /// Another entry has the same value.
    Duplicate(String),
    /// The value names something that does not exist.
    Unknown {
        /// The value.
        value: String,
        /// What exists.
        known: Vec<String>,
    },
    /// A PIN, or something else, where a PIN source must be.
    NotAPinSource,
    /// The issuer's certificate must come earlier in the file.
    IssuerNotBefore(String),
    /// A root CA must sign itself, another CA must not.
    WrongIssuer(String),
    /// A key with this use does not get a CA certificate.
    NotACaUse(String),
    /// A CA key without a certificate.
    NoCertificate,
    /// `path_len` must be smaller than the issuer's, which is this.
    PathLen(u8),
    /// The module is not at this path, or at none of the profile's.
    ModuleNotFound(Vec<PathBuf>),
    /// The file at this path is not a PKCS#11 module that can be loaded; with the loader's message.
    NotAModule(PathBuf, String),
}

/// What a field should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// 1–32 of `a–z`, `0–9`, `-`.
    Id,
    /// 1–32 bytes of printable text.
    Label,
    /// Printable text of at most 64 characters.
    Name,
    /// 1–8 letters or digits.
    Initials,
    /// Two capital letters.
    Country,
    /// A whole number of years, 1–40.
    Years,
    /// 0–8.
    PathLen,
    /// An `http://` URL.
    HttpUrl,
    /// A file or directory name.
    Path,
}
