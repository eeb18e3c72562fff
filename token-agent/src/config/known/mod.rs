//! Token drivers that are known: where each installs, and its ways.
//!
//! - [`quirks`]: the ways of a module where it does not do what others do
//! - `table`: the modules

pub mod quirks;
mod table;

use std::path::{Path, PathBuf};

use quirks::Quirks;
pub use table::KNOWN;

/// A module that is known.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Word for `module add`.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// How its files' names begin, in lower case.
    pub files: &'static [&'static str],
    /// Where it installs on Linux: absolute, or under one of the usual library directories.
    pub linux: &'static [&'static str],
    /// Where it installs on Windows.
    pub windows: &'static [&'static str],
    /// It is for customers' cards and tokens, and is loaded without being asked for.
    pub automatic: bool,
    /// Its ways.
    pub quirks: Quirks,
    /// Its ways with PIV cards, where they are others.
    pub with_piv: Option<Quirks>,
}

/// Where Linux distributions keep libraries.
const DIRECTORIES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
];

impl Known {
    /// The places where it may be on this system, the likely ones first.
    #[must_use]
    pub fn places(&self) -> Vec<PathBuf> {
        if cfg!(windows) {
            return self.windows.iter().map(PathBuf::from).collect();
        }
        let mut places = Vec::new();
        for path in self.linux {
            if path.starts_with('/') {
                places.push(PathBuf::from(path));
            } else {
                places.extend(DIRECTORIES.iter().map(|d| Path::new(d).join(path)));
            }
        }
        places
    }

    /// Where it is installed; `None` when it is not.
    #[must_use]
    pub fn installed(&self) -> Option<PathBuf> {
        self.places().into_iter().find(|path| path.is_file())
    }
}

/// What is known of the module at this path.
#[must_use]
pub fn of(path: &Path) -> Option<&'static Known> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let fits = |known: &&Known| known.files.iter().any(|file| name.starts_with(file));
    KNOWN.iter().find(fits)
}

/// The module of that word.
#[must_use]
pub fn called(id: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_recognised_as_the_module_it_is_for() {
        for known in &KNOWN {
            for place in known.linux.iter().chain(known.windows) {
                let file = place.rsplit(['/', '\\']).next().unwrap_or_default();
                let found = of(Path::new(file)).map(|k| k.id);
                assert_eq!(found, Some(known.id), "{place}");
            }
            assert!(called(known.id).is_some_and(|k| k.name == known.name));
        }
    }
}
