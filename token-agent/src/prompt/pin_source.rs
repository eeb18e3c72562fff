//! Sources of PINs and other secrets: files and environment variables.

use std::env::VarError;
use std::io::Read;
use std::path::{Path, PathBuf};

use inkan_pki::secret::Pin;
use zeroize::Zeroizing;

use crate::config::directory::others_may_read;
use crate::error::UsageError;

/// Maximum length of the line with a PIN, in bytes.
const MAX_FILE: u64 = 1024;
/// Maximum length of a PIN, in bytes. A management key has 48 hex digits, 64 for AES-256.
const MAX_PIN: usize = 256;

/// The source of one secret.
#[derive(Debug, Clone, Default)]
pub enum PinSource {
    /// Typed without echo.
    #[default]
    Prompt,
    /// First line of a file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

/// The sources of all secrets.
#[derive(Debug, Clone, Default)]
pub struct PinSources {
    /// The PIN.
    pub pin: PinSource,
    /// The new PIN.
    pub new_pin: PinSource,
    /// The PUK, or the security officer PIN in its place.
    pub puk: PinSource,
    /// The administrative secret.
    pub admin: PinSource,
}

impl PinSources {
    /// The PIN from `pin`; all others are typed.
    #[must_use]
    pub fn pin(pin: PinSource) -> Self {
        Self {
            pin,
            ..Self::default()
        }
    }
}

impl PinSources {
    /// Names of the environment variables that hold a secret.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        [&self.pin, &self.new_pin, &self.puk, &self.admin]
            .into_iter()
            .filter_map(|source| match source {
                PinSource::Variable(name) => Some(name.clone()),
                PinSource::Prompt | PinSource::File(_) => None,
            })
            .collect()
    }
}

impl PinSource {
    /// From `--x-file` or `--x-env`; typed if neither is given.
    #[must_use]
    pub fn of(file: Option<&PathBuf>, variable: Option<&String>) -> Self {
        match (file, variable) {
            (Some(path), _) => Self::File(path.clone()),
            (None, Some(name)) => Self::Variable(name.clone()),
            (None, None) => Self::Prompt,
        }
    }

    /// Reads the secret; `None` if it is to be typed.
    ///
    /// # Errors
    /// An invalid source.
    pub fn read(&self) -> Result<Option<Pin>, UsageError> {
        let text = match self {
            Self::Prompt => return Ok(None),
            Self::File(path) => file(path)?,
            Self::Variable(name) => {
                let name = name.clone();
                Zeroizing::new(std::env::var(&name).map_err(|error| match error {
                    VarError::NotPresent => UsageError::PinVariable { name },
                    VarError::NotUnicode(_) => UsageError::PinVariableNotText { name },
                })?)
            }
        };
        first_line(&text).map(Some).ok_or(UsageError::PinEmpty)
    }
}

fn file(path: &Path) -> Result<Zeroizing<String>, UsageError> {
    let fault = |e: std::io::Error| UsageError::PinFile {
        path: path.to_owned(),
        detail: e.to_string(),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PIN));
    let file = std::fs::File::open(path).map_err(fault)?;
    // A PIN that others can read is not secret: the file is refused unread. A pipe (`--pin-file <(…)`) is the caller's own
    // responsibility.
    if file.metadata().map_err(fault)?.is_file() && others_may_read(path) {
        return Err(UsageError::PinFileShared {
            path: path.to_owned(),
        });
    }
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(fault)?;
    // Only the first line is decoded, so that a file truncated at the limit is judged by the part in use.
    let end = bytes.iter().position(|b| *b == b'\n');
    let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    let text = std::str::from_utf8(line).map_err(|_| UsageError::PinFileNotText {
        path: path.to_owned(),
    })?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The first line as a PIN; `None` if it is empty or too long.
#[must_use]
pub fn first_line(text: &str) -> Option<Pin> {
    let line = text.lines().next().unwrap_or_default();
    (!line.is_empty() && line.len() <= MAX_PIN).then(|| Pin::new(line))
}
