//! The registry of Windows, below the current user's root.

use std::path::{Path, PathBuf};

use windows_registry::{CURRENT_USER, LOCAL_MACHINE};

use super::handler::{self, LinkHandler};
use super::scheme::{self, COMMAND, Value};
use crate::error::{Failure, SetupError};
use crate::operations::self_test::scheme::LinkProgram;

/// The scheme, which is also the name of its class.
const SCHEME: &str = "inkan";

/// The key of the scheme, below the current user's root.
const KEY: &str = r"Software\Classes\inkan";

/// Where Windows keeps which class the user has chosen for links, below the same root.
const USER_CHOICE: &str =
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\inkan\UserChoice";

/// The registry needs none.
#[derive(Debug, Clone, Default)]
pub(super) struct Locations;

impl Locations {
    /// Nothing defines the location.
    pub(super) fn of(_variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        Self
    }
}

/// Registers `handler`, in place of any other program; returns the key, and whether it was registered already.
pub(super) fn register(
    _locations: &Locations,
    handler: &LinkHandler,
) -> Result<(PathBuf, bool), Failure> {
    let values = scheme::values(handler)?;
    // Values that take precedence over the command, which another program may have left.
    let precedes = text(COMMAND, "DelegateExecute").is_some() || text("shell", "").is_some();
    let already = values.iter().all(is_set) && !precedes;
    if !already {
        remove()?;
        for value in &values {
            set(value).map_err(unwritable)?;
        }
        inkan_win32::shell::associations_changed();
    }
    Ok((shown(), already))
}

/// Undoes [`register`]; returns whether nothing of ours was registered.
pub(super) fn unregister(_locations: &Locations) -> Result<bool, Failure> {
    if !text(COMMAND, "").is_some_and(|command| scheme::our_program(&command).is_some()) {
        return Ok(true);
    }
    remove()?;
    inkan_win32::shell::associations_changed();
    Ok(false)
}

/// The program that opens links now; `here`: this one.
pub(super) fn opened_by(_locations: &Locations, here: &Path) -> LinkProgram {
    let chosen = chosen();
    let class = chosen.as_deref().unwrap_or(SCHEME);
    let Some(command) = command_of(class) else {
        return match chosen {
            // What the user has chosen has no command line: it comes from the Store, for example.
            Some(_) => LinkProgram::Chosen,
            None => LinkProgram::None,
        };
    };
    match scheme::our_program(&command) {
        None if chosen.is_some() => LinkProgram::Chosen,
        None => LinkProgram::Other,
        Some((path, _)) if !path.is_file() => LinkProgram::Missing,
        Some((path, _)) if !handler::is_beside(&path, here) => LinkProgram::OtherCopy,
        Some((_, true)) => LinkProgram::Window,
        Some((_, false)) => LinkProgram::Terminal,
    }
}

/// The class that the user has chosen for links in the settings of Windows, if it is not the scheme's own.
fn chosen() -> Option<String> {
    let choice = CURRENT_USER.open(USER_CHOICE).ok()?;
    let class = choice.get_string("ProgId").ok()?;
    (!class.eq_ignore_ascii_case(SCHEME)).then_some(class)
}

/// The command line of a class: the user's own has precedence over the computer's.
fn command_of(class: &str) -> Option<String> {
    let key = format!(r"Software\Classes\{class}\{COMMAND}");
    [CURRENT_USER, LOCAL_MACHINE]
        .into_iter()
        .find_map(|root| root.open(&key).ok()?.get_string("").ok())
}

fn key(below: &str) -> String {
    format!(r"{KEY}\{below}").trim_end_matches('\\').to_owned()
}

fn text(below: &str, name: &str) -> Option<String> {
    let key = CURRENT_USER.open(key(below)).ok()?;
    key.get_string(name).ok()
}

fn is_set(value: &Value) -> bool {
    text(value.key, value.name).as_ref() == Some(&value.text)
}

fn set(value: &Value) -> windows_registry::Result<()> {
    CURRENT_USER
        .create(key(value.key))?
        .set_string(value.name, &value.text)
}

/// Removes the key with everything below it, if it exists.
fn remove() -> Result<(), SetupError> {
    if CURRENT_USER.open(KEY).is_err() {
        return Ok(());
    }
    CURRENT_USER.remove_tree(KEY).map_err(unwritable)
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn unwritable(error: impl std::fmt::Display) -> SetupError {
    SetupError::Unwritable {
        path: shown(),
        detail: error.to_string(),
    }
}

fn shown() -> PathBuf {
    PathBuf::from(format!(r"HKEY_CURRENT_USER\{KEY}"))
}
