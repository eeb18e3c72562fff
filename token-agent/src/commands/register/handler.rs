//! The program that opens a link, and whether it is this agent's.

use std::path::{Path, PathBuf};

use crate::error::Failure;

/// The program that handles links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkHandler {
    /// The program.
    pub(super) program: PathBuf,
    /// Whether it opens a window; otherwise it needs a terminal.
    pub(super) window: bool,
    /// A configuration directory other than the default.
    pub(super) config_dir: Option<PathBuf>,
}

impl LinkHandler {
    /// The window program installed beside `here`, otherwise `here` itself.
    ///
    /// # Errors
    /// [`Failure::Internal`] for a configuration directory that cannot be made absolute.
    pub(super) fn beside(here: &Path, config_dir: Option<&Path>) -> Result<Self, Failure> {
        let name = format!("inkan-agent-window{}", std::env::consts::EXE_SUFFIX);
        let beside = here.with_file_name(name);
        let window = beside.is_file();
        let config_dir = config_dir
            .map(std::path::absolute)
            .transpose()
            .map_err(|e| Failure::Internal(e.to_string()))?;
        Ok(Self {
            program: if window { beside } else { here.to_owned() },
            window,
            config_dir,
        })
    }
}

/// Whether the program is in the same directory as `here`, however both are written.
pub(super) fn is_beside(program: &Path, here: &Path) -> bool {
    let directory = |path: &Path| {
        std::fs::canonicalize(path)
            .ok()?
            .parent()
            .map(Path::to_owned)
    };
    matches!((directory(program), directory(here)), (Some(its), Some(ours)) if its == ours)
}
