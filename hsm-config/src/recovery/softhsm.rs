//! Where SoftHSM keeps its tokens, and the files of one of them.
//!
//! Each token is a directory; each object is a file, rewritten as a whole under a lock of that file (`ObjectFile::store`). So a file is
//! read under the same lock, and all files twice: a copy in which an object appeared, vanished or changed meanwhile is not taken.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use zeroize::Zeroizing;

use super::RecoveryError;
use super::container::{Packed, TOKEN};

/// Where the configuration is, if the environment does not tell: below the home directory, and of the system.
const IN_HOME: &str = ".config/softhsm2/softhsm2.conf";
const OF_SYSTEM: [&str; 2] = ["/etc/softhsm/softhsm2.conf", "/etc/softhsm2.conf"];
/// Largest file of a token, in bytes.
const MAX_FILE: u64 = 1024 * 1024;
/// Most files of a token.
const MAX_FILES: usize = 4096;
/// How often files are read until two readings are the same.
const READINGS: usize = 5;

/// `CKA_OS_TOKENSERIAL`: the attribute of a token object that holds its serial number.
const SERIAL: u64 = 0x8000_534a;
/// `CKA_CLASS`, the first attribute of every other object, and its value for a private key.
const CLASS: u64 = 0;
const PRIVATE_KEY: u64 = 3;

/// The directory of all tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Store {
    tokens: PathBuf,
}

impl Store {
    /// As SoftHSM finds it: `SOFTHSM2_CONF`, the home directory, the system.
    pub(super) fn find() -> Result<Self, RecoveryError> {
        let named = std::env::var_os("SOFTHSM2_CONF").map(PathBuf::from);
        let in_home = std::env::home_dir().map(|home| home.join(IN_HOME));
        let mut usual = in_home.into_iter().chain(OF_SYSTEM.map(PathBuf::from));
        let file = named.or_else(|| usual.find(|path| path.is_file()));
        let file = file.ok_or(RecoveryError::Store(None))?;
        let text = fs::read_to_string(&file).map_err(RecoveryError::file(&file))?;
        Self::parse(&text, &file)
    }

    fn parse(text: &str, file: &Path) -> Result<Self, RecoveryError> {
        let value = |name: &str| {
            let mut lines = text.lines().filter_map(|line| {
                let line = line.split('#').next().unwrap_or_default();
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.trim())
            });
            lines.next_back()
        };
        if let Some(other) = value("objectstore.backend").filter(|kind| *kind != "file") {
            return Err(RecoveryError::StoreBackend(
                file.to_owned(),
                other.to_owned(),
            ));
        }
        let tokens = value("directories.tokendir").filter(|path| !path.is_empty());
        let tokens = tokens.ok_or_else(|| RecoveryError::Store(Some(file.to_owned())))?;
        Ok(Self {
            tokens: PathBuf::from(tokens),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.tokens
    }

    /// The directory of the token with this serial number.
    pub(super) fn directory(&self, serial: &str) -> Result<PathBuf, RecoveryError> {
        let fail = RecoveryError::file(&self.tokens);
        for entry in fs::read_dir(&self.tokens).map_err(&fail)? {
            let path = entry.map_err(&fail)?.path();
            let object = match read_file(&path.join("token.object")) {
                Ok(object) => object,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    continue;
                }
                Err(error) => return Err(RecoveryError::file(&path)(error)),
            };
            if attribute(&object, SERIAL) == Some(serial.as_bytes()) {
                return Ok(path);
            }
        }
        Err(RecoveryError::NoTokenFiles(
            self.tokens.clone(),
            serial.to_owned(),
        ))
    }
}

/// All files of a token, as they were at one moment.
pub(super) fn snapshot(directory: &Path) -> Result<Vec<Packed>, RecoveryError> {
    let fail = RecoveryError::file(directory);
    let mut before = read_all(directory).map_err(&fail)?;
    for _ in 1..READINGS {
        let again = read_all(directory).map_err(&fail)?;
        let digests = |files: &[Packed]| -> Vec<_> { files.iter().map(Packed::member).collect() };
        if digests(&before) == digests(&again) {
            return Ok(again);
        }
        before = again;
    }
    Err(RecoveryError::Changing(directory.to_owned()))
}

/// Objects and the generation; locks are empty and made anew.
fn read_all(directory: &Path) -> io::Result<Vec<Packed>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let name = name.to_str().ok_or(io::ErrorKind::InvalidData)?.to_owned();
        if name == "generation" || name.ends_with(".object") {
            names.push(name);
        }
    }
    if names.len() > MAX_FILES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    names.sort();
    let mut files = Vec::new();
    for name in names {
        let content = match read_file(&directory.join(&name)) {
            Ok(content) => content,
            // Destroyed meanwhile: the next reading differs.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        files.push(Packed {
            name: format!("{TOKEN}{name}"),
            content,
        });
    }
    Ok(files)
}

/// One file, under the lock under which SoftHSM writes it.
fn read_file(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    fcntl_lock(&file, FlockOperation::LockShared)?;
    let mut content = Zeroizing::new(Vec::new());
    (&file).take(MAX_FILE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(content)
}

/// How many of these files are private keys. What is in them only the PIN shows.
pub(super) fn private_keys(files: &[Packed]) -> usize {
    let private = |file: &&Packed| {
        let token = file.name.ends_with("/token.object");
        !token && attribute(&file.content, CLASS) == Some(&PRIVATE_KEY.to_be_bytes())
    };
    files.iter().filter(private).count()
}

/// The value of an attribute in an object file: a generation, then attributes, each with its type, its kind (1: one byte, 2: a number,
/// 3: bytes after their length) and its value; every number has 64 bits, big-endian. `None` also for what follows another kind.
fn attribute(object: &[u8], wanted: u64) -> Option<&[u8]> {
    let (_, mut rest) = number(object)?;
    loop {
        let (name, after) = number(rest)?;
        let (kind, after) = number(after)?;
        let (length, after) = match kind {
            1 => (1, after),
            2 => (8, after),
            3 => {
                let (length, after) = number(after)?;
                (usize::try_from(length).ok()?, after)
            }
            _ => return None,
        };
        let value = after.get(..length)?;
        if name == wanted {
            return Some(value);
        }
        rest = after.get(length..)?;
    }
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*first), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_read_as_softhsm_reads_it() {
        let file = Path::new("softhsm2.conf");
        let text = "# comment\ndirectories.tokendir = /var/lib/tokens/ # here\nlog.level=INFO\n";
        let store = Store::parse(text, file).unwrap();
        assert_eq!(store.path(), Path::new("/var/lib/tokens/"));
        assert!(matches!(
            Store::parse("objectstore.backend = db\ndirectories.tokendir = /x\n", file),
            Err(RecoveryError::StoreBackend(_, kind)) if kind == "db"
        ));
        assert!(matches!(
            Store::parse("log.level = INFO\n", file),
            Err(RecoveryError::Store(Some(_)))
        ));
    }

    #[test]
    fn an_attribute_is_found_and_a_cut_object_has_none() {
        let mut object = Vec::new();
        for n in [9, 1, 1] {
            object.extend(u64::to_be_bytes(n));
        }
        object.push(1);
        for n in [SERIAL, 3, 4] {
            object.extend(u64::to_be_bytes(n));
        }
        object.extend(b"6f2e");
        assert_eq!(attribute(&object, SERIAL), Some(b"6f2e".as_slice()));
        assert_eq!(attribute(&object, 1), Some([1].as_slice()));
        assert_eq!(attribute(&object, 2), None);
        for cut in 0..object.len() {
            assert_eq!(attribute(&object[..cut], SERIAL), None);
        }
        let endless = [object.as_slice(), &u64::to_be_bytes(7), &[0xff; 16]].concat();
        assert_eq!(attribute(&endless, 8), None);
    }
}
