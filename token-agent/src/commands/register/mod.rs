//! `register` and `unregister`: the handler of `inkan:` links on this user's desktop. They affect the current user only
//! and need no administrator.
//!
//! - `handler`: the program that opens a link
//! - `unix`: Linux desktops
//! - `windows`, `scheme`: the registry of Windows, and what is written into it

mod handler;
#[cfg(any(windows, test))]
mod scheme;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::path::PathBuf;

use super::context::Settings;
use crate::error::Failure;
use crate::operations::self_test::scheme::LinkProgram;
use crate::output::outcome::{Outcome, Registered};
use handler::LinkHandler;

/// This user's desktop.
#[derive(Debug, Clone, Default)]
pub struct Desktop {
    locations: system::Locations,
    named: Option<PathBuf>,
}

impl Desktop {
    /// From the variables that define the locations of its files. `named`: a directory of bank files named on the command line;
    /// links are opened with it, too.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<PathBuf>, named: Option<PathBuf>) -> Self {
        Self {
            locations: system::Locations::of(variable),
            named,
        }
    }
}

/// The program that opens links now, compared with the programs beside this one.
pub(super) fn opened_by(desktop: &Desktop) -> LinkProgram {
    match std::env::current_exe() {
        Ok(here) => system::opened_by(&desktop.locations, &here),
        Err(_) => LinkProgram::Unknown,
    }
}

/// Registers the window beside this program as the handler of links, or this program in a terminal if there is no
/// window.
///
/// # Errors
/// [`SetupError`](crate::error::SetupError): what cannot be read or written.
pub fn register(settings: &Settings) -> Result<Outcome, Failure> {
    let desktop = &settings.desktop;
    let here = std::env::current_exe().map_err(|e| Failure::Internal(e.to_string()))?;
    let handler = LinkHandler::beside(&here, desktop.named.as_deref())?;
    let (entry, already) = system::register(&desktop.locations, &handler)?;
    Ok(Outcome::Registered(Registered {
        program: handler.program.display().to_string(),
        window: handler.window,
        entry: entry.display().to_string(),
        already,
    }))
}

/// Undoes [`register`]. Afterwards no program opens the links, unless another one is registered.
///
/// # Errors
/// As [`register`].
pub fn unregister(settings: &Settings) -> Result<Outcome, Failure> {
    let already = system::unregister(&settings.desktop.locations)?;
    Ok(Outcome::Unregistered { already })
}
