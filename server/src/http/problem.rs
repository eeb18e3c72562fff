//! Refusals that HTTP itself makes, before or besides any service. No prose: [`super::catalogue`] has the sentences.

use std::time::Duration;

use axum::http::StatusCode;

use super::api::refusal::ApiProblem;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpProblem {
    /// No such page.
    NotFound,
    /// The page does not support this method.
    MethodNotAllowed,
    /// The body is over the limit.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is incomplete.
    BodyIncomplete,
    /// The body did not arrive in time.
    BodySlow,
    /// The request took too long.
    Timeout,
    /// Too many requests from one address.
    TooMany {
        /// When the next one is accepted.
        wait: Duration,
    },
    /// Form token missing or not this browser's (CSRF).
    FormExpired,
    /// The body is not what the endpoint accepts.
    BadRequest,
    /// The content type is not what the endpoint accepts.
    UnsupportedMediaType,
    /// The agent's credential is missing.
    CredentialMissing,
    /// A client certificate is needed and none was presented.
    NoCertificate,
    /// The console was opened without a staff certificate.
    StaffCertificateMissing,
    /// The staff certificate is not registered, or the person's role does not allow it.
    StaffForbidden,
    /// A decision, or a page with a secret, on a connection whose handshake is too old.
    FreshHandshakeRequired,
    /// The console was idle for too long.
    ConsoleIdle,
    /// By the API.
    Api(ApiProblem),
    /// A fault of the server; it is in the log under this reference.
    Internal {
        /// Reference for the help desk.
        reference: String,
    },
}

impl HttpProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge { .. } => "body-too-large",
            Self::BodyIncomplete => "body-incomplete",
            Self::BodySlow => "body-slow",
            Self::Timeout => "timeout",
            Self::TooMany { .. } => "too-many-requests",
            Self::FormExpired => "form-expired",
            Self::BadRequest => "bad-request",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::CredentialMissing => "credential-missing",
            Self::NoCertificate => "certificate-missing",
            Self::StaffCertificateMissing => "staff-certificate-missing",
            Self::StaffForbidden => "staff-forbidden",
            Self::FreshHandshakeRequired => "fresh-handshake-required",
            Self::ConsoleIdle => "console-idle",
            Self::Api(problem) => problem.code(),
            Self::Internal { .. } => "internal",
        }
    }

    /// Status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyIncomplete | Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::FormExpired
            | Self::NoCertificate
            | Self::StaffCertificateMissing
            | Self::StaffForbidden
            | Self::FreshHandshakeRequired
            | Self::ConsoleIdle => StatusCode::FORBIDDEN,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::CredentialMissing => StatusCode::UNAUTHORIZED,
            Self::Api(problem) => problem.status(),
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One of each, for tests over all of them.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let api = ApiProblem::samples().into_iter().map(Self::Api);
        let mut samples = vec![
            Self::NotFound,
            Self::MethodNotAllowed,
            Self::TooLarge { limit: 65536 },
            Self::BodyIncomplete,
            Self::BodySlow,
            Self::Timeout,
            Self::TooMany {
                wait: Duration::from_secs(3),
            },
            Self::FormExpired,
            Self::BadRequest,
            Self::UnsupportedMediaType,
            Self::CredentialMissing,
            Self::NoCertificate,
            Self::StaffCertificateMissing,
            Self::StaffForbidden,
            Self::FreshHandshakeRequired,
            Self::ConsoleIdle,
            Self::Internal {
                reference: "0123456789ab".into(),
            },
        ];
        samples.extend(api);
        samples
    }
}
