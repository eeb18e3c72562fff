//! `modules.toml`: the token drivers (PKCS#11 modules) the agent loads. Without the file: those that are known, installed
//! and meant for customers' tokens.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::directory::{ConfigDir, read_text};
use super::known::quirks::Quirks;
use super::known::{self, Known};
use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Most modules in the file.
pub const MAX_MODULES: usize = 20;
/// Most variables of one module.
const MAX_VARIABLES: usize = 50;

/// One token driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleEntry {
    /// Name for people.
    pub name: String,
    /// Absolute path of the shared library.
    pub path: PathBuf,
    /// Text for `C_Initialize`, for modules that want one (NSS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
    /// Names of the environment variables its process gets beside the usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
}

impl ModuleEntry {
    /// A module named by its file alone.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        let name = known::of(path).map_or_else(
            || stem.to_string_lossy().into_owned(),
            |known| known.name.to_owned(),
        );
        Self {
            name,
            path: path.to_owned(),
            parameters: None,
            environment: Vec::new(),
        }
    }

    /// What is known about this module's ways with a token of this maker and model.
    #[must_use]
    pub fn quirks(&self, model: &str) -> Quirks {
        let Some(known) = known::of(&self.path) else {
            return Quirks::NONE;
        };
        match known.with_piv {
            Some(quirks) if is_piv(model) => quirks,
            _ => known.quirks,
        }
    }

    /// True when a token that this module shows is a PIV card.
    #[must_use]
    pub fn shows_piv(&self, model: &str) -> bool {
        is_piv(model) || self.quirks(model).piv_only
    }
}

/// Maker or model of a token says that it is a PIV card.
fn is_piv(model: &str) -> bool {
    model.to_lowercase().contains("piv")
}

/// Where the agent looks for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The token drivers.
    pub modules: Vec<ModuleEntry>,
    /// PIV cards in readers too, without a driver.
    pub piv: bool,
    /// From the file; otherwise what is installed.
    pub from_file: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModulesFile {
    #[serde(default)]
    module: Vec<ModuleEntry>,
    #[serde(default = "yes")]
    piv: bool,
}

const fn yes() -> bool {
    true
}

/// What the file says, or what is installed.
///
/// # Errors
/// [`SetupError`] names file and field.
pub fn load(config: &ConfigDir) -> Result<Sources, SetupError> {
    let path = config.modules();
    if !path.exists() {
        return Ok(Sources {
            modules: installed(),
            piv: true,
            from_file: false,
        });
    }
    parse(&read_text(&path)?, &path)
}

/// The modules that are installed, known, and meant for customers' tokens.
#[must_use]
pub fn installed() -> Vec<ModuleEntry> {
    let here = |known: &Known| Some(ModuleEntry::at(&known.installed()?));
    known::KNOWN
        .iter()
        .filter(|known| known.automatic)
        .filter_map(here)
        .collect()
}

/// Reads the text of the file at `path` (named in errors).
///
/// # Errors
/// [`SetupError::Field`] names the field.
pub fn parse(text: &str, path: &Path) -> Result<Sources, SetupError> {
    let file: ModulesFile =
        toml::from_str(text).map_err(|e| field_error(path, "", syntax(&e, text)))?;
    if file.module.len() > MAX_MODULES {
        return Err(field_error(
            path,
            "module",
            FieldFault::TooMany(MAX_MODULES),
        ));
    }
    for entry in &file.module {
        if entry.name.trim().is_empty() {
            return Err(field_error(path, "name", FieldFault::Empty));
        }
        if !entry.path.is_absolute() {
            return Err(field_error(path, "path", FieldFault::NotAbsolute));
        }
        if entry.environment.len() > MAX_VARIABLES {
            let fault = FieldFault::TooMany(MAX_VARIABLES);
            return Err(field_error(path, "environment", fault));
        }
        // With a value the file would hold what belongs elsewhere: the names are enough.
        let named = |name: &String| !name.is_empty() && !name.contains(['=', '\0']);
        if !entry.environment.iter().all(named) {
            return Err(field_error(path, "environment", FieldFault::NotVariable));
        }
    }
    Ok(Sources {
        modules: file.module,
        piv: file.piv,
        from_file: true,
    })
}
