//! `modules.toml`: the token drivers (PKCS#11 modules) the agent loads.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::directory::{ConfigDir, read_text};
use super::known::{self, Quirks};
use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Most modules in the file.
pub const MAX_MODULES: usize = 20;

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
}

impl ModuleEntry {
    /// A module named by its file alone.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default();
        Self {
            name: known::of(path).map_or_else(
                || stem.to_string_lossy().into_owned(),
                |known| known.name.to_owned(),
            ),
            path: path.to_owned(),
            parameters: None,
        }
    }

    /// What is known about this module's ways.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        known::of(&self.path).map_or(Quirks::NONE, |known| known.quirks)
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModulesFile {
    #[serde(default)]
    module: Vec<ModuleEntry>,
}

/// The modules of the file; `None` when there is no file.
///
/// # Errors
/// [`SetupError`] names file and field.
pub fn load(config: &ConfigDir) -> Result<Option<Vec<ModuleEntry>>, SetupError> {
    let path = config.modules();
    if !path.exists() {
        return Ok(None);
    }
    let text = read_text(&path)?;
    let file: ModulesFile =
        toml::from_str(&text).map_err(|e| field_error(&path, "", syntax(&e, &text)))?;
    if file.module.len() > MAX_MODULES {
        return Err(field_error(
            &path,
            "module",
            FieldFault::TooMany(MAX_MODULES),
        ));
    }
    for entry in &file.module {
        if entry.name.trim().is_empty() {
            return Err(field_error(&path, "name", FieldFault::Empty));
        }
        if !entry.path.is_absolute() {
            return Err(field_error(&path, "path", FieldFault::NotAbsolute));
        }
    }
    Ok(Some(file.module))
}
