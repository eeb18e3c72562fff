//! Known token drivers: where each is installed, and its quirks.
//!
//! - [`quirks`]: deviations of a module from the standard
//! - `table`: the modules

pub mod quirks;
mod table;

use std::path::{Path, PathBuf};

use quirks::Quirks;
pub use table::KNOWN;

/// A known module.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Id for `module add`.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Prefixes of its file names, in lower case.
    pub files: &'static [&'static str],
    /// Install locations on Linux: absolute, or relative to the usual library directories.
    pub linux: &'static [&'static str],
    /// Install locations on Windows.
    pub windows: &'static [&'static str],
    /// Whether it is for customers' tokens and is loaded automatically.
    pub automatic: bool,
    /// Its quirks.
    pub quirks: Quirks,
    /// Its quirks with PIV cards, if they differ.
    pub with_piv: Option<Quirks>,
}

/// Library directories of Linux distributions.
const DIRECTORIES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
];

impl Known {
    /// The paths where it may be on this system, the likely ones first.
    #[must_use]
    pub fn candidate_paths(&self) -> Vec<PathBuf> {
        if cfg!(windows) {
            return self.windows.iter().map(PathBuf::from).collect();
        }
        let mut candidate_paths = Vec::new();
        for path in self.linux {
            if path.starts_with('/') {
                candidate_paths.push(PathBuf::from(path));
            } else {
                candidate_paths.extend(DIRECTORIES.iter().map(|d| Path::new(d).join(path)));
            }
        }
        candidate_paths
    }

    /// The path where it is installed, if it is.
    #[must_use]
    pub fn installed(&self) -> Option<PathBuf> {
        self.candidate_paths()
            .into_iter()
            .find(|path| path.is_file())
    }
}

/// The known module at this path.
#[must_use]
pub fn of(path: &Path) -> Option<&'static Known> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let fits = |known: &&Known| known.files.iter().any(|file| name.starts_with(file));
    KNOWN.iter().find(fits)
}

/// The known module with this id.
#[must_use]
pub fn called(id: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_path_is_recognised_as_its_module() {
        for known in &KNOWN {
            for path in known.linux.iter().chain(known.windows) {
                let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
                let found = of(Path::new(file)).map(|k| k.id);
                assert_eq!(found, Some(known.id), "{path}");
            }
            assert!(called(known.id).is_some_and(|k| k.name == known.name));
        }
    }
}
