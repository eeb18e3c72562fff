//! What is said to the officers at a guided ceremony.
//!
//! - `english`, `japanese`: the sentences

mod english;
mod japanese;

use crate::guided::Spoken;
use crate::language::Language;
use crate::transcript::Event;

/// The sentences for this.
#[must_use]
pub fn spoken(what: &Spoken<'_>, language: Language) -> String {
    match language {
        Language::English => english::sentences(what),
        Language::Japanese => japanese::sentences(what),
    }
}

/// That a step was done, or was done before an interruption.
#[must_use]
pub fn done(event: Event, language: Language) -> &'static str {
    match event {
        Event::Recognised => language.pick("実施済み（計画どおり）", "Already done, as planned"),
        _ => language.pick("実施しました", "Done"),
    }
}
