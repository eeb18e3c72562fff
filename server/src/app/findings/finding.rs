//! One finding: where, what, what to do, and a stable code.

use std::fmt;

use crate::app::config::ConfigError;

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A field of the file on its own.
    Field,
    /// Two listeners on one address.
    AddressTaken,
    /// Two listeners with one URL.
    UrlTaken,
    /// A certificate or a key that cannot be read.
    TlsFile,
    /// Certificate and key do not match.
    TlsKeyMismatch,
    /// The certificate is for another host.
    TlsHost,
    /// The certificate has expired, or is not valid yet.
    TlsPeriod,
    /// A file that contains a secret can be read by others.
    ReadableByOthers,
    /// The CA certificates have another URL than the public listener's.
    PublicUrl,
    /// Shared PINs cannot be kept out of swap.
    MemoryNotLocked,
    /// The specification of the HSM, a CA certificate, a PIN file.
    Hsm,
    /// A file that the database's URL names.
    Store,
    /// The mail server's CA, its password.
    Mail,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 13] = [
        Self::Field,
        Self::AddressTaken,
        Self::UrlTaken,
        Self::TlsFile,
        Self::TlsKeyMismatch,
        Self::TlsHost,
        Self::TlsPeriod,
        Self::ReadableByOthers,
        Self::PublicUrl,
        Self::MemoryNotLocked,
        Self::Hsm,
        Self::Store,
        Self::Mail,
    ];

    /// As printed; documented in `docs/configuration.md`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::AddressTaken => "address-taken",
            Self::UrlTaken => "url-taken",
            Self::TlsFile => "tls-file",
            Self::TlsKeyMismatch => "tls-key-mismatch",
            Self::TlsHost => "tls-host",
            Self::TlsPeriod => "tls-period",
            Self::ReadableByOthers => "readable-by-others",
            Self::PublicUrl => "public-url",
            Self::MemoryNotLocked => "memory-not-locked",
            Self::Hsm => "hsm",
            Self::Store => "store",
            Self::Mail => "mail",
        }
    }

    /// Whether `serve` starts anyway. CRLs and OCSP must not stop because of a listener's certificate, which is read
    /// again as soon as there is a new one; and a PIN in memory that may be swapped is no reason to stop.
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, Self::TlsPeriod | Self::MemoryNotLocked)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub code: Code,
    /// Field, problem and what to do.
    pub text: String,
}

impl Finding {
    pub(super) fn new(code: Code, field: &str, problem: &str, next: &str) -> Self {
        Self {
            code,
            text: format!("{field}: {problem}. {next}"),
        }
    }
}

impl Finding {
    /// Whether it names this field first.
    pub(super) fn is_about(&self, field: &str) -> bool {
        self.text
            .strip_prefix(field)
            .is_some_and(|rest| rest.starts_with(':'))
    }
}

impl From<ConfigError> for Finding {
    fn from(error: ConfigError) -> Self {
        Self {
            code: Code::Field,
            text: error.to_string(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text, self.code.as_str())
    }
}
