//! The configuration directory: its location, and bounded reading and writing of its files.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::MAX_FILE;
use crate::error::SetupError;

/// The agent's configuration directory. If it does not exist, nothing is configured.
#[derive(Debug, Clone)]
pub struct ConfigDir(PathBuf);

impl ConfigDir {
    /// `given`, or `inkan` below `xdg` (`$XDG_CONFIG_HOME`) or below `.config` in `home` (`$HOME`).
    ///
    /// # Errors
    /// [`SetupError::NoDirectory`] if none of them is set.
    pub fn resolve(
        given: Option<PathBuf>,
        xdg: Option<PathBuf>,
        home: Option<PathBuf>,
    ) -> Result<Self, SetupError> {
        let set = |p: Option<PathBuf>| p.filter(|p| p.is_absolute());
        given
            .or_else(|| set(xdg).map(|p| p.join("inkan")))
            .or_else(|| set(home).map(|p| p.join(".config/inkan")))
            .map(Self)
            .ok_or(SetupError::NoDirectory)
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Directory of the bank files.
    #[must_use]
    pub fn banks(&self) -> PathBuf {
        self.0.join("banks")
    }

    /// Directory of the token locks.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.0.join("locks")
    }

    /// Directory of key labels, for tokens that store none.
    #[must_use]
    pub fn stored_labels(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Settings of the agent itself.
    #[must_use]
    pub fn agent(&self) -> PathBuf {
        self.0.join("agent.toml")
    }

    /// The list of token drivers.
    #[must_use]
    pub fn modules(&self) -> PathBuf {
        self.0.join("modules.toml")
    }
}

/// Whether users other than the owner can read the file. On systems without permission bits the directory protects it.
#[must_use]
pub fn others_may_read(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
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

/// Decodes the bytes of a file as UTF-8.
///
/// # Errors
/// [`SetupError::NotText`].
pub fn as_text(path: &Path, bytes: Vec<u8>) -> Result<String, SetupError> {
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
        other => other.map(|()| true),
    });
    let _ = fs::remove_file(&temporary);
    made.map_err(unwritable)
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
    fn a_file_that_is_not_text_has_its_own_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kenmin.toml");
        let shift_jis = b"name = \"\x8b\xe2\x8d\x73\"\n";
        let utf16 = b"\xff\xfen\0a\0";
        for bytes in [&shift_jis[..], utf16] {
            fs::write(&path, bytes).unwrap();
            let read = read_text(&path);
            assert!(matches!(read, Err(SetupError::NotText { .. })), "{read:?}");
        }
        // Cut in the middle of a character at the limit, the file is too large, but it is text.
        fs::write(&path, "\u{9280}".repeat(40_000)).unwrap();
        assert!(matches!(read_text(&path), Err(SetupError::TooLarge { .. })));
    }

    #[test]
    fn the_first_decisive_error_wins() {
        let path = |s: &str| Some(PathBuf::from(s));
        let banks = |c: Result<ConfigDir, SetupError>| c.unwrap().banks();
        assert_eq!(
            banks(ConfigDir::resolve(path("here"), path("/x"), path("/h"))),
            Path::new("here/banks")
        );
        assert_eq!(
            banks(ConfigDir::resolve(None, path("/x"), path("/h"))),
            Path::new("/x/inkan/banks")
        );
        assert_eq!(
            banks(ConfigDir::resolve(None, path(""), path("/h"))),
            Path::new("/h/.config/inkan/banks")
        );
        assert!(matches!(
            ConfigDir::resolve(None, None, path("")),
            Err(SetupError::NoDirectory)
        ));
    }
}
