//! The agent's output: sentences for users, or one JSON object per line for programs.
//!
//! Results go to standard output; questions, and failures as text, to standard error.
//!
//! - [`check`]: checks of the self-test
//! - [`event`]: events of a running command
//! - [`outcome`]: its result
//! - [`human`]: both as text
//! - [`clean`](self::clean): sanitises foreign text for a terminal

pub mod check;
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
    /// Reports one event.
    pub fn event(&self, event: &Event) {
        if self.json {
            json_line(event)
        } else {
            line(&human::event(event, self.lang))
        }
    }

    /// Reports the result, and returns the exit code.
    #[must_use]
    pub fn finish(&self, result: &Result<Outcome, Failure>) -> Exit {
        match result {
            Ok(outcome) => {
                let exit = outcome.exit();
                if self.json {
                    json_line(&Done {
                        event: "result",
                        ok: exit == Exit::Ok,
                        outcome,
                    });
                } else {
                    line(&human::outcome(outcome, self.lang));
                }
                exit
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

// A closed pipe is no reason to fail.
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
