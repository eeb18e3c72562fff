//! The backup of a token that is files. It needs no PIN: what the PIN protects stays protected in the archive.

use std::path::Path;

use jiff::Timestamp;

use super::container::{self, CERTIFICATES, Packed, SHARES};
use super::contents::{self, TokenContents};
use super::manifest::{FORMAT, KeyEntry, Manifest, TokenEntry};
use super::softhsm::{self, Store};
use super::stage::Stage;
use super::{Recipient, RecoveryError as Error};
use crate::apply::{ApplyError, clock, completed, lock};
use crate::files;
use crate::profile::BackupBy;
use crate::share_ceremony::set_path;
use crate::spec::{Spec, TokenSpec};
use crate::transcript::{Details, Event, Later, Transcript};

/// Largest file of the certificate directory that is taken, in bytes; a transcript may be as long.
const MAX_TEXT: u64 = crate::transcript::MAX_TRANSCRIPT_BYTES;

/// What is to be backed up, and for whom.
pub struct NewBackup<'a> {
    /// Id of the token.
    pub token: &'a str,
    /// Who can open it; at least one.
    pub recipients: &'a [Recipient],
    /// The new file.
    pub out: &'a Path,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBackup {
    /// What is in it.
    pub manifest: Manifest,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Last hash of the transcript, which now states the backup.
    pub head: String,
}

/// Backs a token up, while others may use it, and records that. `program` is `inkan-hsm`, which loads the module in a process of its
/// own.
///
/// # Errors
/// [`Error`]; then there is no new file.
pub fn backup(
    spec: &Spec,
    new: &NewBackup<'_>,
    now: Timestamp,
    program: &Path,
) -> Result<MadeBackup, Error> {
    let token = known_token(spec, new.token)?;
    by_program(spec)?;
    if new.recipients.is_empty() {
        return Err(Error::Recipient);
    }
    if new.out.symlink_metadata().is_ok() {
        return Err(Error::TargetExists(new.out.to_owned()));
    }
    let _lock = lock(spec)?;
    let mut transcript = completed(spec)?.ok_or(Error::Incomplete)?;
    clock(&transcript, now)?;
    let store = Store::find()?;
    let live = contents::read(spec, program, None)?;
    let found = live.labelled(&token.label);
    let found = found.ok_or_else(|| Error::TokenNotFound(token.label.clone()))?;
    is_recorded(&transcript, token, &found.serial)?;
    let keys = recorded_keys(spec, &transcript, &token.id);
    holds(&keys, found)?;

    let directory = store.directory(&found.serial)?;
    let mut packed = softhsm::snapshot(&directory)?;
    let private = softhsm::private_keys(&packed);
    if private < keys.len() {
        return Err(Error::PrivateKeysMissing(private, keys.len()));
    }
    let name = directory.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    proven(spec, program, &store, (&name, &packed), found)?;

    packed.extend(texts(spec, &transcript, token)?);
    let manifest = Manifest {
        format: FORMAT,
        program: concat!("inkan-hsm ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_at: now,
        environment: spec.environment().to_owned(),
        profile: spec.profile().name.to_owned(),
        library: live.library.clone(),
        plan_sha256: transcript.plan_sha256().unwrap_or_default().to_owned(),
        transcript_head: transcript.head().to_owned(),
        token: TokenEntry {
            id: token.id.clone(),
            label: found.label.clone(),
            serial: found.serial.clone(),
            manufacturer: found.manufacturer.clone(),
            model: found.model.clone(),
        },
        directory: name,
        keys,
        members: packed.iter().map(Packed::member).collect(),
    };
    let sha256 = container::write(new.out, new.recipients, &manifest, &packed)?;
    let mut details = details(&manifest, &sha256);
    for (n, recipient) in new.recipients.iter().enumerate() {
        details.insert(format!("recipient_{:02}", n + 1), recipient.to_string());
    }
    let step = transcript.next_step(Later::Backup, &token.id);
    let line = transcript.append(now, Event::Done, &step, details)?;
    Ok(MadeBackup {
        sha256,
        head: line.hash.clone(),
        manifest,
    })
}

/// What a transcript records about an archive.
pub(super) fn details(manifest: &Manifest, sha256: &str) -> Details {
    Details::from([
        ("label".to_owned(), manifest.token.label.clone()),
        ("serial".to_owned(), manifest.token.serial.clone()),
        ("sha256".to_owned(), sha256.to_owned()),
        ("made_at".to_owned(), manifest.made_at.to_string()),
    ])
}

/// The token of that id.
pub(super) fn known_token<'a>(spec: &'a Spec, id: &str) -> Result<&'a TokenSpec, Error> {
    spec.token(id).ok_or_else(|| {
        let known = spec.tokens().iter().map(|token| token.id.clone());
        Error::UnknownToken(id.to_owned(), known.collect())
    })
}

/// Refuses a product that has its own means.
pub(super) fn by_program(spec: &Spec) -> Result<(), Error> {
    match spec.profile().backup.by {
        BackupBy::Program => Ok(()),
        BackupBy::Other | BackupBy::Nothing => Err(Error::OtherMeans(spec.profile())),
    }
}

/// The token must have the recorded serial number.
fn is_recorded(transcript: &Transcript, token: &TokenSpec, found: &str) -> Result<(), Error> {
    match transcript.token_serial(&token.id) {
        Some(recorded) if recorded != found => Err(Error::OtherToken {
            label: token.label.clone(),
            recorded: recorded.to_owned(),
            found: found.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The keys that the transcript states to be on the token.
pub(super) fn recorded_keys(spec: &Spec, transcript: &Transcript, token: &str) -> Vec<KeyEntry> {
    let keys = spec.keys().iter().filter(|key| key.token == token);
    keys.filter_map(|key| {
        let line = transcript.done(&format!("key:{}", key.id))?;
        Some(KeyEntry {
            id: key.id.clone(),
            spki_sha256: line.details.get("spki_sha256")?.clone(),
        })
    })
    .collect()
}

/// The public keys must be there. The private ones only a login shows.
pub(super) fn holds(keys: &[KeyEntry], token: &TokenContents) -> Result<(), Error> {
    let missing = keys
        .iter()
        .filter(|key| !token.keys.contains(&key.spki_sha256));
    let missing: Vec<_> = missing.map(|key| key.id.clone()).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Error::KeysMissing(missing)),
    }
}

/// The module must find in the copy exactly what it finds on the token.
fn proven(
    spec: &Spec,
    program: &Path,
    store: &Store,
    (name, packed): (&str, &[Packed]),
    found: &TokenContents,
) -> Result<(), Error> {
    let stage = Stage::new(store.path())?;
    let files = packed.iter().filter_map(|file| {
        let name = file.name.strip_prefix(container::TOKEN)?;
        Some((name, file.content.as_slice()))
    });
    stage.put(name, files)?;
    let copied = contents::read(spec, program, Some(&stage.configuration()?))?;
    match copied.tokens.as_slice() {
        [copy] => same(copy, found),
        _ => Err(Error::CopyDiffers("number of tokens")),
    }
}

/// Both must be the same token with the same public keys.
fn same(one: &TokenContents, other: &TokenContents) -> Result<(), Error> {
    let differs = Error::CopyDiffers;
    if one.label != other.label {
        Err(differs("label"))
    } else if one.serial != other.serial {
        Err(differs("serial number"))
    } else if one.keys != other.keys {
        Err(differs("public keys"))
    } else {
        Ok(())
    }
}

/// Certificates, CRLs, transcript and the set of shares.
fn texts(spec: &Spec, transcript: &Transcript, token: &TokenSpec) -> Result<Vec<Packed>, Error> {
    let mut wanted = Vec::new();
    for certificate in spec.certificates() {
        wanted.push(spec.certificate_path(&certificate.key));
        wanted.push(spec.crl_path(&certificate.key));
    }
    let mut packed = Vec::new();
    let mut add = |name: String, path: &Path| -> Result<(), Error> {
        let read = files::read_bytes(path, MAX_TEXT)
            .map_err(|e| ApplyError::File(path.to_owned(), e.kind()))?;
        packed.extend(read.map(|content| Packed {
            name,
            content: content.into(),
        }));
        Ok(())
    };
    for path in &wanted {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        add(format!("{CERTIFICATES}{name}"), path)?;
    }
    add(SHARES.to_owned(), &set_path(spec, token))?;
    packed.push(Packed {
        name: format!("{CERTIFICATES}{}", transcript_name(spec)),
        content: transcript.to_jsonl().into_bytes().into(),
    });
    Ok(packed)
}

/// Name of the transcript's file.
pub(super) fn transcript_name(spec: &Spec) -> String {
    let path = spec.transcript_path();
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
