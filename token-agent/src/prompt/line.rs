//! One line from the terminal, or from standard input if that is no terminal.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::sync::mpsc::channel;

use zeroize::Zeroizing;

use crate::error::Failure;
use crate::interrupt::Interrupt;

/// Maximum length of an answer, in bytes.
const MAX_ANSWER: u64 = 1024;

/// Asks with echo. No answer, an empty line or Ctrl-C cancels.
///
/// # Errors
/// [`Failure::Cancelled`].
pub fn ask(question: &str, interrupt: &Interrupt) -> Result<Zeroizing<String>, Failure> {
    let mut error = std::io::stderr().lock();
    let _ = error
        .write_all(question.as_bytes())
        .and_then(|()| error.flush());
    drop(error);
    // Read on a separate thread, so that Ctrl-C does not have to wait for the end of the line.
    let (answer, answers) = channel();
    let _guard = interrupt.answers(answer.clone());
    let reader = move || {
        let _ = answer.send(read_line(&mut std::io::stdin().lock()));
    };
    std::thread::Builder::new()
        .name("answer".to_owned())
        .spawn(reader)
        .map_err(|e| Failure::Internal(e.to_string()))?;
    let line = answers.recv().ok().flatten().map(Zeroizing::new);
    if line.is_none() || !std::io::stdin().is_terminal() {
        let _ = std::io::stderr().write_all(b"\n");
    }
    line.filter(|a| !a.is_empty()).ok_or(Failure::Cancelled)
}

/// Asks without echo, if there is a terminal.
///
/// # Errors
/// [`Failure::Cancelled`].
pub fn ask_without_echo(
    question: &str,
    interrupt: &Interrupt,
) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return ask(question, interrupt);
    }
    // The library restores the terminal only if Ctrl-C does not end the process.
    let _paused = interrupt.pause();
    let text = rpassword::prompt_password(question).map_err(|_| Failure::Cancelled)?;
    Ok(Zeroizing::new(text))
}

/// Reads a line of at most [`MAX_ANSWER`] bytes; the rest remains for the next question.
fn read_line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    input.take(MAX_ANSWER).read_until(b'\n', &mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}
