//! `[rollback]`: where the server keeps, outside of the database, how far it had come, and what else it compares with.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::sections::Config;

/// Beside a PostgreSQL database there is no place that both sides know.
const DEFAULT: &str = "/var/lib/inkan/high-water";

/// `[rollback]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rollback {
    /// The high-water file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_water: Option<PathBuf>,
    /// Another server, or a cache, that publishes this bank's CRLs: `http://host[:port]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_url: Option<String>,
    /// A directory with copies of published CRLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_directory: Option<PathBuf>,
}

impl Config {
    /// The high-water file: as configured, otherwise beside an embedded database.
    #[must_use]
    pub fn high_water(&self) -> PathBuf {
        let beside = |path: &str| PathBuf::from(format!("{path}.high-water"));
        match (
            &self.rollback.high_water,
            self.store.url.strip_prefix("sqlite://"),
        ) {
            (Some(path), _) => path.clone(),
            (None, Some(database)) => beside(database),
            (None, None) => PathBuf::from(DEFAULT),
        }
    }
}

impl Checker<'_> {
    /// Its directory must exist; the server creates the file.
    pub(super) fn rollback(&self, config: &Config) {
        let rollback = &config.rollback;
        if let Some(path) = &rollback.high_water
            && !path.parent().is_some_and(std::path::Path::is_dir)
        {
            let problem = format!("the directory of {} does not exist", path.display());
            let next = "Create it, on another disk than the database, for the server's user.";
            self.fail("rollback.high_water", problem, next);
        }
        if let Some(url) = &rollback.published_url {
            self.origin("rollback.published_url", url, "http://");
        }
        if let Some(path) = &rollback.published_directory
            && !path.is_dir()
        {
            let problem = format!("{} is not a directory", path.display());
            self.fail(
                "rollback.published_directory",
                problem,
                "Correct the path, or create it.",
            );
        }
    }
}
