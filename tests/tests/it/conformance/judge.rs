//! What was seen, beside what is known of each kind of token.
//!
//! What a token cannot do is written down with the reason. An ability that is lost fails the test, and so does a reason that
//! does not hold any more: the list stays true.

use serde::{Deserialize, Serialize};

use super::check::Check;

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It can; with a word on how, which may be empty.
    Yes(String),
    /// It cannot, or not rightly: what it said.
    No(String),
    /// The question has no meaning for this kind of token.
    NoMeaning,
}

/// Something known that a kind of token does not do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// It cannot.
    No {
        /// Part of what it says then.
        says: &'static str,
        /// For people.
        why: &'static str,
    },
    /// The question has no meaning for it.
    NoMeaning {
        /// For people.
        why: &'static str,
    },
}

/// One cell of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// The question.
    pub(crate) check: String,
    /// `yes`, `no` or `–`.
    pub(crate) word: String,
    /// Why, or how.
    pub(crate) reason: String,
    /// What is wrong with that: not as it is known.
    pub(crate) surprise: Option<String>,
}

impl Cell {
    /// The cell for what was not asked this time.
    pub(crate) fn left_out(check: Check) -> Self {
        Self {
            check: check.title(),
            word: "–".to_owned(),
            reason: "left out, because it may take minutes here; `make conformance` asks it"
                .to_owned(),
            surprise: None,
        }
    }
}

/// The cell for what was seen.
pub(crate) fn judge(check: Check, seen: &Seen, known: &[(Check, Known)]) -> Cell {
    let known = known.iter().find(|(c, _)| *c == check).map(|(_, k)| *k);
    let (word, reason, surprise) = match (seen, known) {
        (Seen::Yes(how), None) => ("yes", how.clone(), None),
        (Seen::No(said), Some(Known::No { says, why })) if said.contains(says) => {
            ("no", why.to_owned(), None)
        }
        (Seen::NoMeaning, Some(Known::NoMeaning { why })) => ("–", why.to_owned(), None),
        (Seen::Yes(how), Some(known)) => (
            "yes",
            how.clone(),
            Some(format!("it can, although {known:?} is written down")),
        ),
        (Seen::No(said), known) => (
            "no",
            said.clone(),
            Some(format!("it says {said}; written down is {known:?}")),
        ),
        (Seen::NoMeaning, known) => (
            "–",
            String::new(),
            Some(format!("it has no meaning; written down is {known:?}")),
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
fn both_a_lost_ability_and_a_reason_that_is_gone_are_surprises() {
    const KNOWN: [(Check, Known); 2] = [
        (
            Check::Csr,
            Known::No {
                says: "CannotDo",
                why: "it has no keys",
            },
        ),
        (Check::SameId, Known::NoMeaning { why: "no ids" }),
    ];
    let surprise = |check, seen: Seen| judge(check, &seen, &KNOWN).surprise.is_some();
    let yes = || Seen::Yes(String::new());
    let no = |what: &str| Seen::No(what.to_owned());
    assert!(!surprise(Check::Login, yes()));
    assert!(surprise(Check::Login, no("PinLocked")));
    assert!(surprise(Check::Login, Seen::NoMeaning));
    assert!(!surprise(Check::Csr, no("CannotDo { what: Generate }")));
    assert!(surprise(Check::Csr, no("Removed")), "another failure");
    assert!(surprise(Check::Csr, yes()));
    assert!(!surprise(Check::SameId, Seen::NoMeaning));
    assert!(surprise(Check::SameId, yes()));
}
