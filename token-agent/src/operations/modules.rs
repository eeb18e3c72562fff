//! The agent's own list of token drivers.

use std::path::{Path, PathBuf};

use super::Context;
use crate::config::known;
use crate::config::module_list::{self, Added};
use crate::config::modules::{self, ModuleEntry};
use crate::error::{Failure, UsageError};
use crate::output::outcome::{ModuleLine, Outcome};
use crate::prompt::Person;
use crate::prompt::question::Question;

/// What is said about a token driver that is added.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// Name for people; a known one has a name already.
    pub name: Option<&'a str>,
    /// Text for `C_Initialize`.
    pub parameters: Option<&'a str>,
    /// Environment variables that it gets to see beside the usual ones.
    pub environment: &'a [String],
}

/// Adds a token driver: a known one by its word, any other by the absolute path of its file. It is loaded once, in a process
/// of its own, to see that it is one.
///
/// # Errors
/// [`UsageError::NoSuchModule`], [`TokenError::Module`](crate::error::TokenError::Module), cancelled.
pub fn add(
    wanted: &str,
    details: Details<'_>,
    context: &Context,
    person: &dyn Person,
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
    person.agree(&Question::AddModule {
        name: entry.name.clone(),
        path: path.display().to_string(),
    })?;
    context.places.try_module(&entry)?;
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

/// The token drivers in use, and the known ones that are installed and not in use.
///
/// # Errors
/// What is wrong with `modules.toml`.
pub fn list(context: &Context) -> Result<Outcome, Failure> {
    let sources = modules::load(&context.config)?;
    let used = |path: &Path| sources.modules.iter().any(|m| m.path == path);
    let mut lines: Vec<_> = sources.modules.iter().map(|m| line(m, true)).collect();
    let others = known::KNOWN.iter().filter_map(known::Known::installed);
    lines.extend(
        others
            .filter(|path| !used(path))
            .map(|path| line(&ModuleEntry::at(&path), false)),
    );
    Ok(Outcome::Modules {
        from_file: sources.from_file,
        piv: sources.piv,
        modules: lines,
    })
}

/// Takes a token driver off the list, by name or path.
///
/// # Errors
/// [`UsageError::ModuleNotListed`], what is wrong with `modules.toml`.
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
