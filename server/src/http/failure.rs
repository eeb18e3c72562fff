//! Why a handler refused or failed. It is in the extensions of an otherwise empty response; [`super::layers::explain`]
//! turns it into a page or a problem document in the caller's language.

use std::fmt::Display;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use inkan_pki::x509::csr::CsrError;

use super::catalogue::{self, Message};
use super::lang::Lang;
use super::problem::HttpProblem;
use crate::services::accounts::company::CompanyRefusal;
use crate::services::certificates::lifecycle::LifecycleRefusal;
use crate::services::operations::unseal_refusal::UnsealRefusal;
use crate::services::{Error, Refusal, StaffRefusal};

/// Header with the code of a refused certificate.
pub const CODE_HEADER: HeaderName = HeaderName::from_static("inkan-code");

/// A refusal by HTTP or by a service.
#[derive(Debug, Clone)]
pub enum Failure {
    /// By HTTP itself.
    Http(HttpProblem),
    /// By a service.
    Refused(Refusal),
}

impl Failure {
    /// A fault of the server: logged here, once, under a reference, which is all that the caller sees.
    pub fn fault(error: &dyn Display) -> Self {
        let mut random = [0u8; 6];
        let reference = match getrandom::fill(&mut random) {
            Ok(()) => hex::encode(random),
            Err(_) => "unknown".to_owned(),
        };
        tracing::error!(%reference, %error, "request failed");
        Self::Http(HttpProblem::Internal { reference })
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Http(problem) => problem.code(),
            Self::Refused(refusal) => refusal.code(),
        }
    }

    /// As text.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Http(problem) => catalogue::http::message(problem, lang),
            Self::Refused(refusal) => catalogue::refusal::message(refusal, lang),
        }
    }

    /// Status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Http(problem) => problem.status(),
            Self::Refused(refusal) => status(refusal),
        }
    }

    /// Headers that go with the status.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let wait = match self {
            Self::Http(HttpProblem::TooMany { wait }) => Some(wait.as_secs().max(1)),
            Self::Http(HttpProblem::Timeout) => Some(5),
            Self::Refused(
                Refusal::Unavailable { retry_after } | Refusal::Sealed { retry_after },
            ) => Some(*retry_after),
            _ => None,
        };
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        match self {
            Self::Http(HttpProblem::CredentialMissing)
            | Self::Refused(Refusal::CredentialInvalid) => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Basic realm=\"inkan\", charset=\"UTF-8\""),
                );
            }
            // The browser must not continue with this certificate on this connection: the next request needs another
            // handshake.
            Self::Http(
                HttpProblem::NoCertificate
                | HttpProblem::StaffCertificateMissing
                | HttpProblem::FreshHandshakeRequired
                | HttpProblem::ConsoleIdle,
            )
            | Self::Refused(
                Refusal::Certificate(_) | Refusal::Staff(StaffRefusal::CertificateInactive),
            ) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
                headers.insert(CODE_HEADER, HeaderValue::from_static(self.code()));
            }
            Self::Http(
                HttpProblem::TooLarge { .. } | HttpProblem::BodyIncomplete | HttpProblem::BodySlow,
            ) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        headers
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Lifecycle(LifecycleRefusal::CertificateMissing) => StatusCode::NOT_FOUND,
        Refusal::Lifecycle(LifecycleRefusal::ReasonNotAllowed) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Lifecycle(_) => StatusCode::CONFLICT,
        Refusal::Company(refusal) => company_status(*refusal),
        Refusal::ContractUnknown | Refusal::RequestUnknown => StatusCode::NOT_FOUND,
        Refusal::Staff(refusal) => staff_status(*refusal),
        Refusal::ContractExists
        | Refusal::ApplicationExists
        | Refusal::OutOfOrder
        | Refusal::LoginIdTaken
        | Refusal::CertificateActive
        | Refusal::LoginCodeInvalid
        | Refusal::RequestUsed
        | Refusal::RequestClosed
        | Refusal::KeyAlreadyCertified
        | Refusal::KeyMismatch
        | Refusal::IssueUnderWay
        | Refusal::RenewalPending => StatusCode::CONFLICT,
        Refusal::RequestExpired => StatusCode::GONE,
        Refusal::CredentialInvalid => StatusCode::UNAUTHORIZED,
        Refusal::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Csr(CsrError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Csr(_) | Refusal::KeyAlgorithmNotOffered => StatusCode::BAD_REQUEST,
        Refusal::Unseal(refusal) => unseal_status(*refusal),
        Refusal::Unavailable { .. } | Refusal::Sealed { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::ContractCancelled
        | Refusal::SamePerson
        | Refusal::RoleMissing
        | Refusal::AccountNotMatched
        | Refusal::AccountLocked { .. }
        | Refusal::CredentialsWrong
        | Refusal::TemporarilyLocked { .. }
        | Refusal::Suspended
        | Refusal::CertificateRequired
        | Refusal::LoginOtherBrowser
        | Refusal::Certificate(_)
        | Refusal::SessionEnded
        | Refusal::GrantMissing
        | Refusal::GrantWaiting { .. }
        | Refusal::IssueGivenUpTooOften
        | Refusal::RenewalTooEarly { .. } => StatusCode::FORBIDDEN,
    }
}

fn unseal_status(refusal: UnsealRefusal) -> StatusCode {
    match refusal {
        UnsealRefusal::NoShare | UnsealRefusal::OtherOfficer => StatusCode::FORBIDDEN,
        UnsealRefusal::NotSealed
        | UnsealRefusal::Twice
        | UnsealRefusal::OtherSet
        | UnsealRefusal::Incorrect
        | UnsealRefusal::Pending
        | UnsealRefusal::SetChanged
        | UnsealRefusal::PinWithheld => StatusCode::CONFLICT,
        // Not 503: the agent would send the share again.
        UnsealRefusal::SetUnusable | UnsealRefusal::NotRecorded | UnsealRefusal::Busy => {
            StatusCode::CONFLICT
        }
    }
}

fn company_status(refusal: CompanyRefusal) -> StatusCode {
    match refusal {
        CompanyRefusal::UserMissing => StatusCode::NOT_FOUND,
        CompanyRefusal::OwnLock | CompanyRefusal::RoleStays | CompanyRefusal::NotStarted => {
            StatusCode::FORBIDDEN
        }
        CompanyRefusal::NotLocked
        | CompanyRefusal::TooManyUsers
        | CompanyRefusal::AlreadyStarted
        | CompanyRefusal::NoCertificate => StatusCode::CONFLICT,
    }
}

fn staff_status(refusal: StaffRefusal) -> StatusCode {
    match refusal {
        StaffRefusal::ProposalUnknown
        | StaffRefusal::UserUnknown
        | StaffRefusal::CertificateUnknown
        | StaffRefusal::ImportUnknown
        | StaffRefusal::StaffUnknown => StatusCode::NOT_FOUND,
        StaffRefusal::ImportTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        StaffRefusal::ImportNotText => StatusCode::UNPROCESSABLE_ENTITY,
        StaffRefusal::OwnAffair
        | StaffRefusal::NotYours
        | StaffRefusal::LetterForAnother
        | StaffRefusal::LetterSeen
        | StaffRefusal::HandoverInvalid
        | StaffRefusal::CertificateInactive => StatusCode::FORBIDDEN,
        StaffRefusal::ProposalExists
        | StaffRefusal::ProposalDecided
        | StaffRefusal::ProposalStale
        | StaffRefusal::StaffExists
        | StaffRefusal::OfficersNeeded
        | StaffRefusal::RegistrationMissing
        | StaffRefusal::UserNeeded
        | StaffRefusal::SuccessorNeeded
        | StaffRefusal::StaffNotEmpty
        | StaffRefusal::TwoPersons
        | StaffRefusal::NotInThatState => StatusCode::CONFLICT,
    }
}

impl From<HttpProblem> for Failure {
    fn from(problem: HttpProblem) -> Self {
        Self::Http(problem)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            // A temporary fault: 503 with Retry-After.
            Error::Fault(fault) => match fault.retry_after() {
                Some(retry_after) => {
                    tracing::warn!(error = %fault, "request deferred");
                    Self::Refused(Refusal::Unavailable { retry_after })
                }
                None => Self::fault(&fault),
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_a_request_of_more_than_16_kib_is_too_large() {
        let too_large = Failure::from(Refusal::Csr(CsrError::TooLarge));
        assert_eq!(too_large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let malformed = Failure::from(Refusal::Csr(CsrError::Malformed));
        assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
    }
}
