//! `register` and `unregister`: whom this person's desktop hands `inkan:` links to. For this person alone, and nothing that
//! needs an administrator.
//!
//! - [`entry`]: the desktop entry
//! - [`defaults`]: the list of which entry opens what (`mimeapps.list`)

pub mod defaults;
pub mod entry;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::context::Setting;
use crate::config::directory::replace_text;
use crate::error::{Failure, SetupError};
use crate::output::outcome::{Outcome, Registered};
use entry::Opener;

/// The picture in menus.
const ICON: &str = include_str!("../../../assets/inkan-agent.svg");

/// Where this person's desktop keeps its files.
#[derive(Debug, Clone, Default)]
pub struct Desktop {
    /// `XDG_DATA_HOME`, or what stands for it.
    pub data: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, or what stands for it.
    pub config: Option<PathBuf>,
    /// Another directory of bank files, named on the command line: links are opened with it, too.
    pub named: Option<PathBuf>,
}

impl Desktop {
    /// From the three variables that say it.
    #[must_use]
    pub fn of(data: Option<PathBuf>, config: Option<PathBuf>, home: Option<PathBuf>) -> Self {
        let or_home = |set: Option<PathBuf>, below: &str| {
            let set = set.filter(|p| p.is_absolute());
            set.or_else(|| home.as_ref().map(|h| h.join(below)))
        };
        Self {
            data: or_home(data, ".local/share"),
            config: or_home(config, ".config"),
            named: None,
        }
    }

    fn files(&self) -> Result<Files, SetupError> {
        let (Some(data), Some(config)) = (&self.data, &self.config) else {
            return Err(SetupError::NoDirectory);
        };
        Ok(Files {
            entry: data.join("applications").join(entry::FILE),
            icon: data.join("icons/hicolor/scalable/apps/inkan-agent.svg"),
            defaults: config.join("mimeapps.list"),
        })
    }
}

struct Files {
    entry: PathBuf,
    icon: PathBuf,
    defaults: PathBuf,
}

/// Has links opened by the window beside this program, or where there is none, by this program in a terminal.
///
/// # Errors
/// [`SetupError::NoDirectory`], [`SetupError::Unwritable`], [`SetupError::Unreadable`].
pub fn register(setting: &Setting) -> Result<Outcome, Failure> {
    let files = setting.desktop.files()?;
    let here = std::env::current_exe().map_err(|e| Failure::Internal(e.to_string()))?;
    let opener = Opener::beside(&here, setting.desktop.named.as_deref())?;
    let defaults = read(&files.defaults)?;
    let written = [
        write(&files.icon, ICON)?,
        write(&files.entry, &entry::text(&opener)?)?,
        write(&files.defaults, &defaults::with_ours(&defaults))?,
    ];
    Ok(Outcome::Registered(Registered {
        program: opener.program.display().to_string(),
        window: opener.window,
        entry: files.entry.display().to_string(),
        already: written == [false; 3],
    }))
}

/// Takes back what [`register`] did. Links are then opened by nobody.
///
/// # Errors
/// As [`register`].
pub fn unregister(setting: &Setting) -> Result<Outcome, Failure> {
    let files = setting.desktop.files()?;
    let defaults = read(&files.defaults)?;
    let gone = [
        remove(&files.icon)?,
        remove(&files.entry)?,
        write(&files.defaults, &defaults::without_ours(&defaults))?,
    ];
    Ok(Outcome::Unregistered {
        already: gone == [false; 3],
    })
}

/// A file that is not there is empty.
fn read(path: &Path) -> Result<String, SetupError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(SetupError::Unreadable {
            path: path.to_owned(),
            detail: error.to_string(),
        }),
    }
}

/// True when it was not so before.
fn write(path: &Path, text: &str) -> Result<bool, SetupError> {
    if read(path).is_ok_and(|present| present == text) {
        return Ok(false);
    }
    // Where the person keeps it elsewhere and links to it, the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace_text(&target, text)?;
    Ok(true)
}

/// True when it was there.
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
