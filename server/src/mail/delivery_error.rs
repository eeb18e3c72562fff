//! Errors of delivery, and their consequences.

use lettre::transport::smtp::Error;

/// Maximum length of a stored reply.
const LONGEST_REPLY: usize = 200;

/// The consequence of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A problem of the mail server or of our account there: no message is sent, none is blamed.
    Everything,
    /// This message is deferred.
    Later,
    /// This message is given up: the bank sees it in a list.
    Never,
}

/// The error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// No connection, no TLS, no greeting.
    #[error("mail server unavailable: {0}")]
    Away(String),
    /// The mail server refused the login: user, password, or a required login.
    #[error("mail server refuses our login: {0}")]
    LoginRefused(String),
    /// The mail server does not accept our sender address.
    #[error("mail server refuses our sender address: {0}")]
    SenderRefused(String),
    /// A 4xx reply to this message.
    #[error("mail server defers this message: {0}")]
    PutOff(String),
    /// The connection broke during the delivery of this message; it may have been accepted.
    #[error("connection broke during this message: {0}")]
    Broken(String),
    /// A 5xx reply to the recipient.
    #[error("mail server refuses the recipient: {0}")]
    RecipientRefused(String),
    /// A 5xx reply to the message.
    #[error("mail server refuses the message: {0}")]
    MessageRefused(String),
    /// The address is not valid.
    #[error("the address is not valid")]
    AddressInvalid,
    /// The message cannot be written.
    #[error("the message cannot be written: {0}")]
    Unwritable(String),
    /// It was tried for too long.
    #[error("given up because it could not be sent for too long")]
    TooOld,
}

impl DeliveryError {
    /// Stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Away(_) => "mail-server-unavailable",
            Self::LoginRefused(_) => "mail-login-refused",
            Self::SenderRefused(_) => "mail-sender-refused",
            Self::PutOff(_) => "mail-put-off",
            Self::Broken(_) => "mail-connection-broke",
            Self::RecipientRefused(_) => "mail-recipient-refused",
            Self::MessageRefused(_) => "mail-message-refused",
            Self::AddressInvalid => "mail-address-invalid",
            Self::Unwritable(_) => "mail-unwritable",
            Self::TooOld => "mail-too-old",
        }
    }

    /// The consequence.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Away(_) | Self::LoginRefused(_) | Self::SenderRefused(_) => Verdict::Everything,
            Self::PutOff(_) | Self::Broken(_) => Verdict::Later,
            Self::RecipientRefused(_)
            | Self::MessageRefused(_)
            | Self::AddressInvalid
            | Self::Unwritable(_)
            | Self::TooOld => Verdict::Never,
        }
    }

    /// The reply of the mail server, or the system's message.
    #[must_use]
    pub fn reply(&self) -> &str {
        match self {
            Self::Away(text)
            | Self::LoginRefused(text)
            | Self::SenderRefused(text)
            | Self::PutOff(text)
            | Self::Broken(text)
            | Self::RecipientRefused(text)
            | Self::MessageRefused(text)
            | Self::Unwritable(text) => text,
            Self::AddressInvalid | Self::TooOld => "",
        }
    }
}

/// An error of the mail client, shortened for the log: a mail server may reply anything.
pub(super) fn said(error: &Error) -> String {
    clipped(&error.to_string())
}

/// External text without control characters, shortened.
pub(super) fn clipped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_REPLY)
        .collect()
}
