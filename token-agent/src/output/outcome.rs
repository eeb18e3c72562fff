//! What came out of a command.

use inkan_pki::algorithm::KeyAlgorithm;
use jiff::Timestamp;
use serde::Serialize;

use super::event::TokenView;
use crate::keystore::view::PinStanding;

/// The result; in JSON the field `result` names it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Outcome {
    /// A certificate is on the token and active at the bank.
    Enrolled(Enrolled),
    /// The bank took the certificate for a login, which goes on in the browser.
    Opened(Opened),
    /// What is on the tokens.
    Tokens {
        /// One per token.
        tokens: Vec<TokenContent>,
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
        /// In the order of their ids.
        banks: Vec<BankLine>,
    },
    /// A bank was removed.
    BankRemoved {
        /// Its id.
        id: String,
    },
    /// A certificate, and perhaps its key, is off the token.
    Deleted(Deleted),
    /// The token has a new PIN.
    PinChanged {
        /// Which token.
        token: TokenView,
    },
    /// The token has a new PIN and is open again.
    PinUnblocked {
        /// Which token.
        token: TokenView,
    },
    /// A token driver is used from now on.
    ModuleAdded {
        /// Which.
        module: ModuleLine,
        /// It was in the list already.
        already: bool,
    },
    /// The token drivers.
    Modules {
        /// The list is that of `modules.toml`; otherwise what is installed is used.
        from_file: bool,
        /// PIV cards are looked for in readers too.
        piv: bool,
        /// Those in use first, then known ones that are installed.
        modules: Vec<ModuleLine>,
    },
    /// A token driver is off the list.
    ModuleRemoved {
        /// As given.
        name: String,
    },
    /// Links on this desktop are opened by this agent.
    Registered(Registered),
    /// They are not any more.
    Unregistered {
        /// They were not before.
        already: bool,
    },
    /// The bank takes the certificate.
    Accepted {
        /// The bank's name.
        bank: String,
        /// Common name of the certificate shown.
        common_name: String,
        /// Its serial number.
        serial: String,
    },
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
    /// Where it is.
    pub token: TokenView,
    /// Serial number of the certificate it replaces, if that is off the token now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
}

/// What opens links on this desktop.
#[derive(Debug, Clone, Serialize)]
pub struct Registered {
    /// The program.
    pub program: String,
    /// It opens a window; else it runs in a terminal.
    pub window: bool,
    /// The desktop entry that says so.
    pub entry: String,
    /// It was so before.
    pub already: bool,
}

/// A login that goes on in the browser.
#[derive(Debug, Clone, Serialize)]
pub struct Opened {
    /// The bank's name.
    pub bank: String,
    /// Common Name of the certificate.
    pub common_name: String,
    /// Its serial number, hex.
    pub serial: String,
    /// Where it is.
    pub token: TokenView,
    /// The address to open, where that is left to the person. Good once, for a minute, in the browser that asked only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A token and what is on it.
#[derive(Debug, Clone, Serialize)]
pub struct TokenContent {
    /// The token.
    pub token: TokenView,
    /// Private keys were visible (logged in, or the token hides none).
    pub logged_in: bool,
    /// Why its content could not be read: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The same as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_sentence: Option<String>,
    /// Certificates and keys.
    pub entries: Vec<TokenEntry>,
    /// Where its PIN stands, as far as the token says without being asked for it.
    pub pin: PinStanding,
}

/// A certificate, a key, or both as a pair.
#[derive(Debug, Clone, Serialize)]
pub struct TokenEntry {
    /// Id of the configured bank it belongs to.
    pub bank: Option<String>,
    /// Name of that bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// Label on the token.
    pub label: String,
    /// Where on the token, in the token's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Organization of the certificate.
    pub organization: Option<String>,
    /// Common Name of the certificate.
    pub common_name: Option<String>,
    /// Serial number of the certificate, hex.
    pub serial: Option<String>,
    /// Start of its validity.
    pub not_before: Option<Timestamp>,
    /// End of its validity.
    pub not_after: Option<Timestamp>,
    /// A private key for it is on the token; null when that shows only after login.
    pub has_key: Option<bool>,
    /// Bank, key and dates all fit: it can log in, as far as the token tells; after a login also as far as the bank tells.
    pub usable: Option<bool>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Unusable>,
    /// The bank's stable code, where it was asked and does not take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// Type of the key, where that is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<KeyAlgorithm>,
}

/// Why a certificate or key cannot be used to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// No bank of the agent's list issued it.
    NoBank,
    /// Its time has not come.
    NotYet,
    /// Its time is over.
    Expired,
    /// It is not for logging in.
    OtherPurpose,
    /// Its private key is not on the token.
    NoKey,
    /// A key without certificate.
    NoCertificate,
    /// The bank was asked and does not take it: revoked, suspended, not active.
    NotAccepted,
    /// The bank could not be asked: whether it takes it is not known.
    NotAsked,
}

/// What was deleted.
#[derive(Debug, Clone, Serialize)]
pub struct Deleted {
    /// The certificate as it was.
    pub entry: TokenEntry,
    /// The bank has revoked it before, as asked.
    pub revoked: bool,
    /// Its key is destroyed too.
    pub key_destroyed: bool,
    /// Where it was.
    pub token: TokenView,
}

/// One token driver.
#[derive(Debug, Clone, Serialize)]
pub struct ModuleLine {
    /// Its word, if it is a known one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'static str>,
    /// Name for people.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The file is there.
    pub installed: bool,
    /// It is asked for tokens.
    pub used: bool,
}

/// A bank file for people to check.
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
    /// The bank, if its file is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankView>,
    /// Else what is wrong with the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}
