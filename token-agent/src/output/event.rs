//! What happens while a command runs.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{AccountType, Staff};
use jiff::Timestamp;
use serde::Serialize;

pub use crate::keystore::view::TokenView;

/// One event; in JSON the field `event` names it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The request as the bank describes it, before consent.
    Request(RequestView),
    /// The token chosen.
    Token(TokenView),
    /// Something to know about the PIN before it is used.
    PinWarning {
        /// What the token says.
        state: PinWarning,
        /// Tries left, where it counts aloud.
        #[serde(skip_serializing_if = "Option::is_none")]
        tries_left: Option<u8>,
    },
    /// The PIN is being entered at the reader's keypad.
    PinPad(TokenView),
    /// Something begins that may take long.
    Working(Work),
    /// A step is done.
    Progress {
        /// Which.
        step: Step,
    },
    /// The bank is busy or away: the same is sent again.
    Waiting {
        /// Seconds until then.
        seconds: u64,
        /// Number of the try that failed, from 1.
        attempt: u32,
    },
}

/// What the customer is asked to agree to.
#[derive(Debug, Clone, Serialize)]
pub struct RequestView {
    /// The bank's name in its file.
    pub bank: String,
    /// What for.
    pub action: Action,
    /// For whom; nobody is known yet at a login.
    #[serde(flatten)]
    pub customer: Option<CustomerView>,
    /// For one of the bank's own staff, in the customer's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// When the page made the request.
    pub requested_at: Timestamp,
    /// By when it must be done.
    pub expires_at: Timestamp,
    /// The page shows the same; none where there is no page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_code: Option<String>,
    /// By how many seconds this computer's clock is ahead of the bank's (negative: behind), where that is worth a word.
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
    /// Kind of account.
    pub account_type: AccountType,
    /// Account number, seven digits.
    pub account: String,
    /// Name of the user.
    pub user_name: String,
    /// Login ID.
    pub login_id: String,
}

/// What a token says about its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinWarning {
    /// A wrong PIN was given since the last good one.
    CountLow,
    /// One more wrong PIN locks it.
    FinalTry,
}

/// A step of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A new key pair is on the token.
    KeyMade,
    /// The key of an enrolment that broke off goes on.
    KeyReused,
    /// The bank has given up the certificate that it had signed for another key.
    IssueGivenUp,
    /// The bank refused; the key made for this request is off the token again.
    KeyRemoved,
    /// The bank's certificate is here and checked.
    CertificateReceived,
    /// Certificate and chain are on the token.
    CertificateWritten,
    /// A signature by the token fits the certificate.
    KeyProved,
    /// The bank took the certificate in a TLS connection.
    Activated,
}

/// What may take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum Work {
    /// The token makes a key. RSA on a card: minutes.
    MakingKey {
        /// Its type.
        algorithm: KeyAlgorithm,
    },
    /// The bank is asked for the certificate.
    AskingBank,
    /// The token writes.
    Writing,
    /// The token signs for a connection to the bank.
    Signing,
}
