//! Where a PIN comes from: prompt, file, environment or systemd credential.
//!
//! A specification names the source, never the PIN. Each read asks its source once; whoever needs
//! the PIN twice keeps it (see `secrets.rs`).

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use inkan_pki::secret::Pin;
use thiserror::Error;

/// Longest PIN read from a source, in octets.
pub const MAX_PIN_OCTETS: usize = 256;

/// Where a PIN is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinSource {
    /// Asked for at the terminal.
    Prompt,
    /// A regular file that only its owner may read.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A systemd credential: a file of that name in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
}

/// Whether, and with what words, the terminal may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt<'a> {
    /// No terminal: a `prompt` source is refused.
    Never,
    /// Ask once, with this question.
    Ask(&'a str),
    /// Ask twice, with this question: for a PIN that is being set.
    AskTwice(&'a str),
}

/// Why a PIN could not be read. Never holds any part of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", crate::catalogue::pin(self).sentence)]
pub enum PinError {
    /// The source is a prompt and nobody may be asked here.
    NoTerminal,
    /// The terminal failed.
    Terminal(std::io::ErrorKind),
    /// Ctrl-C at the question.
    Cancelled,
    /// The two entries differ.
    EntriesDiffer,
    /// The file could not be read.
    File(PathBuf, std::io::ErrorKind),
    /// The file is a directory, a pipe or a device.
    NotAFile(PathBuf),
    /// The file may be read by its group or by everybody; with its permission bits.
    FileReadableByOthers(PathBuf, u32),
    /// The variable is not set, or is no text.
    Env(String),
    /// `$CREDENTIALS_DIRECTORY` is not set.
    NoCredentialsDirectory(String),
    /// The source gave nothing.
    Empty,
    /// The source gave more than [`MAX_PIN_OCTETS`].
    TooLong,
    /// The source gave something that is not one line of UTF-8 text.
    NotOneLine,
}

impl PinSource {
    /// Reads the PIN, asking at most one question (two for [`Prompt::AskTwice`]).
    ///
    /// # Errors
    /// [`PinError`], which holds nothing of the PIN.
    pub fn read(&self, prompt: Prompt<'_>) -> Result<Pin, PinError> {
        match self {
            Self::Prompt => ask(prompt),
            Self::File(path) => from_file(path, true),
            Self::Env(name) => check(std::env::var(name).map_err(|_| PinError::Env(name.clone()))?),
            Self::Credential(name) => {
                let directory = std::env::var_os("CREDENTIALS_DIRECTORY")
                    .ok_or_else(|| PinError::NoCredentialsDirectory(name.clone()))?;
                // systemd guards that directory itself and may show group bits through an ACL.
                from_file(&Path::new(&directory).join(name), false)
            }
        }
    }
}

fn ask(prompt: Prompt<'_>) -> Result<Pin, PinError> {
    let enter = |question: &str| {
        let _paused = Paused::new();
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

/// For a program whose Ctrl-C nobody else handles: makes a prompt end by [`PinError::Cancelled`], so that the terminal
/// shows again what is typed. Anywhere else Ctrl-C ends the program as before.
///
/// # Errors
/// What the system said.
pub fn prompts_survive_ctrl_c() -> std::io::Result<()> {
    let ends = Arc::clone(CTRL_C_ENDS.get_or_init(|| Arc::new(AtomicBool::new(true))));
    signal_hook::flag::register_conditional_default(signal_hook::consts::SIGINT, ends).map(|_| ())
}

struct Paused;

impl Paused {
    fn new() -> Self {
        Self::set(false);
        Self
    }

    fn set(ends: bool) {
        if let Some(flag) = CTRL_C_ENDS.get() {
            flag.store(ends, Ordering::SeqCst);
        }
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        Self::set(true);
    }
}

fn from_file(path: &Path, private: bool) -> Result<Pin, PinError> {
    let failed = |e: std::io::Error| PinError::File(path.to_owned(), e.kind());
    // Opening a pipe would wait for a writer for ever: look before opening, judge what was opened.
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

    let mut octets = zeroize::Zeroizing::new(Vec::with_capacity(MAX_PIN_OCTETS + 3));
    file.take(MAX_PIN_OCTETS as u64 + 3)
        .read_to_end(&mut octets)
        .map_err(failed)?;
    let mut content: &[u8] = &octets;
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
    } else if text.len() > MAX_PIN_OCTETS {
        Err(PinError::TooLong)
    } else if text.contains(['\n', '\r', '\0']) {
        Err(PinError::NotOneLine)
    } else {
        Ok(pin)
    }
}
