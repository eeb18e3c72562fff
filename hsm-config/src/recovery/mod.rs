//! When an HSM is lost: an encrypted backup of a token, its restore, and the adoption of a token that holds copies of the keys.
//!
//! Only tokens that are files can be backed up here; for every other product its own means apply
//! ([`Profile::backup`](crate::profile::Profile::backup)), and [`propose_adoption`] proves what came out.
//!
//! - `error`: why it stopped
//! - `age_keys`: recipients and identities
//! - `container`: the encrypted archive
//! - `manifest`: what an archive contains
//! - `softhsm`: where SoftHSM keeps its tokens, and their files
//! - `contents`: what a module finds on its tokens, in a process of its own
//! - `stage`: a private directory for files that are not in place yet
//! - `backup`, `restore`, `adoption`: the three operations; `restore_checks`: whether an archive can be restored

mod adoption;
mod age_keys;
mod backup;
mod container;
mod contents;
mod error;
mod manifest;
mod restore;
mod restore_checks;
mod softhsm;
mod stage;

pub use adoption::{Adopted, Adoption, propose_adoption};
pub use age_keys::{Identity, Recipient, identities, recipient};
pub use backup::{MadeBackup, NewBackup, backup};
pub use contents::answer;
pub use error::RecoveryError;
pub use manifest::{KeyEntry, Manifest, Member, TokenEntry};
pub use restore::{Restoration, Restored, open};
