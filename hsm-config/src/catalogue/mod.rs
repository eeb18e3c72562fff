//! Sentences for officers: what happened, what to do, and a stable code, for every error and finding.
//!
//! The only place in this crate with prose about errors. Each function is one exhaustive match, so
//! that a new error does not compile before it has its sentence.
//!
//! - `spec`, `pin`, `transcript`, `apply`, `list`, `finding`: one per kind of error

mod apply;
mod finding;
mod list;
mod pin;
mod spec;
mod transcript;

pub use apply::{apply, obstacle};
pub use finding::{finding, verify};
pub use list::list;
pub use pin::pin;
pub use spec::spec;
pub use transcript::transcript;

use serde::Serialize;

/// What to tell an officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Stable code, for programs.
    pub code: &'static str,
    /// What happened, one sentence.
    pub sentence: String,
    /// What to do next.
    pub next: String,
}

fn say(code: &'static str, sentence: String, next: impl Into<String>) -> Explanation {
    Explanation {
        code,
        sentence,
        next: next.into(),
    }
}
