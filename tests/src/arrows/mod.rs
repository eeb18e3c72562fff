//! Which part may depend on which other part, as functions from texts to violations. `tests/it/arrows.rs` applies them
//! to the repository, and to planted violations to prove that they detect them.
//!
//! They check only dependencies and the places of sentences for people, not what a part does.
//!
//! - [`crates`]: arrows between the crates of the workspace
//! - [`cycles`]: no cycle between the modules of one directory
//! - [`modules`]: arrows between the layers inside the server
//! - [`texts`]: maps at the top of modules, and Japanese only where sentences belong
//! - [`windows_calls`]: the calls of Windows, against their table in the documents
//! - [`words`]: the words of the glossary, and none that they replace

pub mod crates;
pub mod cycles;
pub mod modules;
pub mod texts;
pub mod windows_calls;
pub mod words;

use std::path::{Path, PathBuf};

use crate::{Outcome, programs};

/// A source file: its path from the repository's root, with `/`, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// For example `server/src/http/mod.rs`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A source that exists only in a test.
    pub fn planted(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The text without line comments and without everything after `#[cfg(test)]`: what is built into the product.
    pub fn product_code(&self) -> String {
        let product = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = product.lines().map(|line| match line.find("//") {
            // Not a comment but the middle of a URL.
            Some(at) if !line[..at].ends_with(':') => &line[..at],
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// All Rust sources below `directory` (from the repository's root).
pub fn sources(directory: &str) -> Outcome<Vec<Source>> {
    files(directory, &["rs"])
}

/// All files below `directory` (from the repository's root) with one of these endings.
pub fn files(directory: &str, endings: &[&str]) -> Outcome<Vec<Source>> {
    let root = programs::repository();
    let (mut found, mut open) = (Vec::new(), vec![root.join(directory)]);
    while let Some(directory) = open.pop() {
        for entry in
            std::fs::read_dir(&directory).map_err(|e| format!("{}: {e}", directory.display()))?
        {
            let path = entry?.path();
            let ending = path
                .extension()
                .and_then(|e| e.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with("node_modules") {
                    open.push(path);
                }
            } else if endings.contains(&ending) {
                found.push(file(&root, &path)?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// One file (from the repository's root).
pub fn one(path: &str) -> Outcome<Source> {
    let root = programs::repository();
    file(&root, &root.join(path))
}

fn file(root: &Path, path: &Path) -> Outcome<Source> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(Source {
        path: relative(root, path),
        text,
    })
}

fn relative(root: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    path.to_string_lossy().replace('\\', "/")
}
