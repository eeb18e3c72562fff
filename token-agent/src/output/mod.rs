//! What the agent shows: sentences for people, or one JSON object per line for machines.
//!
//! Results go to standard output; questions, and failures told to people, to standard error.
//!
//! - [`event`]: what happens on the way
//! - [`outcome`]: what came out of it
//! - [`human`]: both as text
//! - [`clean`](self::clean): text from elsewhere made harmless for a terminal

pub mod clean;
pub mod event;
pub mod human;
pub mod outcome;

use std::io::Write;

use serde::Serialize;

use crate::catalogue::{Entry, Lang, entry};
use crate::error::Failure;
use crate::exit::Exit;
use event::Event;
use outcome::Outcome;

/// Where a command reports to.
#[derive(Debug, Clone, Copy)]
pub struct Reporter {
    /// JSON lines instead of text.
    pub json: bool,
    /// Language of the text.
    pub lang: Lang,
}

#[derive(Serialize)]
struct Done<'a> {
    event: &'static str,
    ok: bool,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

#[derive(Serialize)]
struct Failed<'a> {
    event: &'static str,
    ok: bool,
    #[serde(flatten)]
    entry: &'a Entry,
}

impl Reporter {
    /// Tells one event.
    pub fn event(&self, event: &Event) {
        if self.json {
            json_line(event)
        } else {
            line(&human::event(event, self.lang))
        }
    }

    /// Tells the end, and says with which exit code to leave.
    #[must_use]
    pub fn finish(&self, result: &Result<Outcome, Failure>) -> Exit {
        match result {
            Ok(outcome) => {
                if self.json {
                    json_line(&Done {
                        event: "result",
                        ok: true,
                        outcome,
                    });
                } else {
                    line(&human::outcome(outcome, self.lang));
                }
                Exit::Ok
            }
            Err(failure) => {
                let entry = entry(failure, self.lang);
                if self.json {
                    json_line(&Failed {
                        event: "result",
                        ok: false,
                        entry: &entry,
                    });
                } else {
                    error_line(&human::failure(&entry, self.lang));
                }
                entry.exit
            }
        }
    }
}

// A reader that has gone away (closed pipe) is no reason to fail.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn error_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn json_line<T: Serialize>(value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}
