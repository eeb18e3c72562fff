//! Errors of a configuration: file, field, what to do.

use std::path::PathBuf;

use thiserror::Error;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The file is missing or cannot be read.
    #[error("{}: cannot be read: {reason}. Give the right file with --config.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is far larger than any configuration.
    #[error("{}: is larger than {limit} bytes. Give the right file with --config.", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// Not TOML, an unknown or missing field, or a value of the wrong type. The line is not repeated: it may contain
    /// the password of a database URL.
    #[error("{}: line {line}: {reason}. Correct this line; docs/configuration.md lists every field.", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The parser's message, which names the field.
        reason: String,
    },
    /// More than one error.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<ConfigError>),
    /// A field whose value cannot be used.
    #[error("{}: {field}: {problem}. {next}", file.display())]
    Field {
        /// The file.
        file: PathBuf,
        /// `section.field`.
        field: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        next: String,
    },
}
