//! What can go wrong at the bank, on the way to it, and with the certificate that comes back.

use super::TokenError;

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No connection at all.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke off.
    Dropped,
}

/// How a proxy does not lead to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyFault {
    /// No connection to it.
    Unreachable,
    /// No answer from it in time.
    Timeout,
    /// It broke off, or speaks something else.
    Dropped,
    /// It wants user and password, and none are set.
    LoginNeeded,
    /// It does not take the user and password that are set.
    LoginRefused,
    /// It does not lead there.
    Refused {
        /// What it said.
        status: u16,
    },
    /// The same of a SOCKS proxy.
    SocksRefused {
        /// What it replied (RFC 1928, 6).
        reply: u8,
    },
}

impl ProxyFault {
    /// The same may work in a while.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Timeout
                | Self::Dropped
                | Self::Refused { status: 500.. }
                // Anything but "not allowed" and "no such command".
                | Self::SocksRefused { reply: 1 | 3..=6 }
        )
    }
}

/// Failures at the bank or on the way to it.
#[derive(Debug, Clone)]
pub enum BankError {
    /// No answer.
    Unreachable {
        /// Host and port.
        host: String,
        /// How.
        how: Unreachable,
    },
    /// The proxy does not lead to the bank.
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        /// How.
        how: ProxyFault,
    },
    /// The server's certificate does not prove the bank.
    NotTrusted {
        /// Host and port.
        host: String,
        /// What TLS said.
        detail: String,
    },
    /// The server's certificate is expired or not yet valid: often this computer's clock.
    Clock {
        /// Host and port.
        host: String,
        /// By how many seconds the clock is past its end (negative: before its beginning), where TLS said it.
        past: Option<i64>,
    },
    /// The bank ended the handshake: it does not take the client certificate.
    Alert {
        /// The alert's name.
        alert: String,
    },
    /// The request is unknown, used or expired.
    RequestGone(Refusal),
    /// The bank said no.
    Refused(Refusal),
    /// The token failed while signing for the connection.
    Token(TokenError),
    /// The bank showed its page on why it does not take the certificate.
    NotAccepted {
        /// The bank's stable code.
        code: String,
    },
    /// 503 until patience ran out.
    Busy,
    /// An answer that the protocol does not know.
    Unexpected {
        /// HTTP status.
        status: u16,
        /// Which exchange.
        exchange: &'static str,
    },
    /// An answer over the size limit.
    TooLarge {
        /// Which exchange.
        exchange: &'static str,
    },
    /// The request picked up is not the one the link named.
    Mismatch {
        /// Which field.
        field: &'static str,
    },
    /// The time to finish the request has run out here.
    Late,
}

/// A refusal in the bank's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The bank's stable code.
    pub code: String,
    /// What happened.
    pub title: String,
    /// What to do.
    pub next: Option<String>,
}

/// What is wrong with the certificate answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerError {
    /// Longer than any certificate answer.
    TooLarge,
    /// No certs-only PKCS#7 (or cut off).
    NotPkcs7,
    /// A certificate in it cannot be read.
    Malformed,
    /// None is for our key.
    WrongKey,
    /// It does not chain to the bank's customer CA.
    NotChained,
    /// Outside its validity.
    Validity,
    /// No `clientAuth`, or no `digitalSignature`.
    Usage,
    /// A CA certificate.
    IsCa,
    /// O, OU or CN missing, or another user's.
    Subject,
    /// Serial zero, negative or too long.
    Serial,
    /// The activation names another certificate.
    OtherActivated,
}

impl BankError {
    /// The bank's own stable code, where it gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::RequestGone(refusal) | Self::Refused(refusal) => Some(&refusal.code),
            Self::NotAccepted { code } => Some(code),
            _ => None,
        }
    }
}
