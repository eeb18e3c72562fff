//! The form of every refusal of the API: a problem document (RFC 9457) with the stable code of the console.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use inkan_pki::messages::problem::PROBLEM_JSON;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::catalogue::{field, http};
use crate::http::failure::Failure;
use crate::http::lang::Lang;
use crate::http::problem::HttpProblem;
use crate::services::Refusal;
use crate::services::validation::FieldError;

/// Prefix of every problem type; the rest is the code, as in the audit log.
const TYPE: &str = "urn:inkan:problem:";

/// A refusal. Programs read `code`; `title` and `detail` are sentences in the language that the caller accepts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The code as a URI.
    #[serde(rename = "type")]
    #[schema(example = "urn:inkan:problem:same-person")]
    pub kind: String,
    /// HTTP status.
    #[schema(example = 403)]
    pub status: u16,
    /// Stable code.
    #[schema(example = "same-person")]
    pub code: String,
    /// What happened.
    #[schema(
        example = "Nobody who entered, amended or took over an entry can decide on it, not even with another account."
    )]
    pub title: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Another approver must decide on it.")]
    pub detail: Option<String>,
    /// With `fields-invalid`: the invalid fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Name of the field.
    #[schema(example = "company_kana")]
    pub field: String,
    /// The problem, as text.
    #[schema(example = "Please fill this in.")]
    pub detail: String,
}

impl FieldProblem {
    /// The code of an error of a service.
    pub fn of(error: &FieldError, lang: Lang) -> Self {
        Self {
            field: field::name(error.field).to_owned(),
            detail: field::sentence(error.problem, lang),
        }
    }
}

impl Problem {
    /// The document for a failure.
    pub fn of(failure: &Failure, lang: Lang) -> Self {
        let message = match failure {
            Failure::Http(problem) => http::message_for_program(problem, lang),
            Failure::Refused(_) => failure.message(lang),
        };
        let errors = match failure {
            Failure::Refused(Refusal::Fields(errors)) => errors.as_slice(),
            _ => &[],
        };
        Self {
            kind: format!("{TYPE}{}", message.code),
            status: failure.status().as_u16(),
            code: message.code.into_owned(),
            title: message.sentence.into_owned(),
            detail: (!message.next.is_empty()).then(|| message.next.into_owned()),
            errors: errors
                .iter()
                .map(|one| FieldProblem::of(one, lang))
                .collect(),
        }
    }
}

/// The response for a failure; `allowed`: the methods of the URL, for a request with another one.
pub fn answer(failure: &Failure, allowed: &'static str, lang: Lang) -> Response {
    let body = Problem::of(failure, lang);
    let mut response = (failure.status(), axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.extend(failure.headers());
    if matches!(failure, Failure::Http(HttpProblem::MethodNotAllowed)) && !allowed.is_empty() {
        headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}
