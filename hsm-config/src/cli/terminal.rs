//! The officers at the terminal of this process.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use inkan_hsm_config::catalogue;
use inkan_hsm_config::guided::{Dialogue, GuidedError, Spoken};
use inkan_hsm_config::language::Language;
use inkan_hsm_config::transcript::printable;

/// Longest line read, in bytes: a name and more.
const MAX_LINE: u64 = 1024;

/// Clears the screen and the lines above it, and moves to the top (ECMA-48, and xterm's extension of it).
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// Standard input and output.
pub(crate) struct Terminal {
    language: Language,
}

impl Terminal {
    /// Both must be a terminal: a ceremony in a pipe is seen by nobody.
    pub(crate) fn new(language: Language) -> Result<Self, GuidedError> {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            Ok(Self { language })
        } else {
            Err(GuidedError::Terminal(io::ErrorKind::Unsupported))
        }
    }

    fn write(text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Names come from a file and must not control the terminal.
    fn text(&self, what: &Spoken<'_>) -> String {
        let text = catalogue::spoken(what, self.language);
        let lines: Vec<_> = text.split('\n').map(printable).collect();
        lines.join("\n")
    }
}

impl Dialogue for Terminal {
    fn say(&mut self, what: &Spoken<'_>) -> io::Result<()> {
        Self::write(&format!("{}\n", self.text(what)))
    }

    fn ask(&mut self, what: &Spoken<'_>) -> io::Result<Option<String>> {
        Self::write(&format!("\n{}: ", self.text(what)))?;
        let mut line = Vec::new();
        io::stdin()
            .lock()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }

    fn clear(&mut self) -> io::Result<()> {
        Self::write(CLEAR)
    }
}
