//! Sentences for officers: what happened, what to do, and a stable code, for every error and finding.
//!
//! The only place in this crate with prose about errors. The error enums contain no text. Each function is one
//! exhaustive match, so a new error does not compile without a sentence.
//!
//! - `spec`, `pin`, `transcript`, `chain`, `apply`, `crl`, `finding`: one per kind of error
//! - `share`, `share_set`, `share_ceremony`, `unseal`: PINs that are shared among officers
//! - `share_page`: an officer's page
//! - `report`: a report of `verify` with its findings explained, for `--json`

mod apply;
mod chain;
mod crl;
mod finding;
mod pin;
mod report;
mod share;
mod share_ceremony;
mod share_page;
mod share_set;
mod spec;
mod transcript;
mod unseal;

pub use apply::{apply, conflict, module};
pub use chain::chain;
pub use crl::{crl, crl_defect};
pub use finding::{finding, verify};
pub use pin::pin;
pub use report::{ExplainedReport, report};
pub use share::{no_screen, refused, share};
pub use share_ceremony::share_ceremony;
pub use share_page::{share_page, share_text};
pub use share_set::share_set;
pub use spec::spec;
pub use transcript::transcript;
pub use unseal::{client, response};

use serde::Serialize;

/// A hint for the officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Stable code, for programs.
    pub code: &'static str,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What to do next.
    pub next: String,
}

fn explain(code: &'static str, sentence: String, next: impl Into<String>) -> Explanation {
    Explanation {
        code,
        sentence,
        next: next.into(),
    }
}
