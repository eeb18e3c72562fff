//! `modules.toml`: the token drivers (PKCS#11 modules) the agent loads.

use std::path::PathBuf;

use serde::Deserialize;

use super::directory::{ConfigDir, read_text};
use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Most modules in the file.
pub const MAX_MODULES: usize = 20;

/// One token driver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleEntry {
    /// Name for people.
    pub name: String,
    /// Absolute path of the shared library.
    pub path: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModulesFile {
    #[serde(default)]
    module: Vec<ModuleEntry>,
}

/// The configured modules; none when there is no file.
///
/// # Errors
/// [`SetupError`] names file and field.
pub fn load(config: &ConfigDir) -> Result<Vec<ModuleEntry>, SetupError> {
    let path = config.modules();
    if !path.exists() {
        return Ok(Vec::new());
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
    Ok(file.module)
}
