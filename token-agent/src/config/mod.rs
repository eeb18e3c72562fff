//! The agent's files: the banks it knows and the token drivers it loads.
//!
//! Addresses and trust come from here only, never from a link.
//!
//! - [`directory`]: location of the files, bounded reading and writing
//! - `file_access`: access lists of Windows
//! - [`bank`]: one bank file, checked field by field
//! - [`banks`]: the list of installed banks
//! - [`modules`]: the token drivers of `modules.toml`
//! - [`module_list`]: changes to that file
//! - [`agent_file`]: the settings of `agent.toml`
//! - [`proxy`]: the proxy settings
//! - [`known`]: the known token drivers, and their quirks

pub mod agent_file;
pub mod bank;
pub mod banks;
pub mod directory;
#[cfg(any(windows, test))]
mod file_access;
pub mod known;
pub mod module_list;
pub mod modules;
pub mod proxy;

use std::path::Path;

use crate::error::{FieldFault, SetupError};

/// Maximum size of a configuration file, in bytes.
pub const MAX_FILE: u64 = 64 * 1024;

pub(crate) fn field_error(path: &Path, field: &'static str, fault: FieldFault) -> SetupError {
    SetupError::Field {
        path: path.to_owned(),
        field,
        fault,
    }
}

/// The TOML parser's error on one line.
pub(crate) fn syntax(error: &toml::de::Error, text: &str) -> FieldFault {
    let line = error.span().map(|s| {
        text.get(..s.start)
            .unwrap_or_default()
            .matches('\n')
            .count()
            + 1
    });
    let message = error.message().replace('\n', " ");
    FieldFault::Syntax(line.map_or_else(|| message.clone(), |l| format!("line {l}: {message}")))
}
