//! Linux desktops: a desktop entry, an icon, and associations.
//!
//! - [`entry`]: the desktop entry
//! - [`associations`]: which entry opens what (`mimeapps.list`, `mimeinfo.cache`)
//! - [`current`]: the program that opens links now

mod associations;
mod current;
mod entry;

pub(super) use current::opened_by;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::handler::LinkHandler;
use crate::config::directory::{as_text, replace_text};
use crate::error::{Failure, SetupError};

/// The icon in menus.
const ICON: &str = include_str!("../../../../assets/inkan-agent.svg");

/// Where this user's desktop keeps its files.
#[derive(Debug, Clone, Default)]
pub(super) struct Locations {
    /// `XDG_DATA_HOME`, or its default.
    data: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, or its default.
    config: Option<PathBuf>,
}

impl Locations {
    /// From the three variables that define the locations.
    pub(super) fn of(variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        let home = variable("HOME");
        let or_home = |name: &str, below: &str| {
            let set = variable(name).filter(|p| p.is_absolute());
            set.or_else(|| home.as_ref().map(|h| h.join(below)))
        };
        Self {
            data: or_home("XDG_DATA_HOME", ".local/share"),
            config: or_home("XDG_CONFIG_HOME", ".config"),
        }
    }

    fn files(&self) -> Result<Files, SetupError> {
        let (Some(data), Some(config)) = (&self.data, &self.config) else {
            return Err(SetupError::NoDirectory);
        };
        Ok(Files {
            entry: data.join("applications").join(entry::FILE),
            icon: data.join("icons/hicolor/scalable/apps/inkan-agent.svg"),
            associations: config.join("mimeapps.list"),
            cache: data.join("applications/mimeinfo.cache"),
            links: data.join("inkan"),
        })
    }
}

struct Files {
    entry: PathBuf,
    icon: PathBuf,
    associations: PathBuf,
    /// The desktop's cache of the entries beside it.
    cache: PathBuf,
    /// Symbolic links to paths that many programs cannot read in a desktop entry.
    links: PathBuf,
}

/// The names of the links in that directory.
const LINKS: [&str; 2] = ["agent", "configuration"];

/// Registers `handler`; returns the desktop entry, and whether it was registered already.
pub(super) fn register(
    locations: &Locations,
    handler: &LinkHandler,
) -> Result<(PathBuf, bool), Failure> {
    let files = locations.files()?;
    let [program, configuration] = LINKS.map(|name| files.links.join(name));
    let named = LinkHandler {
        program: plain_name(&handler.program, &program)?,
        config_dir: match &handler.config_dir {
            Some(directory) => Some(plain_name(directory, &configuration)?),
            None => None,
        },
        ..handler.clone()
    };
    let associations = read(&files.associations)?;
    let cache = read(&files.cache)?;
    let written = [
        write(&files.icon, ICON)?,
        write(&files.entry, &entry::text(&named)?)?,
        write(&files.associations, &associations::with_ours(&associations))?,
        write(&files.cache, &associations::cache_with_ours(&cache))?,
    ];
    Ok((files.entry, written == [false; 4]))
}

/// Undoes [`register`]; returns whether nothing was registered.
pub(super) fn unregister(locations: &Locations) -> Result<bool, Failure> {
    let files = locations.files()?;
    let associations = read(&files.associations)?;
    let cache = associations::without_ours(&read(&files.cache)?);
    let [program, configuration] = LINKS.map(|name| files.links.join(name));
    let gone = [
        remove(&files.icon)?,
        remove(&files.entry)?,
        write(
            &files.associations,
            &associations::without_ours(&associations),
        )?,
        // An empty cache is removed.
        if associations::is_bare(&cache) {
            remove(&files.cache)?
        } else {
            write(&files.cache, &cache)?
        },
        remove(&program)?,
        remove(&configuration)?,
    ];
    // Only if the directory is empty.
    let _ = fs::remove_dir(&files.links);
    Ok(gone == [false; 6])
}

/// The path, or a link to it if the path needs quotes: `xdg-open` does not support quotes.
fn plain_name(path: &Path, link: &Path) -> Result<PathBuf, SetupError> {
    let plain = |path: &Path| path.to_str().is_some_and(entry::is_plain);
    if plain(path) || !plain(link) {
        return Ok(path.to_owned());
    }
    let unwritable = |error: std::io::Error| SetupError::Unwritable {
        path: link.to_owned(),
        detail: error.to_string(),
    };
    if fs::read_link(link).is_ok_and(|to| to == path) {
        return Ok(link.to_owned());
    }
    remove(link)?;
    fs::create_dir_all(link.parent().unwrap_or(link)).map_err(unwritable)?;
    std::os::unix::fs::symlink(path, link).map_err(unwritable)?;
    Ok(link.to_owned())
}

/// A missing file counts as empty.
fn read(path: &Path) -> Result<String, SetupError> {
    match fs::read(path) {
        Ok(bytes) => as_text(path, bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(SetupError::Unreadable {
            path: path.to_owned(),
            detail: error.to_string(),
        }),
    }
}

/// Writes the file; true if its content changed.
fn write(path: &Path, text: &str) -> Result<bool, SetupError> {
    if read(path).is_ok_and(|present| present == text) {
        return Ok(false);
    }
    // If the user keeps the file elsewhere and links to it, the link is preserved.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace_text(&target, text)?;
    Ok(true)
}

/// Removes the file; true if it existed.
fn remove(path: &Path) -> Result<bool, SetupError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(SetupError::Unwritable {
            path: path.to_owned(),
            detail: error.to_string(),
        }),
    }
}
