//! The officers at a terminal.

use std::io;

use super::spoken::Spoken;

/// What a typed line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// This text, without blanks around it.
    Text(String),
    /// `break`.
    Break,
    /// The terminal was closed, or Ctrl-D.
    End,
}

/// A terminal with officers in front of it.
pub trait Dialogue {
    /// Says something.
    ///
    /// # Errors
    /// The terminal's error.
    fn say(&mut self, what: &Spoken<'_>) -> io::Result<()>;

    /// Asks something and returns the line that was typed; `None` at the end of input.
    ///
    /// # Errors
    /// The terminal's error.
    fn ask(&mut self, what: &Spoken<'_>) -> io::Result<Option<String>>;

    /// Clears the screen and what it showed before.
    ///
    /// # Errors
    /// The terminal's error.
    fn clear(&mut self) -> io::Result<()>;
}

pub(super) fn typed(dialogue: &mut dyn Dialogue, question: &Spoken<'_>) -> io::Result<Typed> {
    Ok(match dialogue.ask(question)? {
        None => Typed::End,
        Some(line) => match line.trim() {
            word if word.eq_ignore_ascii_case("break") => Typed::Break,
            text => Typed::Text(text.to_owned()),
        },
    })
}
