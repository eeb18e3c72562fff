//! Officers' pages as files for a printer, in memory only.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use inkan_hsm_config::catalogue::{self, Explanation};
use inkan_hsm_config::share_ceremony::NotDelivered;
use inkan_hsm_config::shares::{Share, ShareKind, ShareSet};

use super::exit::Exit;
use super::output::Failure;
use super::screen;

/// File systems that are in memory (statfs(2)): tmpfs, ramfs.
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// A directory for pages.
pub(crate) struct Pages(PathBuf);

impl Pages {
    /// Makes the directory if there is none, and refuses one on a disk unless that is allowed.
    pub(crate) fn open(directory: &Path, allow_disk: bool) -> Result<Self, Failure> {
        let failed = |code, problem: String, next: &str| {
            let sentence = format!("{}: {problem}.", directory.display());
            let next = next.to_owned();
            Failure::new(
                Exit::File,
                Explanation {
                    code,
                    sentence,
                    next,
                },
            )
        };
        if !directory.exists() {
            let made = DirBuilder::new().mode(0o700).create(directory);
            made.map_err(|e| failed("pages-directory", e.to_string(), "Name another directory."))?;
        }
        let system = rustix::fs::statfs(directory)
            .map_err(|e| failed("pages-directory", e.to_string(), "Name another directory."))?;
        #[allow(
            clippy::cast_sign_loss,
            clippy::unnecessary_cast,
            reason = "its type differs between systems"
        )]
        let kind = system.f_type as u64 & 0xffff_ffff;
        if !allow_disk && !IN_MEMORY.contains(&kind) {
            return Err(failed(
                "pages-on-disk",
                "the directory is on a disk, which keeps what was deleted".to_owned(),
                "Name a directory on a tmpfs, such as /dev/shm/pages, or give --allow-disk.",
            ));
        }
        Ok(Self(directory.to_owned()))
    }

    /// One file for each officer. A file that exists is not overwritten.
    pub(crate) fn write(&self, set: &ShareSet, shares: &[Share]) -> Result<(), NotDelivered> {
        for (officer, share) in set.officers().iter().zip(shares) {
            if officer.kind == ShareKind::Token {
                continue;
            }
            let path = self.0.join(format!("share-{}.html", officer.index));
            let page = catalogue::share_page(set, officer, share);
            let mut options = OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(&path);
            let written = file.and_then(|mut file| {
                file.write_all(page.as_bytes())?;
                file.sync_all()
            });
            if let Err(error) = written {
                screen::write(&format!("{}: {error}\n", path.display()));
                return Err(NotDelivered);
            }
            screen::write(&format!(
                "{}: the page of {}\n",
                path.display(),
                officer.name
            ));
        }
        screen::write("Print each page for its officer alone, and delete the files.\n");
        Ok(())
    }
}
