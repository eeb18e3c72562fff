//! Events of a running command.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{AccountType, Staff};
use jiff::Timestamp;
use serde::Serialize;

use super::check::Check;
pub use crate::keystore::view::TokenView;

/// One event; in JSON the field `event` names it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The request as the bank describes it, before consent.
    Request(RequestView),
    /// The chosen token.
    Token(TokenView),
    /// A warning about the PIN before it is used.
    PinWarning {
        /// The warning.
        state: PinWarning,
        /// Tries left, if the token reports them.
        #[serde(skip_serializing_if = "Option::is_none")]
        tries_left: Option<u8>,
    },
    /// The PIN is being entered on the reader's keypad.
    PinPad(TokenView),
    /// The start of an operation that may take long.
    Working(Work),
    /// A completed step.
    Progress {
        /// The step.
        step: Step,
    },
    /// A check of the self-test is done.
    Checked(Check),
    /// The bank is busy or unavailable; the request is sent again.
    Waiting {
        /// Seconds until the next attempt.
        seconds: u64,
        /// Number of the failed attempt, from 1.
        attempt: u32,
    },
}

/// The request that the customer is asked to consent to.
#[derive(Debug, Clone, Serialize)]
pub struct RequestView {
    /// The bank's name in its file.
    pub bank: String,
    /// The requested action.
    pub action: Action,
    /// The customer; unknown for a login.
    #[serde(flatten)]
    pub customer: Option<CustomerView>,
    /// The staff member, if the request is for the bank's own staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// The set of shares, for an officer's share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// When the page made the request.
    pub requested_at: Timestamp,
    /// When the request expires.
    pub expires_at: Timestamp,
    /// The code that the page shows too; `None` without a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_code: Option<String>,
    /// By how many seconds this computer's clock is ahead of the bank's (negative: behind), if that is worth reporting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_ahead: Option<i64>,
}

/// The customer, as the bank knows them.
#[derive(Debug, Clone, Serialize)]
pub struct CustomerView {
    /// Name of the company.
    pub company: String,
    /// Branch, three digits.
    pub branch: String,
    /// Account type.
    pub account_type: AccountType,
    /// Account number, seven digits.
    pub account: String,
    /// Name of the user.
    pub user_name: String,
    /// Login ID.
    pub login_id: String,
}

/// A token's warning about its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinWarning {
    /// An incorrect PIN was entered since the last correct one.
    CountLow,
    /// One more incorrect PIN locks it.
    FinalTry,
}

/// A step of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A key pair was generated on the token.
    KeyMade,
    /// The key of an interrupted enrolment is reused.
    KeyReused,
    /// The bank has given up the certificate that it issued for another key.
    IssueGivenUp,
    /// The bank refused; the key generated for this request was deleted.
    KeyRemoved,
    /// The certificate was received and checked.
    CertificateReceived,
    /// Certificate and chain are stored on the token.
    CertificateWritten,
    /// A signature of the token matches the certificate.
    KeyProved,
    /// The bank accepted the certificate in a TLS connection.
    Activated,
    /// The stored link from a certificate to its key was missing or wrong, and was repaired.
    LinkRepaired,
}

/// Operations that may take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum Work {
    /// The token generates a key. An RSA key on a card takes minutes.
    GeneratingKey {
        /// Its type.
        algorithm: KeyAlgorithm,
    },
    /// The agent requests the certificate from the bank.
    RequestingCertificate,
    /// The agent writes to the token.
    Writing,
    /// The token signs for a connection to the bank.
    Signing,
    /// The token opens an officer's share.
    OpeningShare,
}
