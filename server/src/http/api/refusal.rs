//! Refusals of the API itself, before any service is called. No prose: the catalogue has the sentences.

use axum::http::StatusCode;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiProblem {
    /// It comes from a page in a browser.
    Browser,
    /// A change without `Idempotency-Key`.
    KeyMissing,
    /// `Idempotency-Key` is malformed.
    KeyMalformed,
    /// `Idempotency-Key` was used for another request.
    KeyReused,
    /// The cursor does not belong to this list.
    CursorInvalid,
    /// The query has an unknown parameter or an invalid value.
    QueryInvalid(QueryFault),
    /// The body is not the expected JSON.
    JsonInvalid {
        /// Message of the parser.
        what: String,
    },
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFault {
    /// An unknown parameter, or a value of another type.
    Malformed {
        /// Message of the parser, which names the parameter.
        what: String,
    },
    /// A change has none.
    OnAChange,
    /// `limit` is outside of 1 to this.
    Limit {
        /// The most.
        most: u16,
    },
    /// More than one of `name`, `kana`, `account` and `login_id`.
    OneSearch,
    /// `branch` without `account`.
    BranchAlone,
}

impl ApiProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Browser => "browser-request",
            Self::KeyMissing => "idempotency-key-missing",
            Self::KeyMalformed => "idempotency-key-malformed",
            Self::KeyReused => "idempotency-key-reused",
            Self::CursorInvalid => "cursor-invalid",
            Self::QueryInvalid(_) => "query-invalid",
            Self::JsonInvalid { .. } => "json-invalid",
        }
    }

    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Browser => StatusCode::FORBIDDEN,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::KeyMissing
            | Self::KeyMalformed
            | Self::CursorInvalid
            | Self::QueryInvalid(_)
            | Self::JsonInvalid { .. } => StatusCode::BAD_REQUEST,
        }
    }

    /// One of each, for tests over all of them.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::Browser,
            Self::KeyMissing,
            Self::KeyMalformed,
            Self::KeyReused,
            Self::CursorInvalid,
            Self::QueryInvalid(QueryFault::Limit { most: 200 }),
            Self::JsonInvalid {
                what: "missing field `version` at line 1 column 2".into(),
            },
        ]
    }
}
