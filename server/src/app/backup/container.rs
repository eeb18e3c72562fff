//! The file of a backup: a tar archive, encrypted with age. It can also be opened without this program:
//! `age -d -i IDENTITY FILE | tar -x`. Nothing is held in memory as a whole.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};
use sha2::{Digest, Sha256};

use super::fault::BackupFault;
use super::manifest::{FORMAT, Manifest, Member, NAME};

/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = 1024 * 1024;
/// Bytes of one read.
const PIECE: usize = 64 * 1024;

/// Copies, and returns the number of bytes and their SHA-256.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut digest, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok((size, hex::encode(digest.finalize()))),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = piece.get(..read).unwrap_or_default();
        digest.update(bytes);
        to.write_all(bytes)?;
        size += read as u64;
    }
}

/// Digest and size of a file, from its beginning.
///
/// # Errors
/// Errors of the file.
pub fn member(name: &str, file: &mut File) -> io::Result<Member> {
    file.rewind()?;
    let (size, sha256) = copy(file, &mut io::sink())?;
    file.rewind()?;
    Ok(Member {
        name: name.to_owned(),
        size,
        sha256,
    })
}

/// Writes a backup; it appears under its name when it is whole and durable.
///
/// # Errors
/// [`BackupFault`]; then nothing is left.
pub fn write(
    target: &Path,
    recipient: &Recipient,
    manifest: &Manifest,
    database: &mut File,
) -> Result<(), BackupFault> {
    let fail = |error: io::Error| BackupFault::writing(target, &error);
    let directory = directory(target);
    // Only its owner can read it, like every temporary file.
    let file = tempfile::Builder::new()
        .prefix(".inkan-backup-")
        .tempfile_in(directory)
        .map_err(fail)?;
    pack(file.as_file(), recipient, manifest, database).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist_noclobber(target)
        .map_err(|error| fail(error.error))?;
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(fail)
}

/// The directory of a file.
pub(super) fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn pack(
    file: &File,
    recipient: &Recipient,
    manifest: &Manifest,
    database: &mut File,
) -> io::Result<()> {
    let recipients = std::iter::once(recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
    let out = encryptor.wrap_output(BufWriter::with_capacity(PIECE, file))?;
    let mut archive = tar::Builder::new(out);
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut add = |name: &str, size: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(manifest.made_at.as_second()).unwrap_or(0));
        archive.append_data(&mut header, name, content)
    };
    add(NAME, text.len() as u64, &mut text.as_slice())?;
    for member in &manifest.members {
        database.rewind()?;
        add(
            &member.name,
            member.size,
            &mut Read::take(&mut *database, member.size),
        )?;
    }
    archive.into_inner()?.finish()?.flush()
}

/// Reads a backup: everything is decrypted and compared with the manifest; the database goes to `to`.
///
/// # Errors
/// [`BackupFault`]. What `to` got counts only if there was none.
pub fn read(
    file: &Path,
    identities: &[Identity],
    to: &mut impl Write,
) -> Result<Manifest, BackupFault> {
    let opened = File::open(file).map_err(|error| BackupFault::file(file, &error))?;
    let decryptor = Decryptor::new(BufReader::with_capacity(PIECE, opened));
    let decryptor = decryptor.map_err(|error| undecrypted(file, &error))?;
    let keys = identities.iter().map(|one| one as &dyn age::Identity);
    let plain = decryptor.decrypt(keys);
    let mut plain = plain.map_err(|error| undecrypted(file, &error))?;
    let mut unpacked = Unpacker {
        file,
        writing: None,
    };
    let manifest = unpacked.members(&mut plain, to)?;
    // Everything to the end is authentic: the last piece of an age file is marked as such.
    copy(&mut plain, &mut io::sink()).map_err(|_| BackupFault::Damaged(file.to_owned()))?;
    Ok(manifest)
}

fn undecrypted(file: &Path, error: &DecryptError) -> BackupFault {
    let file: PathBuf = file.to_owned();
    match error {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => {
            BackupFault::OtherKey(file)
        }
        DecryptError::InvalidMac => BackupFault::Damaged(file),
        DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            BackupFault::file(&file, error)
        }
        _ => BackupFault::NoBackup(file),
    }
}

struct Unpacker<'a> {
    file: &'a Path,
    /// An error of the target, which looks like one of the source to the copying loop.
    writing: Option<io::Error>,
}

impl Unpacker<'_> {
    fn damaged(&self) -> BackupFault {
        BackupFault::Damaged(self.file.to_owned())
    }

    fn members(
        &mut self,
        plain: &mut impl Read,
        to: &mut impl Write,
    ) -> Result<Manifest, BackupFault> {
        let mut archive = tar::Archive::new(plain);
        let mut entries = archive.entries().map_err(|_| self.damaged())?;
        let no_backup = || BackupFault::NoBackup(self.file.to_owned());
        let first = entries.next().ok_or_else(no_backup)?;
        let first = first.map_err(|_| self.damaged())?;
        if *first.path_bytes() != *NAME.as_bytes() || first.size() > MAX_MANIFEST {
            return Err(no_backup());
        }
        let mut text = Vec::new();
        let read = first.take(MAX_MANIFEST).read_to_end(&mut text);
        read.map_err(|_| self.damaged())?;
        let manifest = self.manifest(&text)?;
        let mut members = manifest.members.iter();
        for entry in entries {
            let mut entry = entry.map_err(|_| self.damaged())?;
            let member = members.next().ok_or_else(|| self.damaged())?;
            if *entry.path_bytes() != *member.name.as_bytes() || entry.size() != member.size {
                return Err(self.damaged());
            }
            let mut target = Target {
                to: &mut *to,
                error: &mut self.writing,
            };
            let copied = copy(&mut entry, &mut target);
            if let Some(error) = self.writing.take() {
                return Err(BackupFault::writing(self.file, &error));
            }
            let (size, sha256) = copied.map_err(|_| self.damaged())?;
            if (size, &sha256) != (member.size, &member.sha256) {
                return Err(self.damaged());
            }
        }
        match members.next() {
            None => Ok(manifest),
            Some(_) => Err(self.damaged()),
        }
    }

    fn manifest(&self, text: &[u8]) -> Result<Manifest, BackupFault> {
        let value: serde_json::Value = serde_json::from_slice(text).map_err(|_| self.damaged())?;
        let format = value["format"].as_u64().and_then(|n| u32::try_from(n).ok());
        let found = format.ok_or_else(|| self.damaged())?;
        if found > FORMAT {
            return Err(BackupFault::Newer {
                file: self.file.to_owned(),
                found,
                known: FORMAT,
            });
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|_| self.damaged())?;
        match manifest.members.as_slice() {
            [one] if one.name == manifest.database.member() => Ok(manifest),
            _ => Err(self.damaged()),
        }
    }
}

struct Target<'a, W> {
    to: &'a mut W,
    error: &'a mut Option<io::Error>,
}

impl<W: Write> Write for Target<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes).inspect_err(|error| {
            let again = io::Error::new(error.kind(), error.to_string());
            *self.error = Some(again);
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
