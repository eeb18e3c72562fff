//! Questions to the person at the terminal. No answer, an empty line or Ctrl-C means cancel, and nothing asks twice.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;

use inkan_pki::secret::Pin;

use crate::catalogue::{Lang, talk};
use crate::error::{Failure, UsageError};
use crate::interrupt::Interrupt;
use crate::output::clean::clean;
use crate::output::event::TokenView;
use crate::output::human;

const MAX_ANSWER: u64 = 1024;
const MAX_PIN: usize = 256;

/// Where the PIN comes from.
#[derive(Debug, Clone)]
pub enum PinSource {
    /// Asked without echo.
    Prompt,
    /// First line of a file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

/// Asks the person, or the sources the command line names instead.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Language of the questions.
    pub lang: Lang,
    /// Agree without asking.
    pub yes: bool,
    /// Where the PIN comes from.
    pub pin: PinSource,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
}

impl Asker {
    /// Says something that is no question, where the questions are.
    pub fn tell(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Asks for a yes.
    ///
    /// # Errors
    /// [`Failure::Cancelled`] for anything else.
    pub fn consent(&self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let answer = ask(question)?;
        if talk::is_yes(&answer) {
            Ok(())
        } else {
            Err(Failure::Cancelled)
        }
    }

    /// Asks which of the tokens, by number; gives its index.
    ///
    /// # Errors
    /// [`Failure::Cancelled`] for anything but one of the numbers.
    pub fn choose_token(&self, tokens: &[TokenView]) -> Result<usize, Failure> {
        for (index, token) in tokens.iter().enumerate() {
            self.tell(&format!("  {}. {}", index + 1, human::token_name(token)));
        }
        let answer = ask(&talk::which_token(tokens.len(), self.lang))?;
        let number: usize = answer.trim().parse().map_err(|_| Failure::Cancelled)?;
        if (1..=tokens.len()).contains(&number) {
            Ok(number - 1)
        } else {
            Err(Failure::Cancelled)
        }
    }

    /// The PIN for the token of that name.
    ///
    /// # Errors
    /// [`Failure::Cancelled`], or what is wrong with the source.
    pub fn pin(&self, token: &str) -> Result<Pin, Failure> {
        match &self.pin {
            PinSource::Prompt => self.prompt_pin(&talk::pin(&clean(token), self.lang)),
            PinSource::File(path) => {
                let fault = |e: std::io::Error| UsageError::PinFile {
                    path: path.clone(),
                    detail: e.to_string(),
                };
                let mut text = zeroize::Zeroizing::new(String::new());
                let file = std::fs::File::open(path).map_err(fault)?;
                #[cfg(unix)]
                only_its_owners(path, &file.metadata().map_err(fault)?)?;
                file.take(MAX_ANSWER)
                    .read_to_string(&mut text)
                    .map_err(fault)?;
                first_line(&text).ok_or(Failure::Usage(UsageError::PinEmpty))
            }
            PinSource::Variable(name) => {
                let text = std::env::var(name)
                    .map_err(|_| UsageError::PinVariable { name: name.clone() })?;
                first_line(&zeroize::Zeroizing::new(text))
                    .ok_or(Failure::Usage(UsageError::PinEmpty))
            }
        }
    }

    /// From the terminal without echo; from standard input when that is no terminal (a script's pipe).
    fn prompt_pin(&self, question: &str) -> Result<Pin, Failure> {
        let text = if std::io::stdin().is_terminal() {
            // The library puts the terminal back only if Ctrl-C does not end the process under it.
            let _paused = self.interrupt.pause();
            rpassword::prompt_password(question).map_err(|_| Failure::Cancelled)?
        } else {
            ask(question)?
        };
        first_line(&zeroize::Zeroizing::new(text)).ok_or(Failure::Cancelled)
    }
}

/// A PIN that others can read is no secret: refused before it is looked at.
#[cfg(unix)]
fn only_its_owners(path: &std::path::Path, file: &std::fs::Metadata) -> Result<(), UsageError> {
    use std::os::unix::fs::MetadataExt;
    // A pipe (`--pin-file <(…)`) is the caller's own affair.
    if file.is_file() && file.mode() & 0o077 != 0 {
        return Err(UsageError::PinFileShared {
            path: path.to_owned(),
            mode: file.mode() & 0o777,
        });
    }
    Ok(())
}

fn first_line(text: &str) -> Option<Pin> {
    let line = text.lines().next().unwrap_or_default();
    (!line.is_empty() && line.len() <= MAX_PIN).then(|| Pin::new(line))
}

/// One line from standard input, without the line's end.
fn ask(question: &str) -> Result<String, Failure> {
    let mut error = std::io::stderr().lock();
    let _ = error
        .write_all(question.as_bytes())
        .and_then(|()| error.flush());
    drop(error);
    let answer = read_line(&mut std::io::stdin().lock());
    if !std::io::stdin().is_terminal() {
        let _ = std::io::stderr().write_all(b"\n");
    }
    answer.filter(|a| !a.is_empty()).ok_or(Failure::Cancelled)
}

/// A line of at most [`MAX_ANSWER`] bytes; what follows it stays unread for the next question.
fn read_line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(256));
    input.take(MAX_ANSWER).read_until(b'\n', &mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}
