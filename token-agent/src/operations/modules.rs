//! The agent's own list of token drivers.

use std::path::{Path, PathBuf};

use super::Context;
use crate::config::known;
use crate::config::module_list::{self, Added};
use crate::config::modules::{self, ModuleEntry};
use crate::error::{Failure, UsageError};
use crate::output::outcome::{ModuleLine, Outcome};
use crate::prompt::UserInterface;
use crate::prompt::question::Question;

/// The details of a token driver to be added.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// Display name; a known driver has one already.
    pub name: Option<&'a str>,
    /// Initialisation string for `C_Initialize`.
    pub parameters: Option<&'a str>,
    /// Environment variables to pass in addition to the usual ones.
    pub environment: &'a [String],
}

/// Adds a token driver: a known one by its id, any other by the absolute path of its file. It is loaded once in a
/// separate process, to check that it is a driver.
///
/// # Errors
/// [`UsageError::NoSuchModule`], [`TokenError::Module`](crate::error::TokenError::Module), cancelled.
pub fn add(
    wanted: &str,
    details: Details<'_>,
    context: &Context,
    ui: &dyn UserInterface,
) -> Result<Outcome, Failure> {
    let path = path_of(wanted).ok_or_else(|| UsageError::NoSuchModule {
        wanted: wanted.to_owned(),
    })?;
    let mut entry = ModuleEntry::at(&path);
    entry.parameters = details.parameters.map(str::to_owned);
    details.environment.clone_into(&mut entry.environment);
    if let Some(name) = details.name {
        name.clone_into(&mut entry.name);
    }
    ui.confirm(&Question::AddModule {
        name: entry.name.clone(),
        path: path.display().to_string(),
    })?;
    context.provider.try_module(&entry)?;
    let added = module_list::add(&context.config, &entry)?;
    Ok(Outcome::ModuleAdded {
        module: line(&entry, true),
        already: added == Added::Same,
    })
}

fn path_of(wanted: &str) -> Option<PathBuf> {
    if let Some(known) = known::called(wanted) {
        return known.installed();
    }
    let path = Path::new(wanted);
    (path.is_absolute() && path.is_file()).then(|| path.to_owned())
}

/// Lists the token drivers in use, and known drivers that are installed but not in use.
///
/// # Errors
/// An invalid `modules.toml`.
pub fn list(context: &Context) -> Result<Outcome, Failure> {
    let drivers = modules::load(&context.config)?;
    let used = |path: &Path| drivers.modules.iter().any(|m| m.path == path);
    let mut lines: Vec<_> = drivers.modules.iter().map(|m| line(m, true)).collect();
    let others = known::KNOWN.iter().filter_map(known::Known::installed);
    lines.extend(
        others
            .filter(|path| !used(path))
            .map(|path| line(&ModuleEntry::at(&path), false)),
    );
    Ok(Outcome::Modules {
        from_file: drivers.from_file,
        piv: drivers.piv,
        modules: lines,
    })
}

/// Removes a token driver from the list, by name or path.
///
/// # Errors
/// [`UsageError::ModuleNotListed`], or an invalid `modules.toml`.
pub fn remove(wanted: &str, context: &Context) -> Result<Outcome, Failure> {
    if module_list::remove(&context.config, wanted)? {
        return Ok(Outcome::ModuleRemoved {
            name: wanted.to_owned(),
        });
    }
    let wanted = wanted.to_owned();
    Err(UsageError::ModuleNotListed { wanted }.into())
}

fn line(entry: &ModuleEntry, used: bool) -> ModuleLine {
    ModuleLine {
        id: known::of(&entry.path).map(|known| known.id),
        name: entry.name.clone(),
        path: entry.path.display().to_string(),
        installed: entry.path.is_file(),
        used,
    }
}
