//! Whether only the owner of a file can read it.

use std::fs::Metadata;
use std::path::Path;

/// The permission bits of a file that its group or others may use; `None` if only its owner may, or if it does not exist.
#[must_use]
pub fn readable_by_others(path: &Path) -> Option<u32> {
    let metadata = std::fs::metadata(path).ok()?;
    let mode = mode(&metadata);
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    metadata.mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_metadata: &Metadata) -> u32 {
    0
}
