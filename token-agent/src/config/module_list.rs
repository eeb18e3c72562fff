//! Changes to `modules.toml`. Everything else that a user wrote into it is preserved.

use std::fmt::Write;

use super::directory::{ConfigDir, read_text, replace_text};
use super::field_error;
use super::modules::{self, MAX_MODULES, ModuleEntry};
use crate::error::{FieldFault, SetupError};

const HEAD: &str = "[[module]]";

/// The result of [`add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The module was added.
    New,
    /// The module was listed already.
    Same,
}

/// Adds a module. If there is no file yet, the installed modules in use are written as well, so that none is lost.
///
/// # Errors
/// An invalid file, or [`SetupError::Unwritable`].
pub fn add(config: &ConfigDir, entry: &ModuleEntry) -> Result<Added, SetupError> {
    let path = config.modules();
    let present = modules::load(config)?;
    if present.from_file && present.modules.iter().any(|m| m.path == entry.path) {
        return Ok(Added::Same);
    }
    let mut text = if present.from_file {
        read_text(&path)?
    } else {
        present
            .modules
            .iter()
            .filter(|m| m.path != entry.path)
            .map(block)
            .collect()
    };
    if present.modules.len() >= MAX_MODULES {
        let fault = FieldFault::TooMany(MAX_MODULES);
        return Err(field_error(&path, "module", fault));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&block(entry));
    modules::parse(&text, &path)?;
    replace_text(&path, &text)?;
    Ok(Added::New)
}

/// Removes the module with that name or path; returns false if there is none.
///
/// # Errors
/// An invalid file, or [`SetupError::Unwritable`].
pub fn remove(config: &ConfigDir, wanted: &str) -> Result<bool, SetupError> {
    let path = config.modules();
    let present = modules::load(config)?;
    let gone = |m: &ModuleEntry| m.name == wanted || m.path.as_os_str() == wanted;
    if !present.modules.iter().any(gone) {
        return Ok(false);
    }
    let text = if present.from_file {
        without(&read_text(&path)?, gone)
    } else {
        // From now on the file is authoritative: it lists the remaining modules.
        let left = present.modules.iter().filter(|m| !gone(m));
        left.map(block).collect()
    };
    let left = modules::parse(&text, &path)?;
    if left.modules.iter().any(gone) {
        // The file cannot be edited line by line.
        return Err(field_error(&path, "module", FieldFault::NotByLines));
    }
    replace_text(&path, &text)?;
    Ok(true)
}

/// The file without the removed tables. Each table ends where the next one begins.
fn without(text: &str, gone: impl Fn(&ModuleEntry) -> bool) -> String {
    let mut parts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with(HEAD) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
        }
    }
    let head = parts.remove(0);
    let stays = |part: &String| {
        let parsed = modules::parse(part, std::path::Path::new(""));
        !parsed.is_ok_and(|p| p.modules.iter().any(&gone))
    };
    let rest: String = parts.into_iter().filter(stays).collect();
    head + &rest
}

fn block(entry: &ModuleEntry) -> String {
    let text = |s: &str| toml::Value::String(s.to_owned()).to_string();
    let path = entry.path.to_string_lossy();
    let mut block = format!(
        "{HEAD}\nname = {}\npath = {}\n",
        text(&entry.name),
        text(&path)
    );
    if let Some(parameters) = &entry.parameters {
        let _ = writeln!(block, "parameters = {}", text(parameters));
    }
    if !entry.environment.is_empty() {
        let names = toml::Value::from(entry.environment.clone());
        let _ = writeln!(block, "environment = {names}");
    }
    block
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;
    #[cfg(unix)]
    use std::path::PathBuf;

    use super::*;

    fn config(directory: &Path) -> ConfigDir {
        ConfigDir::at(directory.to_owned())
    }

    #[cfg(unix)] // absolute paths
    #[test]
    fn what_another_program_wrote_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let written = "# ours\npiv = false\n\n[[module]] # first\nname = \"a\"\npath = \"/a.so\"\n";
        std::fs::write(config.modules(), written).unwrap();
        let odd = ModuleEntry {
            name: "b \"quoted\" \\".to_owned(),
            path: PathBuf::from("/b.so"),
            parameters: Some("configdir='x'".to_owned()),
            environment: vec!["MAKERS_FILE".to_owned(), "odd \"name".to_owned()],
        };
        assert_eq!(add(&config, &odd).unwrap(), Added::New);
        assert_eq!(add(&config, &odd).unwrap(), Added::Same);
        let now = modules::load(&config).unwrap();
        assert_eq!((now.modules.len(), now.piv), (2, false));
        assert_eq!(now.modules[1], odd);
        assert!(remove(&config, "/b.so").unwrap());
        assert!(!remove(&config, "/b.so").unwrap());
        assert_eq!(read_text(&config.modules()).unwrap(), written);
        assert!(remove(&config, "a").unwrap());
        let left = read_text(&config.modules()).unwrap();
        assert_eq!(left, "# ours\npiv = false\n\n");
    }

    #[test]
    fn a_list_in_one_line_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let written = "module = [{ name = \"a\", path = \"/a.so\" }]\n";
        std::fs::write(config.modules(), written).unwrap();
        let refused = remove(&config, "a").unwrap_err();
        assert!(matches!(refused, SetupError::Field { .. }), "{refused:?}");
        assert_eq!(read_text(&config.modules()).unwrap(), written);
    }
}
