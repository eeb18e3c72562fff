//! The public file of a set of shares. It contains no secret, and may be backed up and shown.

use std::io;
use std::path::{Path, PathBuf};

use inkan_pki::officer::share::{Binding, SealedShare};
use inkan_pki::secret::Pin;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cipher::{self, EncryptedPin};
use super::officer::{self, NewOfficer, Officer};
use super::split::{self, Commitments};
use super::{NoRandomness, SetId, Share, ShareFault};
use crate::files;

/// Largest file that is read, in bytes.
pub const MAX_FILE: u64 = 64 * 1024;
/// The format of sets without a token of an officer, which earlier versions read, too.
const PAPER_ONLY: u32 = 1;
/// The format of sets with one.
const WITH_TOKENS: u32 = 2;
/// Longest ciphertext, in bytes: the longest PIN and its tag.
const MAX_CIPHERTEXT: usize = 512;
const CONTEXT: &[u8] = b"inkan shared pin 1";

/// Which token the PIN is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFacts {
    /// Id of the token in the specification.
    pub token: String,
    /// Serial number that the token reports.
    pub token_serial: String,
    /// When the set was made.
    pub created: Timestamp,
    /// How many officers must act together.
    pub threshold: u8,
}

/// A new set: the public file, and the shares for its officers in their order.
#[derive(Debug)]
pub struct NewSet {
    /// The public part.
    pub set: ShareSet,
    /// Secret; one per officer.
    pub shares: Vec<Share>,
}

/// A set of shares without the shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSet {
    file: File,
    commitments: Commitments,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    set: SetId,
    token: String,
    token_serial: String,
    created: Timestamp,
    threshold: u8,
    officers: Vec<Officer>,
    commitments: Vec<String>,
    nonce: String,
    encrypted_pin: String,
}

/// Why a set cannot be used. Sentences are in [`catalogue::share_set`](crate::catalogue::share_set).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{:?}", self)]
pub enum SetError {
    /// There is no such file.
    Missing(PathBuf),
    /// The file could not be read or written.
    File(PathBuf, io::ErrorKind),
    /// Not a file of this format, or a value is out of range: which one.
    Malformed(PathBuf, &'static str),
    /// A format that this version does not know.
    Version(PathBuf, u32),
    /// Fewer than two officers, or more than [`MAX_OFFICERS`].
    Officers(usize),
    /// The threshold is below two or above the number of officers.
    Threshold(u8, usize),
    /// Two officers have the same name.
    SameName(String),
    /// Two officers have the same share key or employee number.
    SameToken(String),
    /// The name or role is empty, too long, or has characters that cannot be printed.
    Name(String),
    /// The shares do not decrypt the PIN: the file was changed after it was made.
    Changed,
    /// The operating system returned no random numbers.
    Random,
}

impl From<NoRandomness> for SetError {
    fn from(_: NoRandomness) -> Self {
        Self::Random
    }
}

impl ShareSet {
    /// Makes a set for a PIN. The officers' numbers follow from their order. The share of an officer with a token is sealed to it.
    ///
    /// # Errors
    /// [`SetError`] about officers and threshold, or `Random`.
    pub fn create(facts: SetFacts, officers: &[NewOfficer], pin: &Pin) -> Result<NewSet, SetError> {
        let mut officers: Vec<Officer> = officers
            .iter()
            .zip(1..)
            .map(|(new, index)| Officer::new(new, index))
            .collect();
        officer::check(&officers, facts.threshold)?;
        let count = u8::try_from(officers.len()).unwrap_or(u8::MAX);
        let split = split::split(facts.threshold, count)?;
        let id = SetId::random()?;
        let values = split.values.into_iter().zip(1..);
        let shares: Vec<Share> = values
            .map(|(value, index)| Share::new(id.tag(), index, value))
            .collect();
        for (officer, share) in officers.iter_mut().zip(&shares) {
            let binding = binding(id, officer);
            officer.seal(&binding, share)?;
        }
        let tokens = officers.iter().any(|officer| officer.sealed.is_some());
        let mut file = File {
            version: if tokens { WITH_TOKENS } else { PAPER_ONLY },
            set: id,
            token: facts.token,
            token_serial: facts.token_serial,
            created: facts.created,
            threshold: facts.threshold,
            officers,
            commitments: split.commitments.write(),
            nonce: String::new(),
            encrypted_pin: String::new(),
        };
        let facts = file.protected();
        let encrypted = cipher::encrypt(&split.secret, &id, &file.context(), &facts, pin)?;
        file.nonce = encrypted.nonce;
        file.encrypted_pin = encrypted.ciphertext;
        Ok(NewSet {
            shares,
            set: Self {
                file,
                commitments: split.commitments,
            },
        })
    }

    /// Reads a set.
    ///
    /// # Errors
    /// `Missing`, `File`, `Malformed`, `Version`.
    pub fn load(path: &Path) -> Result<Self, SetError> {
        let text = files::read_text(path, MAX_FILE)
            .map_err(|e| SetError::File(path.to_owned(), e.kind()))?
            .ok_or_else(|| SetError::Missing(path.to_owned()))?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, SetError> {
        let malformed = |what| SetError::Malformed(path.to_owned(), what);
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let versioned: Versioned = serde_json::from_str(text).map_err(|_| malformed("version"))?;
        if ![PAPER_ONLY, WITH_TOKENS].contains(&versioned.version) {
            return Err(SetError::Version(path.to_owned(), versioned.version));
        }
        let file: File = serde_json::from_str(text).map_err(|_| malformed("fields"))?;
        officer::check(&file.officers, file.threshold).map_err(|_| malformed("officers"))?;
        for (n, officer) in file.officers.iter().enumerate() {
            if usize::from(officer.index) != n + 1 || !officer.is_complete() {
                return Err(malformed("officers"));
            }
        }
        for text in [&file.token, &file.token_serial] {
            if !officer::is_printable(text) {
                return Err(malformed("token"));
            }
        }
        if file.commitments.len() != usize::from(file.threshold) {
            return Err(malformed("commitments"));
        }
        let commitments =
            Commitments::read(&file.commitments).ok_or_else(|| malformed("commitments"))?;
        if file.encrypted_pin.len() > 2 * MAX_CIPHERTEXT {
            return Err(malformed("encrypted_pin"));
        }
        Ok(Self { file, commitments })
    }

    /// Writes the file, durably: it is complete or absent, whatever happens.
    pub(crate) fn save(&self, path: &Path) -> Result<(), SetError> {
        let failed = |kind| SetError::File(path.to_owned(), kind);
        let mut text = serde_json::to_string_pretty(&self.file)
            .map_err(|_| failed(io::ErrorKind::InvalidData))?;
        text.push('\n');
        files::write_atomically(path, text.as_bytes()).map_err(|e| failed(e.kind()))
    }

    /// Checks a share against the commitments.
    ///
    /// # Errors
    /// `OtherSet`, `NoOfficer`, `Incorrect`.
    pub fn check(&self, share: &Share) -> Result<&Officer, ShareFault> {
        if share.set() != self.id().tag() {
            return Err(ShareFault::OtherSet(share.set()));
        }
        let officers = &self.file.officers;
        let officer = officers
            .iter()
            .find(|officer| officer.index == share.index())
            .ok_or(ShareFault::NoOfficer(share.index()))?;
        if !self.commitments.verify(share) {
            return Err(ShareFault::Incorrect(share.index()));
        }
        Ok(officer)
    }

    /// The PIN, from as many checked shares as needed.
    ///
    /// # Errors
    /// `Changed` when they do not decrypt it.
    pub fn open(&self, shares: &[&Share]) -> Result<Pin, SetError> {
        let secret = split::combine(shares).ok_or(SetError::Changed)?;
        let encrypted = EncryptedPin {
            nonce: self.file.nonce.clone(),
            ciphertext: self.file.encrypted_pin.clone(),
        };
        let (context, facts) = (self.file.context(), self.file.protected());
        cipher::decrypt(&secret, &self.file.set, &context, &facts, &encrypted)
            .ok_or(SetError::Changed)
    }

    /// What an officer's sealed share is bound to.
    #[must_use]
    pub fn binding(&self, officer: &Officer) -> Binding {
        binding(self.id(), officer)
    }

    /// The share that is sealed to the token of the member of staff with this employee number.
    #[must_use]
    pub fn sealed_for(&self, staff: &str) -> Option<(Binding, &SealedShare)> {
        let mut officers = self.file.officers.iter();
        let officer = officers.find(|officer| officer.staff.as_deref() == Some(staff))?;
        Some((self.binding(officer), officer.sealed.as_ref()?))
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SetId {
        self.file.set
    }

    /// Id of the token in the specification.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.file.token
    }

    /// Serial number of the token.
    #[must_use]
    pub fn token_serial(&self) -> &str {
        &self.file.token_serial
    }

    /// When it was made.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.file.created
    }

    /// How many officers must act together.
    #[must_use]
    pub const fn threshold(&self) -> u8 {
        self.file.threshold
    }

    /// Its officers, in the order of their numbers.
    #[must_use]
    pub fn officers(&self) -> &[Officer] {
        &self.file.officers
    }
}

impl File {
    fn context(&self) -> [&[u8]; 3] {
        [CONTEXT, self.token.as_bytes(), self.token_serial.as_bytes()]
    }

    /// Everything but the ciphertext, unambiguously: whoever changes a name or a commitment changes these bytes.
    fn protected(&self) -> Vec<u8> {
        let bare = Self {
            nonce: String::new(),
            encrypted_pin: String::new(),
            ..self.clone()
        };
        // Numbers and text always serialize.
        serde_json::to_vec(&bare).unwrap_or_default()
    }
}

fn binding(set: SetId, officer: &Officer) -> Binding {
    Binding {
        set: hex::encode(set.as_bytes()),
        index: officer.index,
        officer: officer.name.clone(),
    }
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
