//! `modules.toml`: the token drivers (PKCS#11 modules) that the agent loads. Without the file: the known drivers for
//! customers' tokens that are installed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::directory::{ConfigDir, read_text};
use super::known::quirks::Quirks;
use super::known::{self, Known};
use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Maximum number of modules in the file.
pub const MAX_MODULES: usize = 20;
/// Maximum number of environment variables of one module.
const MAX_VARIABLES: usize = 50;

/// One token driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleEntry {
    /// Display name.
    pub name: String,
    /// Absolute path of the shared library.
    pub path: PathBuf,
    /// Initialisation string for `C_Initialize`, for modules that require one (NSS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
    /// Names of environment variables passed to its process in addition to the usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
}

impl ModuleEntry {
    /// A module given by its file only.
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

    /// The quirks of this module for a token of this manufacturer and model.
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

    /// Whether a token of this module is a PIV card.
    #[must_use]
    pub fn shows_piv(&self, model: &str) -> bool {
        is_piv(model) || self.quirks(model).piv_only
    }
}

/// Whether manufacturer or model name a PIV card.
fn is_piv(model: &str) -> bool {
    model.to_lowercase().contains("piv")
}

/// Where the agent searches for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverConfig {
    /// The token drivers.
    pub modules: Vec<ModuleEntry>,
    /// Whether to use PIV cards in readers without a driver, too.
    pub piv: bool,
    /// Whether the list is from the file; otherwise it holds what is installed.
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

/// Reads the file, or lists what is installed.
///
/// # Errors
/// [`SetupError`] names file and field.
pub fn load(config: &ConfigDir) -> Result<DriverConfig, SetupError> {
    let path = config.modules();
    if !path.exists() {
        return Ok(DriverConfig {
            modules: installed(),
            piv: true,
            from_file: false,
        });
    }
    parse(&read_text(&path)?, &path)
}

/// The known modules for customers' tokens that are installed.
#[must_use]
pub fn installed() -> Vec<ModuleEntry> {
    let here = |known: &Known| Some(ModuleEntry::at(&known.installed()?));
    known::KNOWN
        .iter()
        .filter(|known| known.automatic)
        .filter_map(here)
        .collect()
}

/// Parses the text of the file at `path` (used in errors).
///
/// # Errors
/// [`SetupError::Field`] names the field.
pub fn parse(text: &str, path: &Path) -> Result<DriverConfig, SetupError> {
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
        // Only names are accepted: values do not belong in this file.
        let named = |name: &String| !name.is_empty() && !name.contains(['=', '\0']);
        if !entry.environment.iter().all(named) {
            return Err(field_error(path, "environment", FieldFault::NotVariable));
        }
    }
    Ok(DriverConfig {
        modules: file.module,
        piv: file.piv,
        from_file: true,
    })
}
