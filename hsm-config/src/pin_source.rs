//! Where a PIN comes from: prompt, file, environment, systemd credential, or shares of officers.
//!
//! A specification names the source, never the PIN. Each call reads the source once; a caller that needs the PIN twice keeps it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use inkan_pki::secret::Pin;
use thiserror::Error;

use crate::shares::SetError;

/// Longest PIN read from a source, in bytes.
pub const MAX_PIN_BYTES: usize = 256;

/// Where a PIN is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinSource {
    /// Prompted for at the terminal.
    Prompt,
    /// A regular file that only its owner may read.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A systemd credential: a file of that name in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
    /// Shared among officers; the file of the set. Nothing that runs alone can read it.
    Shares(PathBuf),
}

/// Asks officers for their shares of this set, for the question's token, and returns the PIN.
pub type AskOfficers = fn(&Path, &str) -> Result<Pin, PinError>;

/// Set by a program that has a dialogue for officers.
static ASK_OFFICERS: OnceLock<AskOfficers> = OnceLock::new();

/// Sets how officers are asked for their shares, once per process. Without it, a PIN that is shared is refused.
pub fn ask_officers_by(ask: AskOfficers) {
    let _ = ASK_OFFICERS.set(ask);
}

/// Whether, and with what question, to prompt at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt<'a> {
    /// No terminal: a `prompt` source is refused.
    Never,
    /// Prompt once, with this question.
    Ask(&'a str),
    /// Prompt twice, with this question: for a PIN that is about to be set.
    AskTwice(&'a str),
}

/// Why a PIN could not be read; holds no part of it. Sentences are in [`catalogue::pin`](crate::catalogue::pin).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum PinError {
    /// The source is a prompt and there is no terminal to prompt at.
    NoTerminal,
    /// The terminal failed.
    Terminal(std::io::ErrorKind),
    /// Ctrl-C at the prompt.
    Cancelled,
    /// The two entries differ.
    EntriesDiffer,
    /// The file could not be read.
    File(PathBuf, std::io::ErrorKind),
    /// The file is a directory, a pipe or a device.
    NotAFile(PathBuf),
    /// The file may be read by its group or by everybody; with its permission bits.
    FileReadableByOthers(PathBuf, u32),
    /// The variable is not set, or is not text.
    Env(String),
    /// `$CREDENTIALS_DIRECTORY` is not set.
    NoCredentialsDirectory(String),
    /// The PIN is shared among officers, and there is nobody to ask.
    Shared(PathBuf),
    /// A PIN that is about to be set cannot come from shares: they are made afterwards.
    SharedNew(PathBuf),
    /// The set of shares cannot be used.
    Set(SetError),
    /// Fewer shares were entered than needed: so many, of so many.
    TooFewShares(usize, u8),
    /// The source is empty.
    Empty,
    /// The source holds more than [`MAX_PIN_BYTES`].
    TooLong,
    /// The source is not one line of UTF-8 text.
    NotOneLine,
}

impl PinSource {
    /// Reads the PIN; prompts at most once (twice for [`Prompt::AskTwice`]).
    ///
    /// # Errors
    /// [`PinError`].
    pub fn read(&self, prompt: Prompt<'_>) -> Result<Pin, PinError> {
        match self {
            Self::Prompt => ask(prompt),
            Self::File(path) => from_file(path, true),
            Self::Env(name) => check(std::env::var(name).map_err(|_| PinError::Env(name.clone()))?),
            Self::Credential(name) => {
                let directory = std::env::var_os("CREDENTIALS_DIRECTORY")
                    .ok_or_else(|| PinError::NoCredentialsDirectory(name.clone()))?;
                // systemd protects that directory, and its ACL may show group bits.
                from_file(&Path::new(&directory).join(name), false)
            }
            Self::Shares(path) => match (prompt, ASK_OFFICERS.get()) {
                (Prompt::AskTwice(_), _) => Err(PinError::SharedNew(path.clone())),
                (Prompt::Ask(question), Some(ask)) => ask(path, question),
                (Prompt::Ask(_) | Prompt::Never, _) => Err(PinError::Shared(path.clone())),
            },
        }
    }
}

fn ask(prompt: Prompt<'_>) -> Result<Pin, PinError> {
    let enter = |question: &str| {
        let _held = HoldCtrlC::new();
        rpassword::prompt_password(format!("{question}: "))
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::Interrupted => PinError::Cancelled,
                kind => PinError::Terminal(kind),
            })
            .and_then(check)
    };
    match prompt {
        Prompt::Never => Err(PinError::NoTerminal),
        Prompt::Ask(question) => enter(question),
        Prompt::AskTwice(question) => {
            let first = enter(question)?;
            let second = enter(&format!("{question}, again"))?;
            if first.expose() == second.expose() {
                Ok(first)
            } else {
                Err(PinError::EntriesDiffer)
            }
        }
    }
}

/// True while Ctrl-C ends the program.
static CTRL_C_ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Makes Ctrl-C at a prompt return [`PinError::Cancelled`], so that the terminal echoes again. Elsewhere Ctrl-C ends the program
/// as before. For a program without its own handler of SIGINT.
///
/// # Errors
/// The operating system's error.
pub fn restore_terminal_on_ctrl_c() -> std::io::Result<()> {
    let ends = Arc::clone(CTRL_C_ENDS.get_or_init(|| Arc::new(AtomicBool::new(true))));
    signal_hook::flag::register_conditional_default(signal_hook::consts::SIGINT, ends).map(|_| ())
}

/// While it exists, Ctrl-C does not end the program: somebody else handles it.
pub struct HoldCtrlC(());

impl Default for HoldCtrlC {
    fn default() -> Self {
        Self::new()
    }
}

impl HoldCtrlC {
    /// Ctrl-C does not end the program from now on.
    #[must_use]
    pub fn new() -> Self {
        Self::set(false);
        Self(())
    }

    fn set(ends: bool) {
        if let Some(flag) = CTRL_C_ENDS.get() {
            flag.store(ends, Ordering::SeqCst);
        }
    }
}

impl Drop for HoldCtrlC {
    fn drop(&mut self) {
        Self::set(true);
    }
}

fn from_file(path: &Path, private: bool) -> Result<Pin, PinError> {
    let failed = |e: std::io::Error| PinError::File(path.to_owned(), e.kind());
    // Opening a pipe would block until a writer comes: check before opening, and check again what was opened.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(PinError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(PinError::NotAFile(path.to_owned()));
    }
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.mode() & 0o077 != 0 {
            return Err(PinError::FileReadableByOthers(
                path.to_owned(),
                metadata.mode() & 0o777,
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = (private, metadata);

    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(MAX_PIN_BYTES + 3));
    file.take(MAX_PIN_BYTES as u64 + 3)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let mut content: &[u8] = &bytes;
    if let Some(rest) = content.strip_suffix(b"\n") {
        content = rest.strip_suffix(b"\r").unwrap_or(rest);
    }
    match std::str::from_utf8(content) {
        Ok(text) => check(text.to_owned()),
        Err(_) => Err(PinError::NotOneLine),
    }
}

fn check(text: String) -> Result<Pin, PinError> {
    let pin = Pin::new(text);
    let text = pin.expose();
    if text.is_empty() {
        Err(PinError::Empty)
    } else if text.len() > MAX_PIN_BYTES {
        Err(PinError::TooLong)
    } else if text.contains(['\n', '\r', '\0']) {
        Err(PinError::NotOneLine)
    } else {
        Ok(pin)
    }
}
