//! PINs that could not be read.

use super::{Explanation, say};
use crate::pin_source::{MAX_PIN_OCTETS, PinError};

/// Explains a [`PinError`].
#[must_use]
pub fn pin(error: &PinError) -> Explanation {
    match error {
        PinError::NoTerminal => say(
            "pin-no-terminal",
            "The PIN is to be asked for, but nobody can be asked here.".to_owned(),
            "Use `file`, `env` or `credential` as its source where no officer is present.",
        ),
        PinError::Cancelled => say(
            "pin-cancelled",
            "Cancelled at the question for a PIN.".to_owned(),
            "Run the command again when you want to go on.",
        ),
        PinError::Terminal(std::io::ErrorKind::UnexpectedEof) => say(
            "pin-cancelled",
            "The question for a PIN was left without an answer.".to_owned(),
            "Run the command again when you want to go on.",
        ),
        PinError::Terminal(_) => say(
            "pin-terminal",
            "The PIN is to be asked for, but there is no terminal, or it failed.".to_owned(),
            "Run this at a terminal, or use `file`, `env` or `credential` as the PIN's source.",
        ),
        PinError::EntriesDiffer => say(
            "pin-entries-differ",
            "The two entries of the new PIN differ.".to_owned(),
            "Run the command again; nothing was changed.",
        ),
        PinError::File(path, kind) => say(
            "pin-file-unreadable",
            format!("The PIN file {} cannot be read: {kind}.", path.display()),
            "Check the path (relative to the specification) and who may read the file.",
        ),
        PinError::NotAFile(path) => say(
            "pin-not-a-file",
            format!("The PIN file {} is not a regular file.", path.display()),
            "Give the path of a plain file with the PIN on one line.",
        ),
        PinError::FileReadableByOthers(path, mode) => say(
            "pin-file-readable-by-others",
            format!(
                "The PIN file {} is open to others than its owner (mode {mode:03o}).",
                path.display()
            ),
            format!(
                "Change the PIN if others may have seen it, then run: chmod 600 {}",
                path.display()
            ),
        ),
        PinError::Env(name) => say(
            "pin-variable-missing",
            format!("The environment variable {name} with the PIN is not set, or is no text."),
            format!("Set {name} for this command only, or use another source."),
        ),
        PinError::NoCredentialsDirectory(name) => say(
            "pin-no-credentials",
            format!(
                "The PIN is the systemd credential `{name}`, but CREDENTIALS_DIRECTORY is not set."
            ),
            format!(
                "Start this as a systemd service with LoadCredential={name}: or LoadCredentialEncrypted={name}:."
            ),
        ),
        PinError::Empty => say(
            "pin-empty",
            "The PIN's source is empty.".to_owned(),
            "Put the PIN there, on one line.",
        ),
        PinError::TooLong => say(
            "pin-too-long",
            format!("The PIN's source holds more than {MAX_PIN_OCTETS} octets."),
            "Check that it is the right file or variable.",
        ),
        PinError::NotOneLine => say(
            "pin-not-one-line",
            "The PIN's source is not one line of UTF-8 text.".to_owned(),
            "Put the PIN alone on one line.",
        ),
    }
}
