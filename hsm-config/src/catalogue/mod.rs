//! Sentences for officers: what happened, what to do, and a stable code, for every error and finding.
//!
//! The only place in this crate with prose about errors. The error enums contain no text. Each function is one
//! exhaustive match, so a new error does not compile without a sentence.
//!
//! - `spec`, `pin`, `pin_change`, `transcript`, `chain`, `apply`, `crl`, `finding`, `probe`: one per kind of error
//! - `steps`: the steps of a plan, read aloud and printed
//! - `spoken`: what is said at a guided ceremony; `guided`: why one stopped
//! - `local_time`: how times are written
//! - `record`: the words of the printed record
//! - `share`, `share_set`, `share_ceremony`, `officer_key`, `unseal`: PINs that are shared among officers
//! - `share_page`: an officer's page
//! - `recovery`: backups, restores and adoptions that stopped
//! - `report`: a report of `verify` with its findings explained, for `--json`

mod apply;
mod chain;
mod crl;
mod finding;
mod guided;
mod local_time;
mod officer_key;
mod pin;
mod pin_change;
mod probe;
mod record;
mod recovery;
mod report;
mod share;
mod share_ceremony;
mod share_page;
mod share_set;
mod spec;
mod spoken;
mod steps;
mod transcript;
mod unseal;

pub(crate) use apply::pkcs11;
pub use apply::{apply, conflict, module};
pub use chain::chain;
pub use crl::{crl, crl_defect};
pub use finding::{finding, notice, verify};
pub use guided::guided;
pub(crate) use local_time::local_time;
pub use officer_key::officer_key;
pub use pin::pin;
pub use pin_change::{pin_change, pin_change_next};
pub(crate) use probe::{
    probe_ambiguous, probe_crashed, probe_hangs, probe_lacks, probe_no_token, probe_pin,
    probe_profile, probe_token, probe_write_protected,
};
pub use probe::{probe_no_module, probe_pin_source, probe_shared, probe_worker};
pub(crate) use record::{Words, words};
pub use recovery::{not_confirmed, recovery};
pub use report::{ExplainedReport, report};
pub use share::{no_screen, refused, share};
pub use share_ceremony::share_ceremony;
pub use share_page::{share_page, share_text};
pub use share_set::share_set;
pub use spec::spec;
pub use spoken::{done, spoken};
pub use steps::{StepText, step};
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
