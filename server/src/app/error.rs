//! Why the program ended, for its operator.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use inkan_hsm_config::catalogue;
use inkan_hsm_config::chain::ChainError;
use inkan_hsm_config::pin_source::PinError;
use inkan_hsm_config::spec::SpecError;
use jiff::Timestamp;
use thiserror::Error;

use super::backup::fault::BackupFault;
use super::config::ConfigError;
use super::database::FileFault;
use super::findings::finding::Finding;
use super::rollback::file::HighWaterFault;
use super::unseal::SocketFault;
use crate::ca::hsm::StartError;
use crate::ca::issue::IssueError;
use crate::http::listen::tls::TlsError;
use crate::services::recovery::{EvidenceFault, Regression};
use crate::store::StoreError;

/// `EX_TEMPFAIL` of sysexits.h, as mail servers understand it.
const TEMPORARY: u8 = 75;

/// Another start does not help: an officer reconciles first.
const ROLLED_BACK: u8 = 5;

/// Why the program ended.
#[derive(Debug, Error)]
pub enum AppError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// All findings.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Findings(Vec<Finding>),
    /// The specification of the HSM.
    #[error("hsm.spec: {}", catalogue::spec(.0).sentence)]
    Spec(#[from] SpecError),
    /// The specification lacks something the server needs.
    #[error("hsm.spec: {file}: {problem}. {next}", file = .file.display())]
    SpecLacks {
        /// The specification.
        file: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        next: &'static str,
    },
    /// The PIN of the token.
    #[error("PIN of the issuing token: {}", catalogue::pin(.0).sentence)]
    Pin(#[from] PinError),
    /// The PIN is shared, and officers have no socket to unseal the server.
    #[error(
        "hsm.unseal_socket: is missing, and the PIN of the issuing token is shared among officers. Name a socket in a directory that only \
         the server's user may enter."
    )]
    NoUnsealSocket,
    /// The socket to unseal.
    #[error(
        "hsm.unseal_socket: {0}. Name a socket in a directory of mode 0700 that belongs to the server's user, or that the server may create."
    )]
    UnsealSocket(#[from] SocketFault),
    /// A CA certificate.
    #[error("CA certificates of hsm.spec: {}", catalogue::chain(.0).sentence)]
    Chain(#[from] ChainError),
    /// A CA certificate that cannot be used.
    #[error("CA certificates of hsm.spec: {0}")]
    Issue(#[from] IssueError),
    /// The settings of the HSM pool.
    #[error("HSM: {0}. {next}", next = next_for_hsm(.0))]
    Hsm(#[from] StartError),
    /// The database.
    #[error("store.url: {0} [{code}]. Check that the database can be reached and written by this user.", code = .0.code())]
    Store(#[from] StoreError),
    /// A file that the database's URL names.
    #[error("store.url: {0} [{code}]. {next}", code = .0.code(), next = .0.next())]
    StoreFile(#[from] FileFault),
    /// The audit log is empty.
    #[error(
        "store.url: the audit log is empty [audit-empty]. Every server writes to it at its first start: check that this is the right database."
    )]
    AuditEmpty,
    /// An issue that a crash interrupted cannot be completed.
    #[error("issues that a crash interrupted: {0}")]
    Reconcile(String),
    /// The mail server's section.
    #[error("{0}. Correct the section [mail] of the configuration.")]
    Mail(String),
    /// TLS of a listener.
    #[error("{listener}.tls_certificate, {listener}.tls_key: {reason}")]
    Tls {
        /// Section of the configuration.
        listener: &'static str,
        /// What is wrong.
        reason: TlsError,
    },
    /// A backup, or a restore.
    #[error("{0} [{code}]. {next}", code = .0.code(), next = .0.next())]
    Backup(#[from] BackupFault),
    /// The high-water file.
    #[error("rollback.high_water: {0} [{code}]. {next}", code = .0.code(), next = .0.next())]
    HighWater(#[from] HighWaterFault),
    /// The database is older than what was seen or published.
    #[error(
        "store.url: the database is older than what this bank has published or recorded [database-rolled-back]: {}. \
         It is not served: revoked certificates would be valid again. Use the newest database, or run \
         `inkan-server restore reconcile`.",
        went_back(.0)
    )]
    RolledBack(Vec<Regression>),
    /// The database was restored.
    #[error(
        "store.url: the database was restored from a backup of {0} [restore-not-reconciled]. It is not served: \
         certificates that were revoked since then would be valid again. Run `inkan-server restore reconcile`."
    )]
    NotReconciled(Timestamp),
    /// A published CRL, or another file for a reconciliation.
    #[error("{place}: {problem} [evidence-file]. Give the file as it was published or exported.")]
    Crl {
        /// File or URL.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Nothing was reconciled.
    #[error("{0} [{code}]. {next}", code = .0.code(), next = next_evidence(.0))]
    Evidence(#[from] EvidenceFault),
    /// A service failed.
    #[error("{0}")]
    Service(#[from] crate::services::Error),
    /// `staff bootstrap`.
    #[error("staff: {0}")]
    Staff(String),
    /// The audit log is broken.
    #[error(
        "audit log: row {seq}: {why}. Keep the database unchanged, and compare it with a copy kept elsewhere."
    )]
    AuditBroken {
        /// The first row that does not match.
        seq: i64,
        /// Why.
        why: &'static str,
    },
    /// `audit verify` with a digest that belongs to no key.
    #[error(
        "--key-sha256: no audit key has the SHA-256 {0}, neither in a signed head nor in the ceremony's transcript. \
         Nothing was verified. Check the digest."
    )]
    NoSuchAuditKey(String),
    /// A temporary error; a mail server keeps the message and tries again.
    #[error("later: {0}")]
    Later(String),
    /// A socket.
    #[error(
        "{listener}.bind: cannot listen on {address}: {reason}. Stop the program that uses it, or choose another port."
    )]
    Bind {
        /// Section of the configuration.
        listener: &'static str,
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// The runtime, signals, metrics.
    #[error("{0}")]
    System(String),
}

/// What to do about settings of the HSM that cannot work.
fn next_for_hsm(error: &StartError) -> &'static str {
    match error {
        StartError::Zero(_) => "Give it a value above zero.",
        StartError::KeyTwice(_) | StartError::KeyUnnamed(_) => "Correct the HSM's specification.",
        StartError::ModuleMissing(_) => {
            "Install the vendor's module, or correct `module` in the HSM's specification."
        }
        StartError::DriverMissing(_) => {
            "Install inkan-hsm-driver beside inkan-server, or set hsm.driver to its path."
        }
        StartError::Units(_) => "Keep four at most.",
        StartError::UnitTwice(_) => "Give each HSM its own name.",
        StartError::KeyDiffers { .. } => {
            "Give another key another id; for the same key, copy the certificate directory."
        }
        StartError::NoThread => "Raise the limit of processes of this user.",
    }
}

impl AppError {
    /// 3: the configuration and the files it names; 4: the audit log is broken; 5: the database is
    /// older than what was published, or restored and not reconciled; 75: try again later; 1: everything else
    /// (2 is the command line).
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_)
            | Self::Findings(_)
            | Self::Spec(_)
            | Self::SpecLacks { .. }
            | Self::NoUnsealSocket
            | Self::UnsealSocket(_)
            | Self::Chain(_)
            | Self::Issue(_)
            | Self::Tls { .. }
            | Self::StoreFile(_)
            | Self::Store(StoreError::Url(_) | StoreError::PostgresUrl(_))
            | Self::Mail(_) => ExitCode::from(3),
            Self::NoSuchAuditKey(_) => ExitCode::from(2),
            Self::AuditBroken { .. } => ExitCode::from(4),
            Self::RolledBack(_)
            | Self::NotReconciled(_)
            | Self::HighWater(HighWaterFault::Damaged(_)) => ExitCode::from(ROLLED_BACK),
            Self::HighWater(_) => ExitCode::from(3),
            Self::Later(_) => ExitCode::from(TEMPORARY),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The numbers that went back, with their codes.
fn went_back(found: &[Regression]) -> String {
    let one = |regression: &Regression| {
        let code = regression.code();
        match regression {
            Regression::Empty => format!("it is missing or empty [{code}]"),
            Regression::StatusChange { seen, found } => {
                format!("status change {found} after {seen} [{code}]")
            }
            Regression::Crl { scope, seen, found } => {
                format!("CRL {scope} number {found} after {seen} [{code}]")
            }
            Regression::AuditShorter { seen, found } => {
                format!("audit row {found} after {seen} [{code}]")
            }
            Regression::AuditForked { seen } => {
                format!("audit row {seen} is another one than before [{code}]")
            }
            Regression::Reconciliation { seen, found } => {
                format!("reconciliation {found} after {seen} [{code}]")
            }
        }
    };
    found.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn next_evidence(fault: &EvidenceFault) -> &'static str {
    match fault {
        EvidenceFault::NothingToReconcile => "Start the server.",
        EvidenceFault::Missing(_) => {
            "Give --crl or --high-water; --without-evidence suspends every active certificate instead."
        }
        EvidenceFault::Incomplete(_) => {
            "Give that CRL, the high-water file of another server, or an audit export to the end of the lost log; \
             --accept-incomplete suspends every active certificate of these CAs instead."
        }
        EvidenceFault::Export { .. } => {
            "Give an export of the database that was lost: it continues the restored one."
        }
    }
}
