//! The configuration directory.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::finding::{Cause, Fault, Finding};
use super::platform;
use crate::config::directory::ConfigDir;
use crate::output::check::CheckId;

/// Below this the agent may fail to write its files.
const LEAST_FREE: u64 = 10 * 1024 * 1024;
const MEBIBYTE: u64 = 1024 * 1024;

pub(super) fn check(config: &ConfigDir) -> Finding {
    let path = config.path();
    let existed = path.is_dir();
    let usable = try_write(path);
    let others_write = platform::others_may_write(path);
    let volume = platform::volume(path);
    let text = path.to_str();
    let fault = if let Err(error) = usable {
        Some(Fault::DirectoryUnusable(Cause::io(
            "file-unwritable",
            &error,
        )))
    } else if text.is_none() {
        Some(Fault::DirectoryName)
    } else if others_write == Some(true) {
        Some(Fault::DirectoryShared)
    } else if volume.is_some_and(|volume| volume.free < LEAST_FREE) {
        Some(Fault::NoSpace)
    } else {
        None
    };
    let mut finding = Finding::ok(CheckId::Directory)
        .unless(fault)
        .fact("existed", existed)
        .fact("ascii", text.is_some_and(str::is_ascii));
    if let Some(others) = others_write {
        finding = finding.fact("others_may_write", others);
    }
    if let Some(volume) = volume {
        finding = finding
            .fact("network_drive", volume.network)
            .fact("free_mib", volume.free / MEBIBYTE);
    }
    finding
}

/// Creates the directory if it is missing, writes a file, reads it back, and removes it.
fn try_write(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let path = directory.join(format!("self-test.{}.new", std::process::id()));
    let written = write_and_read(&path);
    let removed = fs::remove_file(&path);
    written?;
    removed
}

fn write_and_read(path: &Path) -> io::Result<()> {
    const TEXT: &[u8] = b"self-test";
    let mut file = fs::File::create_new(path)?;
    file.write_all(TEXT)?;
    file.sync_all()?;
    let mut read = Vec::new();
    fs::File::open(path)?
        .take(MEBIBYTE)
        .read_to_end(&mut read)?;
    if read == TEXT {
        return Ok(());
    }
    Err(io::Error::from(io::ErrorKind::InvalidData))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::operations::self_test::finding::Verdict;

    fn at(path: &Path) -> Finding {
        check(&ConfigDir::at(path.to_owned()))
    }

    #[test]
    fn a_directory_is_created_and_nothing_is_left_in_it() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("設定 1");
        let finding = at(&path);
        assert!(matches!(finding.verdict, Verdict::Ok), "{finding:?}");
        assert_eq!(finding.facts["existed"], false);
        assert_eq!(finding.facts["ascii"], false);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
        assert_eq!(at(&path).facts["existed"], true);
    }

    #[test]
    fn a_file_in_its_place_is_a_fault() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("file");
        fs::write(&path, "").unwrap();
        let finding = at(&path);
        let unusable = matches!(
            finding.verdict,
            Verdict::Failed(Fault::DirectoryUnusable(_))
        );
        assert!(unusable, "{finding:?}");
    }
}
