//! The observation, compared with what is known of each kind of token.
//!
//! What a token cannot do is listed with the reason. A capability that is lost fails the test, and so does a reason
//! that no longer applies: the list stays true.

use serde::{Deserialize, Serialize};

use super::check::Check;

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observation {
    /// It can; with a remark, which may be empty.
    Yes(String),
    /// It cannot, or not correctly: the error it reported.
    No(String),
    /// The check has no meaning for this kind of token.
    NoMeaning,
}

/// What a kind of token is known not to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// It cannot.
    No {
        /// Part of the error it then reports.
        error: &'static str,
        /// For readers.
        why: &'static str,
    },
    /// The check has no meaning for it.
    NoMeaning {
        /// For readers.
        why: &'static str,
    },
}

/// One cell of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// The check.
    pub(crate) check: String,
    /// `yes`, `no` or `–`.
    pub(crate) word: String,
    /// Why, or how.
    pub(crate) reason: String,
    /// The difference from what is known.
    pub(crate) surprise: Option<String>,
}

impl Cell {
    /// The cell of a check that did not run this time.
    pub(crate) fn left_out(check: Check) -> Self {
        Self {
            check: check.title(),
            word: "–".to_owned(),
            reason: "left out, because it may take minutes here; `make conformance` runs it"
                .to_owned(),
            surprise: None,
        }
    }
}

/// The cell of an observation.
pub(crate) fn verdict(check: Check, seen: &Observation, known: &[(Check, Known)]) -> Cell {
    let known = known.iter().find(|(c, _)| *c == check).map(|(_, k)| *k);
    let (word, reason, surprise) = match (seen, known) {
        (Observation::Yes(how), None) => ("yes", how.clone(), None),
        (Observation::No(said), Some(Known::No { error, why })) if said.contains(error) => {
            ("no", why.to_owned(), None)
        }
        (Observation::NoMeaning, Some(Known::NoMeaning { why })) => ("–", why.to_owned(), None),
        (Observation::Yes(how), Some(known)) => (
            "yes",
            how.clone(),
            Some(format!("it can, although {known:?} is listed")),
        ),
        (Observation::No(said), known) => (
            "no",
            said.clone(),
            Some(format!("it reports {said}; listed is {known:?}")),
        ),
        (Observation::NoMeaning, known) => (
            "–",
            String::new(),
            Some(format!("it has no meaning; listed is {known:?}")),
        ),
    };
    Cell {
        check: check.title(),
        word: word.to_owned(),
        reason,
        surprise,
    }
}

#[test]
fn a_lost_capability_and_an_outdated_reason_are_both_surprises() {
    const KNOWN: [(Check, Known); 2] = [
        (
            Check::Csr,
            Known::No {
                error: "Unsupported",
                why: "it has no keys",
            },
        ),
        (Check::SameId, Known::NoMeaning { why: "no ids" }),
    ];
    let surprise = |check, seen: Observation| verdict(check, &seen, &KNOWN).surprise.is_some();
    let yes = || Observation::Yes(String::new());
    let no = |what: &str| Observation::No(what.to_owned());
    assert!(!surprise(Check::Login, yes()));
    assert!(surprise(Check::Login, no("PinLocked")));
    assert!(surprise(Check::Login, Observation::NoMeaning));
    assert!(!surprise(Check::Csr, no("Unsupported { what: Generate }")));
    assert!(surprise(Check::Csr, no("Removed")), "another failure");
    assert!(surprise(Check::Csr, yes()));
    assert!(!surprise(Check::SameId, Observation::NoMeaning));
    assert!(surprise(Check::SameId, yes()));
}
