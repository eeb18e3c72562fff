//! The configuration directory: finding it, reading and writing files in it within limits.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::MAX_FILE;
use crate::error::SetupError;

/// The agent's configuration directory. It need not exist to be read: then nothing is configured.
#[derive(Debug, Clone)]
pub struct ConfigDir(PathBuf);

impl ConfigDir {
    /// `given`, or `inkan` under `xdg` (`$XDG_CONFIG_HOME`) or under `.config` of `home` (`$HOME`).
    ///
    /// # Errors
    /// [`SetupError::NoDirectory`] when none of them says anything.
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

    /// Where bank files are.
    #[must_use]
    pub fn banks(&self) -> PathBuf {
        self.0.join("banks")
    }

    /// Where the marks of tokens in use are.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.0.join("locks")
    }

    /// Where labels of keys are noted for tokens that keep none.
    #[must_use]
    pub fn notes(&self) -> PathBuf {
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

/// True when others than its owner may read a file. Where the system keeps no such bits, its directory protects it.
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
    // Opening a pipe would wait for a writer for ever.
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

/// The bytes of a file as text.
///
/// # Errors
/// [`SetupError::NotText`].
pub fn as_text(path: &Path, bytes: Vec<u8>) -> Result<String, SetupError> {
    String::from_utf8(bytes).map_err(|_| SetupError::NotText {
        path: path.to_owned(),
    })
}

/// Makes a file so that a reader sees all of it or none. Makes its directory. False when there is such a file already,
/// even one that came this moment: it is left alone.
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
    // Unlike a rename, a link never replaces what is there.
    let made = written.and_then(|()| match fs::hard_link(&temporary, path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        other => other.map(|()| true),
    });
    let _ = fs::remove_file(&temporary);
    made.map_err(unwritable)
}

/// Writes a file so that a reader sees all of the old or all of the new one. Makes its directory.
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
    fn a_file_that_is_there_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("banks").join("kenmin.toml");
        assert!(make_text(&path, "first").unwrap());
        assert!(!make_text(&path, "second").unwrap());
        assert_eq!(read_text(&path).unwrap(), "first");
        let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "nothing else is left");
    }

    #[test]
    fn a_file_that_is_no_text_is_not_called_unreadable() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kenmin.toml");
        let shift_jis = b"name = \"\x8b\xe2\x8d\x73\"\n";
        let utf16 = b"\xff\xfen\0a\0";
        for bytes in [&shift_jis[..], utf16] {
            fs::write(&path, bytes).unwrap();
            let read = read_text(&path);
            assert!(matches!(read, Err(SetupError::NotText { .. })), "{read:?}");
        }
        // Cut off in the middle of a letter at the limit, it is too large and still text.
        fs::write(&path, "\u{9280}".repeat(40_000)).unwrap();
        assert!(matches!(read_text(&path), Err(SetupError::TooLarge { .. })));
    }

    #[test]
    fn the_first_that_says_something_wins() {
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
