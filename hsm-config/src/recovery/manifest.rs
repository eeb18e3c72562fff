//! What an archive contains, so that it can be checked before anything is restored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The newest format that this program reads, and the one that it writes.
pub(super) const FORMAT: u32 = 1;

/// Its name in the archive.
pub(super) const NAME: &str = "manifest.json";

/// What an archive contains. Unknown fields are ignored: a later program may add some within one format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// The program that made it.
    pub program: String,
    /// When.
    pub made_at: Timestamp,
    /// Name of the environment.
    pub environment: String,
    /// Name of the profile.
    pub profile: String,
    /// What the library reports about itself.
    pub library: String,
    /// SHA-256 of the plan, hex.
    pub plan_sha256: String,
    /// Last hash of the transcript in the archive.
    pub transcript_head: String,
    /// The token.
    pub token: TokenEntry,
    /// Name of the token's directory.
    pub directory: String,
    /// The recorded keys on it.
    pub keys: Vec<KeyEntry>,
    /// The other files of the archive, in their order.
    pub members: Vec<Member>,
}

/// The token of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenEntry {
    /// Id in the specification.
    pub id: String,
    /// Label.
    pub label: String,
    /// Serial number.
    pub serial: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Model.
    pub model: String,
}

/// A key of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Id in the specification.
    pub id: String,
    /// SHA-256 of the public key, hex.
    pub spki_sha256: String,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `token/NAME`, `certificates/NAME` or `shares.json`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
}
