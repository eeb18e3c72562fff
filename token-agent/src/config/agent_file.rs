//! `agent.toml`: settings of the agent itself.

use inkan_pki::secret::Secret;
use serde::Deserialize;

use super::directory::{ConfigDir, read_text};
use super::{field_error, syntax};
use crate::error::{FieldFault, SetupError};

/// Default minimum length of a new PIN, in characters.
pub const PIN_LENGTH: u8 = 6;
/// Valid values of the setting: PIV cards accept at most eight characters.
const PIN_LENGTHS: std::ops::RangeInclusive<u8> = 1..=8;

/// The contents of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentFile {
    /// `http://[user:password@]host[:port]`, or `none` for no proxy whatever the system's settings are.
    pub(super) proxy: Option<Secret>,
    /// Hosts that are reached without the proxy.
    #[serde(default)]
    pub(super) no_proxy: Vec<String>,
    /// Minimum length of a new PIN, in characters.
    pin_min_length: Option<u8>,
}

/// Reads the file; a missing file sets nothing.
pub(super) fn read(config: &ConfigDir) -> Result<AgentFile, SetupError> {
    let path = config.agent();
    if !path.exists() {
        return Ok(AgentFile::default());
    }
    let text = read_text(&path)?;
    toml::from_str(&text).map_err(|e| field_error(&path, "", syntax(&e, &text)))
}

/// Minimum length of a new PIN, in characters, for tokens that accept shorter ones.
///
/// # Errors
/// [`SetupError::Field`].
pub fn pin_min_length(config: &ConfigDir) -> Result<u8, SetupError> {
    let length = read(config)?.pin_min_length.unwrap_or(PIN_LENGTH);
    if PIN_LENGTHS.contains(&length) {
        return Ok(length);
    }
    let fault = FieldFault::OutOfRange {
        least: *PIN_LENGTHS.start(),
        most: *PIN_LENGTHS.end(),
    };
    Err(field_error(&config.agent(), "pin_min_length", fault))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_pin_has_a_default_and_limits() {
        let directory = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(directory.path().to_owned());
        let with = |text: &str| {
            std::fs::write(config.agent(), text).unwrap();
            pin_min_length(&config).ok()
        };
        assert_eq!(pin_min_length(&config).unwrap(), 6);
        assert_eq!(with("proxy = \"none\"\n"), Some(6));
        assert_eq!(with("pin_min_length = 4\n"), Some(4));
        for wrong in ["0", "9", "300", "-1", "\"4\""] {
            assert_eq!(
                with(&format!("pin_min_length = {wrong}\n")),
                None,
                "{wrong}"
            );
        }
    }
}
