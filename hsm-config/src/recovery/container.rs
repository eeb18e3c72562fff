//! The archive: tar, encrypted with age. It opens without this program as well: `age -d -i IDENTITY FILE | tar -x`.
//!
//! A token's files are a few kilobytes, so an archive is made and read in memory, and nothing in it is written unencrypted.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use age::{DecryptError, Decryptor, Encryptor};
use inkan_pki::x509::fingerprint::sha256_hex;
use zeroize::Zeroizing;

use super::RecoveryError;
use super::age_keys::{Identity, Recipient};
use super::manifest::{FORMAT, Manifest, Member, NAME};

/// Largest archive that is made or read, in bytes.
const MAX_ARCHIVE: u64 = 64 * 1024 * 1024;

/// Files of a token.
pub(super) const TOKEN: &str = "token/";
/// Files of the certificate directory.
pub(super) const CERTIFICATES: &str = "certificates/";
/// The set of shares of the token's PIN.
pub(super) const SHARES: &str = "shares.json";

/// A file in an archive.
pub(super) struct Packed {
    /// As in [`Member::name`].
    pub(super) name: String,
    pub(super) content: Zeroizing<Vec<u8>>,
}

impl Packed {
    pub(super) fn member(&self) -> Member {
        Member {
            name: self.name.clone(),
            size: self.content.len() as u64,
            sha256: sha256_hex(&self.content),
        }
    }
}

/// An archive that was read: everything in it is as its manifest states.
pub(super) struct Archive {
    pub(super) manifest: Manifest,
    pub(super) files: Vec<Packed>,
    /// SHA-256 of the file, hex.
    pub(super) sha256: String,
}

impl Archive {
    /// The files whose names begin so, with the rest of their names.
    pub(super) fn below<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let files = self.files.iter();
        files.filter_map(move |file| Some((file.name.strip_prefix(prefix)?, &**file.content)))
    }
}

/// Writes an archive. It appears under its name when it is complete and durable; an existing file stays. Returns its SHA-256, hex.
pub(super) fn write(
    target: &Path,
    recipients: &[Recipient],
    manifest: &Manifest,
    files: &[Packed],
) -> Result<String, RecoveryError> {
    let fail = RecoveryError::file(target);
    let encrypted = encrypt(recipients, manifest, files).map_err(&fail)?;
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Mode 0600, as every temporary file.
    let file = tempfile::Builder::new()
        .prefix(".inkan-backup-")
        .tempfile_in(directory)
        .map_err(&fail)?;
    let written = file.as_file().write_all(&encrypted);
    written
        .and_then(|()| file.as_file().sync_all())
        .map_err(&fail)?;
    file.persist_noclobber(target)
        .map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => RecoveryError::TargetExists(target.to_owned()),
            _ => fail(error.error),
        })?;
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(&fail)?;
    Ok(sha256_hex(&encrypted))
}

fn encrypt(recipients: &[Recipient], manifest: &Manifest, files: &[Packed]) -> io::Result<Vec<u8>> {
    let keys = recipients.iter().map(|one| one as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(keys).map_err(io::Error::other)?;
    let mut archive = tar::Builder::new(encryptor.wrap_output(Vec::new())?);
    let mut add = |name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(manifest.made_at.as_second()).unwrap_or(0));
        archive.append_data(&mut header, name, content)
    };
    add(NAME, &serde_json::to_vec_pretty(manifest)?)?;
    for file in files {
        add(&file.name, &file.content)?;
    }
    archive.into_inner()?.finish()
}

/// Reads an archive, and compares everything in it with its manifest.
pub(super) fn read(path: &Path, identities: &[Identity]) -> Result<Archive, RecoveryError> {
    let fail = RecoveryError::file(path);
    let not_a_backup = || RecoveryError::NotABackup(path.to_owned());
    let found = std::fs::metadata(path).map_err(&fail)?;
    if !found.is_file() || found.len() > MAX_ARCHIVE {
        return Err(not_a_backup());
    }
    let encrypted = std::fs::read(path).map_err(&fail)?;
    let decryptor =
        Decryptor::new(encrypted.as_slice()).map_err(|error| undecrypted(path, &error))?;
    let keys = identities.iter().map(|one| one as &dyn age::Identity);
    let mut opened = decryptor
        .decrypt(keys)
        .map_err(|error| undecrypted(path, &error))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(encrypted.len()));
    // To the end: the last piece of an age file is marked as such, so a file that was cut off does not get here.
    opened
        .read_to_end(&mut plain)
        .map_err(|_| RecoveryError::Damaged(path.to_owned()))?;
    let (manifest, files) = unpack(&plain, path)?;
    Ok(Archive {
        manifest,
        files,
        sha256: sha256_hex(&encrypted),
    })
}

fn undecrypted(path: &Path, error: &DecryptError) -> RecoveryError {
    match error {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => {
            RecoveryError::OtherKey(path.to_owned())
        }
        DecryptError::InvalidMac => RecoveryError::Damaged(path.to_owned()),
        _ => RecoveryError::NotABackup(path.to_owned()),
    }
}

fn unpack(plain: &[u8], path: &Path) -> Result<(Manifest, Vec<Packed>), RecoveryError> {
    let damaged = || RecoveryError::Damaged(path.to_owned());
    let mut archive = tar::Archive::new(plain);
    let mut found = Vec::new();
    for entry in archive.entries().map_err(|_| damaged())? {
        let mut entry = entry.map_err(|_| damaged())?;
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| damaged())?;
        let mut content = Zeroizing::new(Vec::new());
        entry.read_to_end(&mut content).map_err(|_| damaged())?;
        found.push(Packed { name, content });
    }
    if found.first().is_none_or(|first| first.name != NAME) {
        return Err(RecoveryError::NotABackup(path.to_owned()));
    }
    let files = found.split_off(1);
    let text = found.pop().ok_or_else(damaged)?.content;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    let format = format
        .and_then(|format| u32::try_from(format).ok())
        .ok_or_else(damaged)?;
    if format > FORMAT {
        return Err(RecoveryError::Newer(path.to_owned(), format, FORMAT));
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|_| damaged())?;
    let members: Vec<_> = files.iter().map(Packed::member).collect();
    let plain_names = members.iter().all(|member| is_plain(&member.name));
    if members != manifest.members || !plain_names || !is_file_name(&manifest.directory) {
        return Err(damaged());
    }
    Ok((manifest, files))
}

/// Whether it names a file that an archive may contain. Anybody with the public key can make an archive.
fn is_plain(name: &str) -> bool {
    let below = |prefix| name.strip_prefix(prefix).is_some_and(is_file_name);
    name == SHARES || below(TOKEN) || below(CERTIFICATES)
}

fn is_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.starts_with('.') && (1..=255).contains(&name.len()) && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leaves_its_directory_is_refused() {
        for good in [
            "token/token.object",
            "certificates/root-ca.pem",
            "shares.json",
        ] {
            assert!(is_plain(good), "{good}");
        }
        for bad in [
            "",
            "token/",
            "token/../x",
            "token/a/b",
            "token/.x",
            "certificates/..",
            "/etc/passwd",
            "other/x",
            "shares.json/x",
        ] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
