//! An error of a database, whichever it is.

use thiserror::Error;

/// An error that a database, or the way to it, has reported.
#[derive(Debug, Error)]
pub enum DriverError {
    /// SQLite, on the caller's thread.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// PostgreSQL; SQLite during migrations and backups.
    #[error(transparent)]
    Sqlx(#[from] sqlx::Error),
    /// Other writers took too long.
    #[error("timed out while waiting for other writers")]
    NoTurn,
    /// The store has been closed.
    #[error("the store has been closed")]
    Closed,
}

/// An error of SQLite. All transactions of a commit that fails get the same one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} (SQLite {code})")]
pub struct SqliteError {
    /// Its extended result code.
    pub code: i32,
    /// Its message.
    pub message: String,
}

/// SQLite's code for a call that does not fit.
const MISUSE: i32 = 21;

impl SqliteError {
    /// An error of the way we call it.
    pub(crate) fn misuse(message: &str) -> Self {
        SqliteError {
            code: MISUSE,
            message: message.to_owned(),
        }
    }

    /// The first eight bits of the code: the kind of error.
    pub(crate) fn primary(&self) -> i32 {
        self.code & 0xff
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(code, message) => SqliteError {
                code: code.extended_code,
                message: message.unwrap_or_else(|| code.to_string()),
            },
            other => SqliteError::misuse(&other.to_string()),
        }
    }
}

impl DriverError {
    /// The code of the database; `None` if it was not the database that reported the error.
    pub(crate) fn code(&self) -> Option<String> {
        match self {
            DriverError::Sqlite(error) => Some(error.code.to_string()),
            DriverError::Sqlx(error) => error
                .as_database_error()
                .and_then(|error| error.code())
                .map(|code| code.into_owned()),
            DriverError::NoTurn | DriverError::Closed => None,
        }
    }

    /// Whether the statement names a table that does not exist. SQLite: a generic error with these words; PostgreSQL:
    /// undefined_table.
    pub(crate) fn is_missing_table(&self) -> bool {
        match self {
            DriverError::Sqlite(error) => error.message.starts_with("no such table"),
            DriverError::Sqlx(error) => error.as_database_error().is_some_and(|error| {
                error.code().as_deref() == Some("42P01")
                    || error.message().starts_with("no such table")
            }),
            DriverError::NoTurn | DriverError::Closed => false,
        }
    }

    /// Whether nobody responds at all, in contrast to a server that is busy.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(
            self,
            DriverError::Closed
                | DriverError::NoTurn
                | DriverError::Sqlx(
                    sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed
                )
        )
    }
}
