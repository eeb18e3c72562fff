//! The record of a ceremony on paper: what the custodians read, compare and sign.
//!
//! It follows from specification and transcript alone; it opens no HSM. As text, or as one HTML page that needs nothing else and is
//! laid out for A4.
//!
//! - `build`: from the transcript to what is on the page
//! - `text`, `html`: writing it

mod build;
mod html;
mod text;

use std::borrow::Cow;
use std::io;
use std::path::Path;

use crate::catalogue::{Words, words};
use crate::files;
use crate::language::Language;
use crate::spec::Spec;
use crate::transcript::Transcript;

/// A record, ready to be written.
#[derive(Debug)]
pub struct Record {
    words: &'static Words,
    complete: bool,
    /// Label and value.
    overview: Vec<Fact>,
    plan: String,
    persons: Vec<Person>,
    /// Time and what happened.
    course: Vec<(String, String)>,
    steps: Vec<StepEntry>,
    /// What was recorded after the ceremony.
    later: Vec<Later>,
    lines: usize,
    head: String,
}

/// A label and its value.
#[derive(Debug)]
struct Fact {
    label: &'static str,
    value: String,
    /// Digits that are compared one by one.
    digits: bool,
}

#[derive(Debug)]
struct Person {
    name: String,
    role: String,
    present: Cow<'static, str>,
}

#[derive(Debug)]
struct StepEntry {
    number: usize,
    what: String,
    irreversible: Option<&'static str>,
    done: String,
    confirmed: Option<String>,
    facts: Vec<Fact>,
}

#[derive(Debug)]
struct Later {
    at: String,
    what: String,
    facts: Vec<Fact>,
}

impl Record {
    /// The record of this transcript.
    #[must_use]
    pub fn new(spec: &Spec, transcript: &Transcript, language: Language) -> Self {
        build::record(spec, transcript, words(language), language)
    }

    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// Writes the HTML page to a file; replaces it whole.
    ///
    /// # Errors
    /// The error of the file or its directory.
    pub fn save_html(&self, path: &Path) -> io::Result<()> {
        files::write_atomically(path, self.to_html().as_bytes())
    }

    /// As an HTML page.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }
}
