//! The results of commands.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::secret::Secret;
use jiff::Timestamp;
use serde::Serialize;

use super::check::SelfTestReport;
use super::event::TokenView;
use crate::exit::Exit;
use crate::keystore::content::{KeyGoneReason, KeyLocation, KeyProtection};
use crate::keystore::view::PinStatus;

/// The result; in JSON the field `result` names it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Outcome {
    /// A certificate is on the token and active at the bank.
    Enrolled(Enrolled),
    /// The bank accepted the certificate for a login, which continues in the browser.
    Opened(Opened),
    /// An officer's share key is on the token, and the file about it is written.
    ShareKey(ShareKeyMade),
    /// An officer's signature of a record is written.
    RecordSigned(RecordSigned),
    /// The token opened the officer's share of a set.
    ShareOpened(ShareOpened),
    /// The officer's share of a set, for a ceremony.
    ShareRevealed(ShareRevealed),
    /// The bank took the officer's share.
    ShareSent(ShareSent),
    /// The contents of the tokens.
    Tokens {
        /// One entry per token.
        tokens: Vec<TokenContent>,
        /// Drivers and readers that failed, and hide their tokens.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        failures: Vec<SearchFailure>,
    },
    /// A bank file was installed.
    BankAdded {
        /// The bank.
        bank: BankView,
        /// The same file was there already.
        already: bool,
    },
    /// The installed banks.
    Banks {
        /// Sorted by id.
        banks: Vec<BankLine>,
    },
    /// A bank was removed.
    BankRemoved {
        /// Its id.
        id: String,
    },
    /// A certificate was deleted, with its key if possible.
    Deleted(Deleted),
    /// The token has a new PIN.
    PinChanged {
        /// Which token.
        token: TokenView,
    },
    /// The PIN was unblocked and has a new value.
    PinUnblocked {
        /// Which token.
        token: TokenView,
    },
    /// A token driver was added.
    ModuleAdded {
        /// The driver.
        module: ModuleLine,
        /// It was listed already.
        already: bool,
    },
    /// The token drivers.
    Modules {
        /// Whether the list is from `modules.toml`; otherwise it holds what is installed.
        from_file: bool,
        /// Whether PIV cards in readers are used, too.
        piv: bool,
        /// Drivers in use first, then known drivers that are installed.
        modules: Vec<ModuleLine>,
    },
    /// A token driver was removed.
    ModuleRemoved {
        /// As the user wrote it.
        name: String,
    },
    /// Links on this desktop open with this agent.
    Registered(Registered),
    /// Links no longer open with this agent.
    Unregistered {
        /// They did not before.
        already: bool,
    },
    /// The self-test is done.
    SelfTested(SelfTested),
    /// The bank accepts the certificate.
    Accepted {
        /// The bank's name.
        bank: String,
        /// Common name of the presented certificate.
        common_name: String,
        /// Its serial number.
        serial: String,
    },
}

impl Outcome {
    /// The exit code of the command.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::SelfTested(done) if done.report.failed > 0 => Exit::ChecksFailed,
            _ => Exit::Ok,
        }
    }
}

/// A completed self-test.
#[derive(Debug, Clone, Serialize)]
pub struct SelfTested {
    /// Stable code: whether a check failed.
    pub code: &'static str,
    /// The exit code.
    pub exit: u8,
    /// The same as a sentence.
    pub sentence: String,
    /// What to do.
    pub next: String,
    /// The file with the report, if one was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The report.
    #[serde(flatten)]
    pub report: SelfTestReport,
}

/// The customer's new certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Enrolled {
    /// The bank's name.
    pub bank: String,
    /// Organization.
    pub organization: String,
    /// Organization Unit.
    pub organizational_unit: String,
    /// Common Name.
    pub common_name: String,
    /// Serial number, hex.
    pub serial: String,
    /// End of validity.
    pub not_after: Timestamp,
    /// SHA-256 of the public key, hex.
    pub spki_sha256: String,
    /// Key type.
    pub algorithm: String,
    /// Label of key and certificate on the token.
    pub label: String,
    /// The token that holds it.
    pub token: TokenView,
    /// Serial number of the renewed certificate, if it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
}

/// An officer's share key.
#[derive(Debug, Clone, Serialize)]
pub struct ShareKeyMade {
    /// The file for the ceremony.
    pub file: String,
    /// SHA-256 of the key's point, in groups of four.
    pub fingerprint: String,
    /// Common Name of the certificate that vouches for it.
    pub common_name: String,
    /// The key was on the token already.
    pub already: bool,
    /// The token that holds it.
    pub token: TokenView,
}

/// An officer's signature of a record.
#[derive(Debug, Clone, Serialize)]
pub struct RecordSigned {
    /// The file with the signature.
    pub file: String,
    /// SHA-256 of the record, in groups of four.
    pub digest: String,
    /// Common Name of the certificate that signed.
    pub common_name: String,
    /// The token that holds its key.
    pub token: TokenView,
}

/// An officer's share that was opened to show that the token can.
#[derive(Debug, Clone, Serialize)]
pub struct ShareOpened {
    /// Id of the set.
    pub set: String,
    /// Name of the officer.
    pub officer: String,
    /// The code that shows it.
    pub code: String,
    /// The token.
    pub token: TokenView,
}

/// An officer's share itself.
#[derive(Debug, Clone, Serialize)]
pub struct ShareRevealed {
    /// Name of the officer.
    pub officer: String,
    /// The share, as `inkan-hsm` reads it. This is the only output with one.
    #[serde(serialize_with = "expose")]
    pub share: Secret,
}

fn expose<S: serde::Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// An officer's share that the bank took.
#[derive(Debug, Clone, Serialize)]
pub struct ShareSent {
    /// The bank's name.
    pub bank: String,
    /// Name of the officer.
    pub officer: String,
    /// Whether the HSM has its PIN and signs.
    pub unsealed: bool,
    /// Shares accepted so far.
    pub have: usize,
    /// Shares needed.
    pub need: usize,
    /// The token.
    pub token: TokenView,
}

/// The handler of links on this desktop.
#[derive(Debug, Clone, Serialize)]
pub struct Registered {
    /// The program.
    pub program: String,
    /// Whether it opens a window; otherwise it runs in a terminal.
    pub window: bool,
    /// The desktop entry, or the key in the registry.
    pub entry: String,
    /// It was registered already.
    pub already: bool,
}

/// A login that continues in the browser.
#[derive(Debug, Clone, Serialize)]
pub struct Opened {
    /// The bank's name.
    pub bank: String,
    /// Common Name of the certificate.
    pub common_name: String,
    /// Its serial number, hex.
    pub serial: String,
    /// The token that holds it.
    pub token: TokenView,
    /// The URL to open, if that is left to the user. Valid once, for one minute, in the requesting browser only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A driver or reader that failed in the search for tokens.
#[derive(Debug, Clone, Serialize)]
pub struct SearchFailure {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub next: String,
}

/// A token and its contents.
#[derive(Debug, Clone, Serialize)]
pub struct TokenContent {
    /// The token.
    pub token: TokenView,
    /// Whether private keys were visible (logged in, or the token hides none).
    pub logged_in: bool,
    /// Stable code of the failure to read its contents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The same failure as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_sentence: Option<String>,
    /// Certificates and keys.
    pub entries: Vec<TokenEntry>,
    /// The status of its PIN, as far as the token reports it without a login.
    pub pin: PinStatus,
}

/// A certificate, a key, or a pair of both.
#[derive(Debug, Clone, Serialize)]
pub struct TokenEntry {
    /// Id of the configured bank that issued it.
    pub bank: Option<String>,
    /// Name of that bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// Label on the token.
    pub label: String,
    /// Location on the token, as the token names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<KeyLocation>,
    /// Organization of the certificate.
    pub organization: Option<String>,
    /// Common Name of the certificate.
    pub common_name: Option<String>,
    /// Serial number of the certificate, hex.
    pub serial: Option<String>,
    /// Start of the validity period.
    pub not_before: Option<Timestamp>,
    /// End of the validity period.
    pub not_after: Option<Timestamp>,
    /// Whether its private key is on the token; null if only a login can show that.
    pub has_key: Option<bool>,
    /// Whether it can be used to log in: bank, key and dates fit as far as the token shows; after a login also the
    /// bank's own status.
    pub usable: Option<bool>,
    /// Why it is not usable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Unusable>,
    /// The bank's stable code, if the bank was contacted and does not accept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// Type of the key, if visible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<KeyAlgorithm>,
    /// What protects the key, if that differs between keys of this token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<KeyProtection>,
    /// Why the key cannot be used any more, if the system reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_gone: Option<KeyGoneReason>,
}

/// Why a certificate or key cannot be used to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// No bank of the agent's list issued it.
    NoBank,
    /// It is not yet valid.
    NotYetValid,
    /// It has expired.
    Expired,
    /// It is not a login certificate.
    WrongPurpose,
    /// Its private key is not on the token.
    NoKey,
    /// A key without certificate.
    NoCertificate,
    /// The bank does not accept it: revoked, suspended or not active.
    NotAccepted,
    /// The bank could not be reached, so it is unknown whether it accepts the certificate.
    NotChecked,
}

/// A completed deletion.
#[derive(Debug, Clone, Serialize)]
pub struct Deleted {
    /// The deleted certificate.
    pub entry: TokenEntry,
    /// Whether the bank revoked it first, as requested.
    pub revoked: bool,
    /// Whether its key was deleted too.
    pub key_destroyed: bool,
    /// The token that held it.
    pub token: TokenView,
}

/// One token driver.
#[derive(Debug, Clone, Serialize)]
pub struct ModuleLine {
    /// Its id, if it is a known driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'static str>,
    /// Display name.
    pub name: String,
    /// The path of its file.
    pub path: String,
    /// Whether the file exists.
    pub installed: bool,
    /// Whether it is in use.
    pub used: bool,
}

/// A bank file for the user to check.
#[derive(Debug, Clone, Serialize)]
pub struct BankView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Host of the portal.
    pub portal: String,
    /// Host of the certificate login.
    pub certificate: String,
    /// SHA-256 of each server CA.
    pub server_ca: Vec<String>,
    /// SHA-256 of each customer CA.
    pub customer_ca: Vec<String>,
}

/// One line of the list of banks.
#[derive(Debug, Clone, Serialize)]
pub struct BankLine {
    /// Its id.
    pub id: String,
    /// The bank, if its file is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankView>,
    /// Otherwise why the file is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}
