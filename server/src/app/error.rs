//! Why the program ended, for its operator.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use inkan_hsm_config::catalogue;
use inkan_hsm_config::chain::ChainError;
use inkan_hsm_config::pin_source::PinError;
use inkan_hsm_config::spec::SpecError;
use thiserror::Error;

use super::config::ConfigError;
use super::database::FileFault;
use super::findings::finding::Finding;
use crate::ca::hsm::StartError;
use crate::ca::issue::IssueError;
use crate::http::listen::tls::TlsError;
use crate::store::StoreError;

/// `EX_TEMPFAIL` of sysexits.h, as mail servers understand it.
const TEMPORARY: u8 = 75;

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
    /// A CA certificate.
    #[error("CA certificates of hsm.spec: {}", catalogue::chain(.0).sentence)]
    Chain(#[from] ChainError),
    /// A CA certificate that cannot be used.
    #[error("CA certificates of hsm.spec: {0}")]
    Issue(#[from] IssueError),
    /// The settings of the HSM pool.
    #[error("HSM: {0}")]
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

impl AppError {
    /// 3: the configuration and the files it names; 4: the audit log is broken; 75: try again later; 1: everything else
    /// (2 is the command line).
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_)
            | Self::Findings(_)
            | Self::Spec(_)
            | Self::SpecLacks { .. }
            | Self::Chain(_)
            | Self::Issue(_)
            | Self::Tls { .. }
            | Self::StoreFile(_)
            | Self::Store(StoreError::Url(_) | StoreError::PostgresUrl(_))
            | Self::Mail(_) => ExitCode::from(3),
            Self::NoSuchAuditKey(_) => ExitCode::from(2),
            Self::AuditBroken { .. } => ExitCode::from(4),
            Self::Later(_) => ExitCode::from(TEMPORARY),
            _ => ExitCode::FAILURE,
        }
    }
}
