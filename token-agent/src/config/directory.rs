//! The configuration directory: its location, and bounded reading and writing of its files.
//!
//! - `unix`, `windows`: where a user's files are, and who may read one

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use system::others_may_read;

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::MAX_FILE;
use crate::error::SetupError;

/// Where this user's programs keep their files, from the variables that define it.
#[derive(Debug, Clone, Default)]
pub struct UserDirectories {
    /// The agent's configuration.
    pub config: Option<PathBuf>,
    /// What belongs to this computer only and must not follow the user to others: locks, the window's run directory.
    /// `None`: beside the configuration.
    pub local: Option<PathBuf>,
}

impl UserDirectories {
    /// From these variables: `XDG_CONFIG_HOME` and `HOME`, on Windows `APPDATA` and `LOCALAPPDATA`. Relative paths are
    /// ignored.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        system::directories(|name| variable(name).filter(|path| path.is_absolute()))
    }
}

/// The agent's configuration directory. If it does not exist, nothing is configured.
#[derive(Debug, Clone)]
pub struct ConfigDir {
    path: PathBuf,
    local: PathBuf,
}

impl ConfigDir {
    /// `given`, or the user's own.
    ///
    /// # Errors
    /// [`SetupError::NoDirectory`] if there is neither.
    pub fn resolve(given: Option<PathBuf>, user: &UserDirectories) -> Result<Self, SetupError> {
        let path = given
            .or_else(|| user.config.clone())
            .ok_or(SetupError::NoDirectory)?;
        let local = user.local.clone().unwrap_or_else(|| path.clone());
        Ok(Self { path, local })
    }

    /// A directory that holds everything.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        let local = path.clone();
        Self { path, local }
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Directory of what belongs to this computer only.
    #[must_use]
    pub fn local(&self) -> &Path {
        &self.local
    }

    /// Directory of the bank files.
    #[must_use]
    pub fn banks(&self) -> PathBuf {
        self.path.join("banks")
    }

    /// Directory of the token locks. On a network drive it might support none.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.local.join("locks")
    }

    /// Directory of key labels, for tokens that store none.
    #[must_use]
    pub fn stored_labels(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// Settings of the agent itself.
    #[must_use]
    pub fn agent(&self) -> PathBuf {
        self.path.join("agent.toml")
    }

    /// The list of token drivers.
    #[must_use]
    pub fn modules(&self) -> PathBuf {
        self.path.join("modules.toml")
    }
}

/// Reads a text file of at most [`MAX_FILE`] bytes.
///
/// # Errors
/// [`SetupError::Unreadable`], [`SetupError::TooLarge`], [`SetupError::NotText`].
pub fn read_text(path: &Path) -> Result<String, SetupError> {
    let unreadable = |e: std::io::Error| SetupError::Unreadable {
        path: path.to_owned(),
        detail: e.to_string(),
    };
    // Opening a pipe would wait for a writer forever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(ErrorKind::InvalidInput.into()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(SetupError::TooLarge {
            path: path.to_owned(),
            limit: MAX_FILE,
        });
    }
    as_text(path, bytes)
}

/// Decodes the bytes of a file as UTF-8, without the byte order mark that editors on Windows put before it.
///
/// # Errors
/// [`SetupError::Utf16`] if a byte order mark shows that encoding, [`SetupError::NotText`] for any other.
pub fn as_text(path: &Path, mut bytes: Vec<u8>) -> Result<String, SetupError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(SetupError::Utf16 {
            path: path.to_owned(),
        });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|_| SetupError::NotText {
        path: path.to_owned(),
    })
}

/// Creates a file atomically, with its directory. Returns false if the file exists already; it is then left unchanged.
///
/// # Errors
/// [`SetupError::Unwritable`].
pub fn make_text(path: &Path, text: &str) -> Result<bool, SetupError> {
    let unwritable = |e: std::io::Error| SetupError::Unwritable {
        path: path.to_owned(),
        detail: e.to_string(),
    };
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(unwritable)?;
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
    });
    // Unlike a rename, a hard link never replaces an existing file.
    let made = written.and_then(|()| match fs::hard_link(&temporary, path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        // A file system without links, as on many network drives and memory sticks.
        Err(_) => write_new(path, text),
        Ok(()) => Ok(true),
    });
    let _ = fs::remove_file(&temporary);
    made.map_err(unwritable)
}

/// Creates a file that does not exist yet; false if it does.
fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    let mut file = match File::create_new(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
        other => other?,
    };
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        drop(file);
        let _ = fs::remove_file(path);
    }
    written.map(|()| true)
}

/// Replaces a file atomically, with its directory.
///
/// # Errors
/// [`SetupError::Unwritable`].
pub fn replace_text(path: &Path, text: &str) -> Result<(), SetupError> {
    let unwritable = |e: std::io::Error| SetupError::Unwritable {
        path: path.to_owned(),
        detail: e.to_string(),
    };
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(unwritable)?;
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let written = File::create(&temporary)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(unwritable)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("banks").join("kenmin.toml");
        assert!(make_text(&path, "first").unwrap());
        assert!(!make_text(&path, "second").unwrap());
        assert_eq!(read_text(&path).unwrap(), "first");
        let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "nothing else is left");
    }

    #[test]
    fn without_links_an_existing_file_is_never_replaced_either() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kenmin.toml");
        assert!(write_new(&path, "first").unwrap());
        assert!(!write_new(&path, "second").unwrap());
        assert_eq!(read_text(&path).unwrap(), "first");
        assert!(write_new(&directory.path().join("missing/kenmin.toml"), "").is_err());
    }

    #[test]
    fn a_file_that_is_not_text_has_its_own_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kenmin.toml");
        fs::write(&path, b"name = \"\x8b\xe2\x8d\x73\"\n").unwrap();
        let read = read_text(&path);
        assert!(matches!(read, Err(SetupError::NotText { .. })), "{read:?}");
        // Cut in the middle of a character at the limit, the file is too large, but it is text.
        fs::write(&path, "\u{9280}".repeat(40_000)).unwrap();
        assert!(matches!(read_text(&path), Err(SetupError::TooLarge { .. })));
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_utf16_has_its_own_error() {
        let text = |bytes: &[u8]| as_text(Path::new("kenmin.toml"), bytes.to_vec());
        assert_eq!(text(b"\xef\xbb\xbfa = 1\r\n").unwrap(), "a = 1\r\n");
        assert_eq!(text(b"\xef\xbb\xbf").unwrap(), "");
        assert_eq!(text(b"a\xef\xbb\xbf").unwrap(), "a\u{feff}");
        for bytes in [&b"\xff\xfen\0a\0"[..], b"\xfe\xff\0n\0a", b"\xff\xfe"] {
            let read = text(bytes);
            assert!(matches!(read, Err(SetupError::Utf16 { .. })), "{read:?}");
        }
    }

    #[test]
    fn a_named_directory_wins_and_local_files_are_beside_it_unless_the_user_has_a_place() {
        let user = UserDirectories {
            config: Some(PathBuf::from("/c/inkan")),
            local: None,
        };
        let named = ConfigDir::resolve(Some(PathBuf::from("here")), &user).unwrap();
        assert_eq!(named.banks(), Path::new("here/banks"));
        assert_eq!(named.locks(), Path::new("here/locks"));
        let usual = ConfigDir::resolve(None, &user).unwrap();
        assert_eq!(usual.banks(), Path::new("/c/inkan/banks"));
        let user = UserDirectories {
            local: Some(PathBuf::from("/l/inkan")),
            ..user
        };
        let usual = ConfigDir::resolve(None, &user).unwrap();
        assert_eq!(usual.locks(), Path::new("/l/inkan/locks"));
        assert_eq!(usual.stored_labels(), Path::new("/c/inkan/keys"));
        let none = ConfigDir::resolve(None, &UserDirectories::default());
        assert!(matches!(none, Err(SetupError::NoDirectory)));
    }
}
