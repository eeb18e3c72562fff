//! PINs that could not be read.

use super::{Explanation, explain, share_set};
use crate::pin_source::{MAX_PIN_BYTES, PinError};

/// Explains a [`PinError`].
#[must_use]
pub fn pin(error: &PinError) -> Explanation {
    match error {
        PinError::NoTerminal => explain(
            "pin-no-terminal",
            "The PIN source is a prompt, but there is no terminal to prompt at.".to_owned(),
            "Use `file`, `env` or `credential` as the PIN source where no officer is present.",
        ),
        PinError::Cancelled => explain(
            "pin-cancelled",
            "The prompt for a PIN was cancelled.".to_owned(),
            "Run the command again to continue.",
        ),
        PinError::Terminal(std::io::ErrorKind::UnexpectedEof) => explain(
            "pin-cancelled",
            "The prompt for a PIN got no answer.".to_owned(),
            "Run the command again to continue.",
        ),
        PinError::Terminal(_) => explain(
            "pin-terminal",
            "The PIN source is a prompt, but there is no terminal, or it failed.".to_owned(),
            "Run the command at a terminal, or use `file`, `env` or `credential` as the PIN source.",
        ),
        PinError::EntriesDiffer => explain(
            "pin-entries-differ",
            "The two entries of the new PIN differ.".to_owned(),
            "Run the command again; nothing was changed.",
        ),
        PinError::File(path, kind) => explain(
            "pin-file-unreadable",
            format!("The PIN file {} cannot be read: {kind}.", path.display()),
            "Check the path (relative to the specification) and the permissions of the file.",
        ),
        PinError::NotAFile(path) => explain(
            "pin-not-a-file",
            format!("The PIN file {} is not a regular file.", path.display()),
            "Name a regular file with the PIN on one line.",
        ),
        PinError::FileReadableByOthers(path, mode) => explain(
            "pin-file-readable-by-others",
            format!(
                "The PIN file {} is accessible to others than its owner (mode {mode:03o}).",
                path.display()
            ),
            format!(
                "Change the PIN if others may have seen it, then run: chmod 600 {}",
                path.display()
            ),
        ),
        PinError::Env(name) => explain(
            "pin-variable-missing",
            format!("The environment variable {name} for the PIN is not set, or is not text."),
            format!("Set {name} for this command only, or use another source."),
        ),
        PinError::NoCredentialsDirectory(name) => explain(
            "pin-no-credentials",
            format!(
                "The PIN is the systemd credential `{name}`, but CREDENTIALS_DIRECTORY is not set."
            ),
            format!(
                "Start this as a systemd service with LoadCredential={name}: or LoadCredentialEncrypted={name}:."
            ),
        ),
        PinError::Shared(path) => explain(
            "pin-shared",
            format!(
                "The PIN is shared among officers ({}), and there is nobody to ask.",
                path.display()
            ),
            "Run the command where officers can enter their shares; they unseal a server with `inkan-hsm unseal`.",
        ),
        PinError::SharedNew(path) => explain(
            "pin-shared-new",
            format!(
                "The token gets its first PIN now, so there are no shares of it yet ({}).",
                path.display()
            ),
            "Use another PIN source for `apply`; then run `inkan-hsm shares create`, and name the shares in the specification.",
        ),
        PinError::Set(error) => share_set(error),
        PinError::TooFewShares(entered, needed) => explain(
            "share-too-few",
            format!("{entered} of the {needed} shares that are needed were entered."),
            "Run the command again when enough officers are present. docs/hsm.md says what remains if there are not enough of them.",
        ),
        PinError::Empty => explain(
            "pin-empty",
            "The PIN source is empty.".to_owned(),
            "Put the PIN there, on one line.",
        ),
        PinError::TooLong => explain(
            "pin-too-long",
            format!("The PIN source holds more than {MAX_PIN_BYTES} bytes."),
            "Check that it is the right file or variable.",
        ),
        PinError::NotOneLine => explain(
            "pin-not-one-line",
            "The PIN source is not one line of UTF-8 text.".to_owned(),
            "Put nothing but the PIN there, on one line.",
        ),
    }
}
