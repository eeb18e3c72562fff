//! Failures of the bank, of the connection to it, and of the issued certificate.

use super::TokenError;

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No connection could be established.
    Connect,
    /// No response within the time limit.
    Timeout,
    /// The connection was lost.
    Dropped,
}

/// How a proxy failed to connect to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyFault {
    /// The proxy could not be reached.
    Unreachable,
    /// The proxy did not respond in time.
    Timeout,
    /// The proxy closed the connection or speaks another protocol.
    Dropped,
    /// The proxy requires user name and password, and none are configured.
    LoginNeeded,
    /// The proxy refused the configured user name and password.
    LoginRefused,
    /// The proxy refused the connection.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// A SOCKS proxy refused the connection.
    SocksRefused {
        /// Reply code (RFC 1928, section 6).
        reply: u8,
    },
}

impl ProxyFault {
    /// Whether a retry may succeed.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Timeout
                | Self::Dropped
                | Self::Refused { status: 500.. }
                // All but "not allowed" and "command not supported".
                | Self::SocksRefused { reply: 1 | 3..=6 }
        )
    }
}

/// Failures of the bank or the connection to it.
#[derive(Debug, Clone)]
pub enum BankError {
    /// No response.
    Unreachable {
        /// Host and port.
        host: String,
        /// The reason.
        how: Unreachable,
    },
    /// The proxy did not connect to the bank.
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        /// The reason.
        how: ProxyFault,
    },
    /// The server could not be authenticated as the bank.
    NotTrusted {
        /// Host and port.
        host: String,
        /// The TLS error.
        detail: String,
    },
    /// The server's certificate has expired or is not yet valid, often because of this computer's clock.
    Clock {
        /// Host and port.
        host: String,
        /// By how many seconds the clock is past the end of validity (negative: before its start), if TLS reports it.
        past: Option<i64>,
    },
    /// The bank aborted the handshake: it does not accept the client certificate.
    Alert {
        /// The alert's name.
        alert: String,
    },
    /// The request is unknown, used or expired.
    RequestGone(Refusal),
    /// The bank refused.
    Refused(Refusal),
    /// The token failed to sign for the connection.
    Token(TokenError),
    /// The bank showed its page that explains why it does not accept the certificate.
    NotAccepted {
        /// The bank's stable code.
        code: String,
    },
    /// The bank responded 503 until the retry limit.
    Busy,
    /// A response outside the protocol.
    Unexpected {
        /// HTTP status.
        status: u16,
        /// Which exchange.
        exchange: &'static str,
    },
    /// A response over the size limit.
    TooLarge {
        /// Which exchange.
        exchange: &'static str,
    },
    /// The picked-up request does not match the link.
    Mismatch {
        /// Which field.
        field: &'static str,
    },
    /// The request expired on this side.
    Late,
}

/// A refusal, in the bank's own words.
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

/// What is wrong with the enrolment response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseError {
    /// The response is larger than any valid one.
    TooLarge,
    /// Not a certs-only PKCS#7 message, or truncated.
    NotPkcs7,
    /// A certificate cannot be parsed.
    Malformed,
    /// No certificate is for our key.
    WrongKey,
    /// It does not chain to the bank's customer CA.
    NotChained,
    /// The certificate is outside its validity period.
    Validity,
    /// No `clientAuth`, or no `digitalSignature`.
    Usage,
    /// A CA certificate.
    IsCa,
    /// O, OU or CN is missing, or the CN is of another user.
    Subject,
    /// The serial number is zero, negative or too long.
    Serial,
    /// The activated certificate is another one.
    OtherActivated,
}

impl BankError {
    /// The bank's stable code, if it gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::RequestGone(refusal) | Self::Refused(refusal) => Some(&refusal.code),
            Self::NotAccepted { code } => Some(code),
            _ => None,
        }
    }
}
