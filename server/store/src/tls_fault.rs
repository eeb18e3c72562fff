//! Why TLS with the database's server failed.

use rustls::{CertificateError, Error as Tls};
use thiserror::Error;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsFault {
    /// The server does not support TLS.
    #[error("the server does not support TLS")]
    NotOffered,
    /// Another CA has issued the server's certificate, or it is self-signed.
    #[error("the server's certificate was not issued by the CA of sslrootcert")]
    Untrusted,
    /// The certificate is for another host.
    #[error("the server's certificate is not for the host of the URL")]
    WrongName,
    /// The certificate has expired, or is not valid yet.
    #[error("the server's certificate is not within its validity period")]
    Period,
    /// The server refused our certificate, or requires one.
    #[error("the server refused our certificate, or requires one ({0})")]
    ClientRefused(String),
    /// Another error; contains no secret.
    #[error("{0}")]
    Other(String),
}

impl TlsFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotOffered => "store-tls-not-offered",
            Self::Untrusted => "store-tls-untrusted",
            Self::WrongName => "store-tls-wrong-name",
            Self::Period => "store-tls-expired",
            Self::ClientRefused(_) => "store-tls-client-refused",
            Self::Other(_) => "store-tls-failed",
        }
    }

    /// The TLS fault in the driver's error; `None` if it is about something else.
    pub(super) fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(error) => {
                let inner = error.get_ref()?.downcast_ref::<Tls>()?;
                Some(Self::of_tls(inner))
            }
            sqlx::Error::Tls(error) => Some(match error.downcast_ref::<Tls>() {
                Some(inner) => Self::of_tls(inner),
                None if error.to_string().contains("does not support TLS") => Self::NotOffered,
                None => Self::Other(error.to_string()),
            }),
            _ => None,
        }
    }

    fn of_tls(error: &Tls) -> Self {
        use CertificateError as Wrong;
        match error {
            Tls::InvalidCertificate(wrong) => match wrong {
                Wrong::UnknownIssuer | Wrong::BadSignature => Self::Untrusted,
                Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => Self::WrongName,
                Wrong::Expired
                | Wrong::ExpiredContext { .. }
                | Wrong::NotValidYet
                | Wrong::NotValidYetContext { .. } => Self::Period,
                other => Self::Other(format!("the server's certificate: {other}")),
            },
            Tls::AlertReceived(alert) => Self::ClientRefused(format!("{alert:?}")),
            other => Self::Other(other.to_string()),
        }
    }
}
