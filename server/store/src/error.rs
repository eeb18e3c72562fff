//! What the store can refuse, and how it can fail. Unique constraints are reported by name, so that a service can
//! report "already exists"; everything else is a fault.

use thiserror::Error;

pub use super::engine::error::{DriverError, SqliteError};
use super::postgres_url::UrlFault;
use super::tls_fault::TlsFault;

/// The unique constraints of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// Branch, account type and account number of a contract.
    ContractAccount,
    /// One staff row per certificate.
    StaffCertificate,
    /// One open application per contract.
    ApplicationOpen,
    /// One proposal of a kind awaits approval per subject.
    ProposalOpen,
    /// One grant per application.
    GrantApplication,
    /// Login IDs are unique in the bank.
    LoginId,
    /// One master user per contract.
    MasterUser,
    /// Serial number of a certificate.
    CertificateSerial,
    /// One grant, one certificate.
    CertificateGrant,
    /// A key is certified once.
    CertificateKey,
    /// Digest of a certificate.
    CertificateDigest,
    /// One active certificate per user.
    CertificateActive,
    /// One pending certificate per user.
    CertificatePending,
    /// A primary key (random identifiers: in practice a bug, or a CRL number used twice).
    PrimaryKey,
}

/// Name in PostgreSQL, then SQLite's wording for the same constraint.
const UNIQUE_CONSTRAINTS: &[(&str, &str, Unique)] = &[
    (
        "contracts_account",
        "contracts.branch, contracts.account_type, contracts.account",
        Unique::ContractAccount,
    ),
    (
        "staff_certificate",
        "staff.certificate_sha256",
        Unique::StaffCertificate,
    ),
    (
        "applications_one_open",
        "applications.contract_id",
        Unique::ApplicationOpen,
    ),
    (
        "proposals_one_open",
        "proposals.kind, proposals.subject",
        Unique::ProposalOpen,
    ),
    (
        "grants_application",
        "grants.application_id",
        Unique::GrantApplication,
    ),
    ("users_login_id", "users.login_id", Unique::LoginId),
    ("users_one_master", "users.contract_id", Unique::MasterUser),
    (
        "certificates_serial",
        "certificates.serial",
        Unique::CertificateSerial,
    ),
    (
        "certificates_grant",
        "certificates.grant_id",
        Unique::CertificateGrant,
    ),
    (
        "certificates_spki",
        "certificates.spki_sha256",
        Unique::CertificateKey,
    ),
    (
        "certificates_sha256",
        "certificates.sha256",
        Unique::CertificateDigest,
    ),
    (
        "certificates_one_active",
        "certificates.user_id",
        Unique::CertificateActive,
    ),
    (
        "certificates_one_pending",
        "index 'certificates_one_pending'",
        Unique::CertificatePending,
    ),
];

/// A failure of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The URL is neither `sqlite:` nor `postgres:`, or names no file.
    #[error("database URL not understood: {0}")]
    Url(&'static str),
    /// The URL of a PostgreSQL database is not safe, or cannot be used.
    #[error("the database's URL: {0}. {next}", next = .0.next())]
    PostgresUrl(#[from] UrlFault),
    /// TLS with the database's server failed.
    #[error("TLS with the database's server: {0}")]
    Tls(TlsFault),
    /// There is no such database.
    #[error("there is no database {0}")]
    Missing(String),
    /// The database is empty: no server has ever used it.
    #[error("the database is empty: no server has ever used it")]
    Empty,
    /// The database was written by an older program.
    #[error(
        "the database has migration {found}, this program needs {known}: start the server on it first, or use the older program"
    )]
    SchemaOlder {
        /// Highest migration in the database.
        found: i64,
        /// Highest migration in this program.
        known: i64,
    },
    /// The server does not accept this user, its password or its certificate, or gives it too few permissions.
    #[error("the database's server refuses this user: {0}")]
    Denied(#[source] DriverError),
    /// No answer within the given time.
    #[error("no answer from the database within {0} ms")]
    NoAnswer(u128),
    /// The SQLite file cannot be created or opened.
    #[error("cannot open the database file {path}")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// SQLite did not switch to the write-ahead log.
    #[error("the database reports journal mode {0:?} instead of wal")]
    JournalMode(String),
    /// The database was written by a newer program.
    #[error(
        "the database has migration {found}, this program has {known}: start the newer program"
    )]
    SchemaNewer {
        /// Highest migration in the database.
        found: i64,
        /// Highest migration in this program.
        known: i64,
    },
    /// A migration that was applied differs from the one in this program.
    #[error("migration {version} ({name}) in the database differs from the one in this program")]
    MigrationChanged {
        /// Number.
        version: i64,
        /// Name.
        name: String,
    },
    /// A migration failed; nothing of it remains.
    #[error("migration {version} ({name}) failed")]
    Migration {
        /// Number.
        version: i64,
        /// Name.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<StoreError>,
    },
    /// A unique constraint: the row already exists.
    #[error("already exists: {0:?}")]
    Duplicate(Unique),
    /// A check or foreign-key constraint.
    #[error("constraint violated: {0}")]
    Constraint(#[source] DriverError),
    /// The database is busy or unavailable; the same call may succeed later.
    #[error("database busy or unavailable: {0}")]
    Busy(#[source] DriverError),
    /// A row contains a value that this program cannot read.
    #[error("table {table}, column {column}: {what}")]
    Row {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A transaction changed state and wrote no audit row: nothing was committed.
    #[error("a change without an audit row was not committed")]
    Unaudited,
    /// The audit chain's head is missing.
    #[error("the audit chain has no head")]
    AuditHead,
    /// No randomness.
    #[error("no random numbers")]
    Random(#[source] getrandom::Error),
    /// Any other error of the database.
    #[error("database: {0}")]
    Database(#[source] DriverError),
}

impl StoreError {
    /// True when the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            StoreError::Busy(_)
                | StoreError::NoAnswer(_)
                | StoreError::Tls(_)
                | StoreError::Denied(_)
        )
    }

    /// Stable code, for operators and monitoring.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Url(_) => "store-url",
            StoreError::PostgresUrl(fault) => fault.code(),
            StoreError::Tls(fault) => fault.code(),
            StoreError::Missing(_) => "store-missing",
            StoreError::Empty => "store-empty",
            StoreError::SchemaOlder { .. } => "store-schema-older",
            StoreError::SchemaNewer { .. } => "store-schema-newer",
            StoreError::Denied(_) => "store-denied",
            StoreError::NoAnswer(_) => "store-no-answer",
            StoreError::File { .. } | StoreError::JournalMode(_) => "store-file",
            StoreError::MigrationChanged { .. } | StoreError::Migration { .. } => "store-migration",
            StoreError::Busy(error) if error.is_unreachable() => "store-unreachable",
            StoreError::Busy(_) => "store-busy",
            StoreError::Duplicate(_)
            | StoreError::Constraint(_)
            | StoreError::Row { .. }
            | StoreError::Unaudited
            | StoreError::AuditHead
            | StoreError::Random(_)
            | StoreError::Database(_) => "store-failed",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let Some(fault) = TlsFault::of(&error) {
            return StoreError::Tls(fault);
        }
        if let Some(database) = error.as_database_error() {
            if database.is_unique_violation() {
                let constraint = database.constraint();
                return StoreError::Duplicate(unique_constraint(constraint, database.message()));
            }
            if database.is_check_violation() || database.is_foreign_key_violation() {
                return StoreError::Constraint(error.into());
            }
            if is_busy(database.code().as_deref()) {
                return StoreError::Busy(error.into());
            }
            return match database.code().as_deref() {
                Some("3D000") => StoreError::Missing("of that name on the server".to_owned()),
                Some(code) if is_denied(code) => StoreError::Denied(error.into()),
                _ => StoreError::Database(error.into()),
            };
        }
        match error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_) => StoreError::Busy(error.into()),
            other => StoreError::Database(other.into()),
        }
    }
}

impl From<DriverError> for StoreError {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Sqlite(error) => error.into(),
            DriverError::Sqlx(error) => error.into(),
            DriverError::NoTurn | DriverError::Closed => StoreError::Busy(error),
        }
    }
}

/// SQLite's extended codes for constraints.
const SQLITE_UNIQUE: [i32; 3] = [2067, 1555, 2579];
const SQLITE_CHECK_OR_REFERENCE: [i32; 2] = [275, 787];

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        if SQLITE_UNIQUE.contains(&error.code) {
            StoreError::Duplicate(unique_constraint(None, &error.message))
        } else if SQLITE_CHECK_OR_REFERENCE.contains(&error.code) {
            StoreError::Constraint(error.into())
        } else if is_busy(Some(&error.code.to_string())) {
            StoreError::Busy(error.into())
        } else {
            StoreError::Database(error.into())
        }
    }
}

/// PostgreSQL: invalid authorization (class 28), insufficient privilege.
fn is_denied(code: &str) -> bool {
    code.len() == 5 && (code.starts_with("28") || code == "42501")
}

/// PostgreSQL names the constraint; SQLite says "UNIQUE constraint failed: <columns or index>".
fn unique_constraint(name: Option<&str>, message: &str) -> Unique {
    let by_name = name.and_then(|name| UNIQUE_CONSTRAINTS.iter().find(|known| known.0 == name));
    let by_message = || {
        let (_, failed) = message.split_once("failed: ")?;
        UNIQUE_CONSTRAINTS.iter().find(|known| known.1 == failed)
    };
    by_name
        .or_else(by_message)
        .map_or(Unique::PrimaryKey, |known| known.2)
}

/// Errors that pass without a change to program or data: another writer is active, the database is starting or
/// stopping, the disk is full. SQLite: BUSY (5), LOCKED (6), IOERR (10), FULL (13), CANTOPEN (14) with their extended
/// codes. PostgreSQL: connection exceptions (class 08), insufficient resources (53), serialization failure, deadlock,
/// lock or statement timeout, idle in transaction, shutting down, a read-only standby.
fn is_busy(code: Option<&str>) -> bool {
    match code {
        Some(
            "40001" | "40P01" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "25P03" | "25006",
        ) => true,
        Some(code) if code.len() == 5 => code.starts_with("08") || code.starts_with("53"),
        Some(code) => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_busy() {
        for code in [
            "5", "517", "6", "10", "778", "13", "14", "53100", "08006", "57P03",
        ] {
            assert!(is_busy(Some(code)), "{code}");
        }
        for code in ["1", "11", "2067", "1555", "42P01", "23505", "XX000"] {
            assert!(!is_busy(Some(code)), "{code}");
        }
        assert!(!is_busy(None));
    }
}
