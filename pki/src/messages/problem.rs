//! Error answers of machine endpoints: `application/problem+json` (RFC 9457) with a stable code.

use serde::{Deserialize, Serialize};

/// Media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One error answer. `title` and `next` are sentences in the caller's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, machine-readable: `grant-missing`, `csr-malformed`, …
    pub code: String,
    /// What happened.
    pub title: String,
    /// What to do next, where there is something to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
